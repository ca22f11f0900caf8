{{- define "aviary.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "aviary.fullname" -}}
{{- $name := include "aviary.name" . -}}
{{- $whole := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $whole .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "aviary.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "aviary.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "aviary.labels" -}}
app.kubernetes.io/name: {{ include "aviary.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "aviary.replicas" -}}
{{- ternary .Values.leaderElection.replicaCount 1 .Values.leaderElection.enabled -}}
{{- end -}}

{{/* Values of the peer's, such as its default affinity, name these. */}}
{{- define "flagger.name" -}}{{ include "aviary.name" . }}{{- end -}}
{{- define "flagger.fullname" -}}{{ include "aviary.fullname" . }}{{- end -}}
{{- define "flagger.serviceAccountName" -}}{{ include "aviary.serviceAccountName" . }}{{- end -}}
{{- define "flagger.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Whether a values file names the peer's own image, which knows nothing of our arguments; empty when not. */}}
{{- define "aviary.isPeerImage" -}}
{{- if regexMatch "(^|/)(fluxcd|weaveworks)/flagger$" .Values.image.repository -}}yes{{- end -}}
{{- end -}}

{{- define "aviary.image" -}}
{{- if include "aviary.isPeerImage" . -}}
aviary:{{ .Chart.AppVersion }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Where the Lease lives: as the daemon chooses, the first by name of the namespaces that it watches, else its own. */}}
{{- define "aviary.leaseNamespace" -}}
{{- nospace .Values.namespace | splitList "," | compact | sortAlpha | first | default .Release.Namespace -}}
{{- end -}}

{{/* Who is told of Canaries without alerts: the environment that the daemon's flags read. */}}
{{- define "aviary.notify" -}}
{{- $slack := default dict .Values.slack -}}
{{- $teams := default dict .Values.msteams -}}
{{- $variables := dict
  "AVIARY_SLACK_CHANNEL" $slack.channel
  "AVIARY_SLACK_USER" $slack.user
  "AVIARY_UI_URL" .Values.uiUrl
  "EVENT_WEBHOOK_URL" .Values.eventWebhook
  "MSTEAMS_PROXY_URL" $teams.proxyUrl
  "MSTEAMS_URL" $teams.url
  "SLACK_PROXY_URL" (default $slack.proxy $slack.proxyUrl)
  "SLACK_TOKEN" $slack.token
  "SLACK_URL" $slack.url -}}
{{- range $name, $value := $variables }}
{{- if $value }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What was set of the values that the peer has and Aviary does not honour. */}}
{{- define "aviary.ignored" -}}
{{- $paths := list "clusterName" "configTracking.enabled" "crd.create" "includeLabelPrefix"
  "ingressAnnotationsPrefix" "ingressClass" "kubeconfigBurst" "kubeconfigQPS" "linkerdAuthPolicy.create"
  "noCrossNamespaceRefs" "prometheus.install" "rbac.pspEnabled" "selectorLabels" "threadiness" -}}
{{- range $path := $paths -}}
{{- $value := $.Values -}}
{{- range splitList "." $path -}}
{{- $value = get (default dict $value) . -}}
{{- end -}}
{{- if $value }}
  {{ $path }}
{{- end -}}
{{- end -}}
{{- end -}}
