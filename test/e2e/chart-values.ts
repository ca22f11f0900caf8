// What each value of the chart comes to: the value, what it is set to, where that is seen and how, and what else must be
// set for it to show. A value without a row fails helm-each-value.test.ts.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {podSpecOf} from './chart.ts';

export type Row = readonly [
	value: string,
	given: unknown,
	/** A flag (`--…`), a variable of the environment (`$…`), else the kind of an object, perhaps its name, and a path. */
	where: string,
	is: unknown,
	besides?: Readonly<Record<string, unknown>>,
];

const pod = (field: string): string => `Deployment spec.template.spec.${field}`;
const container = (field: string): string => pod(`containers.0.${field}`);
const target = (kind: string): Row => [
	`targets.${kind}`,
	true,
	`ClusterRole/aviary-${kind} metadata.name`,
	`aviary-${kind}`,
];
const mapping = {target: {apiVersion: 'shop.example/v1', kind: 'Widget'}};
const grafana = {'grafana.url': 'https://grafana.example', 'grafana.tokenSecret.name': 'token'};
const SERVICE_MONITOR = {'serviceMonitor.enabled': true};
const POD_MONITOR = {'podMonitor.enabled': true};
const KUBECONFIG = {'controlplane.kubeconfig.secretName': 'elsewhere'};

const podRows: readonly Row[] = [
	[
		'image.repository',
		'registry.example/aviary',
		container('image'),
		'registry.example/aviary:next',
		{'image.tag': 'next'},
	],
	['image.tag', 'next', container('image'), 'aviary:next'],
	['image.pullPolicy', 'Always', container('imagePullPolicy'), 'Always'],
	['image.pullSecret', 'registry', pod('imagePullSecrets'), [{name: 'registry'}]],
	['annotations', {team: 'web'}, 'Deployment metadata.annotations', {team: 'web'}],
	['deploymentLabels', {team: 'web'}, 'Deployment metadata.labels.team', 'web'],
	['podAnnotations', {team: 'web'}, 'Deployment spec.template.metadata.annotations.team', 'web'],
	['podLabels', {team: 'web'}, 'Deployment spec.template.metadata.labels.team', 'web'],
	['podPriorityClassName', 'high', pod('priorityClassName'), 'high'],
	['terminationGracePeriodSeconds', 60, pod('terminationGracePeriodSeconds'), 60],
	['env', [{name: 'TZ', value: 'UTC'}], '$TZ', 'UTC'],
	['additionalVolumes', [{name: 'tmp', emptyDir: {}}], pod('volumes.1'), {name: 'tmp', emptyDir: {}}],
	[
		'additionalVolumeMounts',
		[{name: 'tmp', mountPath: '/tmp'}],
		container('volumeMounts.1'),
		{name: 'tmp', mountPath: '/tmp'},
	],
	['nodeSelector', {disk: 'ssd'}, pod('nodeSelector'), {disk: 'ssd'}],
	['tolerations', [{operator: 'Exists'}], pod('tolerations'), [{operator: 'Exists'}]],
	[
		'affinity',
		{podAntiAffinity: null, nodeAffinity: {of: '{{ .Release.Name }}'}},
		pod('affinity'),
		{nodeAffinity: {of: 'aviary'}},
	],
	['resources', {requests: {cpu: '1m'}}, container('resources.requests'), {cpu: '1m', memory: '128Mi'}],
	['podSecurityContext', {fsGroup: 7}, pod('securityContext.fsGroup'), 7],
	['securityContext.enabled', false, container('securityContext'), undefined],
	['securityContext.context', {runAsUser: 7}, container('securityContext.runAsUser'), 7],
	['nameOverride', 'bird', 'Deployment metadata.name', 'aviary-bird'],
	[
		'nameOverride',
		'bird',
		pod(
			'affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.podAffinityTerm.labelSelector.matchLabels',
		),
		{'app.kubernetes.io/name': 'bird', 'app.kubernetes.io/instance': 'aviary'},
	],
	[
		'nameOverride',
		'bird',
		'Service spec.selector',
		{'app.kubernetes.io/name': 'bird', 'app.kubernetes.io/instance': 'aviary'},
	],
	['fullnameOverride', 'bird', 'Deployment metadata.name', 'bird'],
	['fullnameOverride', 'bird', 'ClusterRoleBinding roleRef.name', 'bird'],
	['fullnameOverride', 'bird', 'Role metadata.name', 'bird-leader-election'],
];

