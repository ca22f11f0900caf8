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

{{/* Where the Lease lives: as the daemon chooses, the first by name of the namespaces that it watches, else its own. */}}
{{- define "aviary.leaseNamespace" -}}
{{- nospace .Values.namespace | splitList "," | compact | sortAlpha | first | default .Release.Namespace -}}
{{- end -}}

{{/* What was set of the values that the peer has and Aviary does not honour. */}}
{{- define "aviary.ignored" -}}
{{- $paths := list "clusterName" "configTracking.enabled" "crd.create" "eventWebhook" "includeLabelPrefix"
  "ingressAnnotationsPrefix" "ingressClass" "kubeconfigBurst" "kubeconfigQPS" "linkerdAuthPolicy.create"
  "msteams.proxyUrl" "msteams.url" "noCrossNamespaceRefs" "prometheus.install" "rbac.pspEnabled" "selectorLabels"
  "slack.channel" "slack.proxy" "slack.proxyUrl" "slack.token" "slack.url" "slack.user" "threadiness" -}}
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