const daemonRows: readonly Row[] = [
	['logLevel', 'debug', '--log-level', ['debug']],
	// As the peer's values spell it.
	['logLevel', 'warning', '--log-level', ['warn']],
	['metricsServer', 'http://other:9090', '--metrics-server', ['http://other:9090']],
	['meshProvider', 'kubernetes', '--mesh-provider', ['kubernetes']],
	['controlLoopInterval', '1m', '--control-loop-interval', ['1m']],
	['namespace', 'test, shop', '--namespace', ['test', 'shop']],
	// As the daemon chooses: the first by name.
	['namespace', 'test, shop', 'Role metadata.namespace', 'shop'],
	['namespace', 'test, shop', 'RoleBinding metadata.namespace', 'shop'],
	['slack.url', 'https://slack.example', '$SLACK_URL', 'https://slack.example'],
	['slack.token', 'xoxb', '$SLACK_TOKEN', 'xoxb'],
	['slack.proxyUrl', 'http://proxy:3128', '$SLACK_PROXY_URL', 'http://proxy:3128'],
	// The peer's default values have this name, its template the other one.
	['slack.proxy', 'http://proxy:3128', '$SLACK_PROXY_URL', 'http://proxy:3128'],
	['slack.user', 'bird', '$AVIARY_SLACK_USER', 'bird'],
	['slack.channel', 'on-call', '$AVIARY_SLACK_CHANNEL', 'on-call'],
	['msteams.url', 'https://teams.example', '$MSTEAMS_URL', 'https://teams.example'],
	['msteams.proxyUrl', 'http://proxy:3128', '$MSTEAMS_PROXY_URL', 'http://proxy:3128'],
	['eventWebhook', 'https://hook.example', '$EVENT_WEBHOOK_URL', 'https://hook.example'],
	['uiUrl', 'https://aviary.example', '$AVIARY_UI_URL', 'https://aviary.example'],
	['page.enabled', false, '--ui-port', ['0']],
	['page.enabled', false, container('ports'), [{name: 'http', containerPort: 8080}]],
	['page.enabled', false, 'Service spec.ports', [{name: 'http', port: 8080, targetPort: 'http'}]],
	['page.enabled', false, 'NetworkPolicy spec.ingress.0.ports', [{port: 'http', protocol: 'TCP'}]],
	['page.port', 9000, '--ui-port', ['9000']],
	['page.port', 9000, container('ports.1.containerPort'), 9000],
	['page.port', 9000, 'Service spec.ports.1', {name: 'page', port: 9000, targetPort: 'page'}],
	['page.address', '127.0.0.1', '--ui-address', ['127.0.0.1']],
	['page.auth', 'token', '--ui-auth', ['token']],
	['page.auth', 'token', 'ClusterRoleBinding/aviary-page-tokens metadata.name', 'aviary-page-tokens'],
	['page.allowedHosts', ['a.example', 'b.example'], '--ui-allowed-hosts', ['a.example,b.example']],
	['page.basePath', '/aviary', '--ui-base-path', ['/aviary']],
	['runHistory.count', 3, '--run-history', ['3']],
	['runHistory.age', '48h', '--run-history-age', ['48h']],
	[
		'grafana.url',
		'https://grafana.example',
		'--grafana-url',
		['https://grafana.example'],
		{'grafana.tokenSecret.name': 'token'},
	],
	['grafana.tokenSecret.name', 'other', pod('volumes.1.secret.secretName'), 'other', grafana],
	['grafana.tokenSecret.key', 'key', '--grafana-token-file', ['/etc/aviary/grafana/key'], grafana],
	['workloadMappings', [mapping], '--workload-mappings', ['/etc/aviary/workload-mappings/mappings.yaml']],
	['workloadMappings', [mapping], 'ConfigMap metadata.name', 'aviary-workload-mappings'],
	['leaderElection.enabled', false, '--enable-leader-election', []],
	['leaderElection.enabled', false, 'Deployment spec.strategy', {type: 'Recreate'}],
	['leaderElection.enabled', false, 'Deployment spec.replicas', 1],
	['leaderElection.replicaCount', 3, 'Deployment spec.replicas', 3],
	['controlplane.kubeconfig.secretName', 'elsewhere', pod('volumes.1.secret.secretName'), 'elsewhere'],
	['controlplane.kubeconfig.key', 'key', '--kubeconfig', ['/controlplane/key'], KUBECONFIG],
];

const otherRows: readonly Row[] = [
	['serviceAccount.create', false, 'ServiceAccount metadata.name', undefined],
	['serviceAccount.create', false, pod('serviceAccountName'), 'default'],
	['serviceAccount.name', 'bird', pod('serviceAccountName'), 'bird'],
	['serviceAccount.name', 'bird', pod('serviceAccountName'), 'bird', {'serviceAccount.create': false}],
	['serviceAccount.name', 'bird', 'ServiceAccount metadata.name', 'bird'],
	['serviceAccount.name', 'bird', 'ClusterRoleBinding subjects.0.name', 'bird'],
	['serviceAccount.name', 'bird', 'RoleBinding subjects.0.name', 'bird'],
	['serviceAccount.annotations', {team: 'web'}, 'ServiceAccount metadata.annotations', {team: 'web'}],
	['rbac.create', false, 'ClusterRole/aviary metadata.name', undefined],
	['rbac.create', false, 'Role metadata.name', undefined],
	['providers', ['gatewayapi:v1'], 'ClusterRole/aviary-gatewayapi metadata.name', 'aviary-gatewayapi'],
	['meshProvider', 'gatewayapi:v1beta1', 'ClusterRole/aviary-gatewayapi metadata.name', 'aviary-gatewayapi'],
	...['daemonsets', 'statefulsets', 'helmreleases', 'functions', 'knativeservices'].map(target),
	['userRoles.create', false, 'ClusterRole/aviary-viewer metadata.name', undefined],
	['commandPolicy.enabled', false, 'ValidatingAdmissionPolicy metadata.name', undefined],
	['podDisruptionBudget.enabled', false, 'PodDisruptionBudget metadata.name', undefined],
	['podDisruptionBudget.minAvailable', '50%', 'PodDisruptionBudget spec.minAvailable', '50%'],
	['networkPolicy.enabled', false, 'NetworkPolicy metadata.name', undefined],
	[
		'serviceMonitor.enabled',
		true,
		'ServiceMonitor spec.endpoints',
		[{port: 'http', path: '/metrics', honorLabels: true}],
	],
	['serviceMonitor.honorLabels', false, 'ServiceMonitor spec.endpoints.0.honorLabels', false, SERVICE_MONITOR],
	['serviceMonitor.namespace', 'watch', 'ServiceMonitor metadata.namespace', 'watch', SERVICE_MONITOR],
	['serviceMonitor.labels', {team: 'web'}, 'ServiceMonitor metadata.labels.team', 'web', SERVICE_MONITOR],
	['podMonitor.enabled', true, 'PodMonitor spec.namespaceSelector.matchNames', ['aviary-system']],
	['podMonitor.honorLabels', false, 'PodMonitor spec.podMetricsEndpoints.0.honorLabels', false, POD_MONITOR],
	['podMonitor.namespace', 'watch', 'PodMonitor metadata.namespace', 'watch', POD_MONITOR],
	['podMonitor.interval', '1m', 'PodMonitor spec.podMetricsEndpoints.0.interval', '1m', POD_MONITOR],
	['podMonitor.additionalLabels', {team: 'web'}, 'PodMonitor metadata.labels.team', 'web', POD_MONITOR],
];

export const rows: readonly Row[] = [...podRows, ...daemonRows, ...otherRows];

type Container = {args: readonly string[]; env: ReadonlyArray<{name: string; value?: string}>};

const at = (object: unknown, path: string): unknown =>
	path
		.split('.')
		.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], object);

/** What is there, in the words of a row; undefined where there is nothing. */
export const seen = (objects: readonly KubeObject[], where: string): unknown => {
	const deployment = objects.find(({kind}) => kind === 'Deployment');
	const {args, env} = podSpecOf(deployment).containers[0] as unknown as Container;
	if (where.startsWith('--')) {
		return args.filter((arg) => arg === where || arg.startsWith(`${where}=`)).map((arg) => arg.slice(where.length + 1));
	}

	if (where.startsWith('$')) {
		return env.find(({name}) => name === where.slice(1))?.value;
	}

	const [object = '', path = ''] = where.split(' ');
	const [kind, name] = object.split('/');
	return at(
		objects.find((one) => one.kind === kind && (name === undefined || one.metadata.name === name)),
		path,
	);
};
