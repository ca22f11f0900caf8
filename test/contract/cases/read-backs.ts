// What servers make of what we generate: the daemon compares what it reads with what it wants, so each default counts.
// `expected/` holds what a real server read back; both must.
import type {Json} from '../client.ts';
import type {Case} from '../contract.ts';
import {artifact, AUTOSCALERS, DEPLOYMENTS, deployment, expected, SERVICES} from '../objects.ts';

const deployments: readonly Case[] = [
	['primary-deployment', 'workloads/primary-deployment.yaml'],
	['canary-deployment', 'workloads/canary-deployment.yaml'],
	['podinfo-deployment', 'examples/podinfo/deployment.yaml'],
].map(([name = '', file = '']): Case => ({
	title: `the Deployment of artifacts/${file} reads back with every default filled in`,
	async run(t, {made, read}) {
		const object = artifact(file);
		const {spec, metadata} = await made(DEPLOYMENTS, object);
		t.deepEqual(spec, expected(name));
		t.deepEqual((await read(DEPLOYMENTS, metadata.name as string))['spec'], expected(name));
	},
}));

const rich: Json = {
	minReadySeconds: 0,
	paused: false,
	template: {
		metadata: {creationTimestamp: null, labels: {app: 'web'}, annotations: {}},
		spec: {
			serviceAccountName: 'web',
			hostNetwork: false,
			nodeSelector: {},
			imagePullSecrets: [],
			automountServiceAccountToken: false,
			initContainers: [{name: 'init', image: 'busybox', command: ['true']}],
			containers: [
				{
					name: 'web',
					image: 'registry.example:5000/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
					env: [
						{name: 'EMPTY', value: ''},
						{name: 'IP', valueFrom: {fieldRef: {fieldPath: 'status.podIP'}}},
						{name: 'KEY', valueFrom: {secretKeyRef: {name: 'web', key: 'key'}}},
						{name: 'CPU', valueFrom: {resourceFieldRef: {resource: 'limits.cpu'}}},
					],
					ports: [
						{name: 'http', containerPort: 80},
						{containerPort: 53, protocol: 'UDP'},
					],
					readinessProbe: {httpGet: {port: 'http'}},
					livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 5, initialDelaySeconds: 0},
					startupProbe: {grpc: {port: 80}},
					lifecycle: {preStop: {httpGet: {port: 80}}},
					resources: {limits: {cpu: '0.5', memory: '1024Mi'}, requests: {cpu: '100m', memory: 1048576}},
					volumeMounts: [{name: 'config', mountPath: '/config', subPath: ''}],
					securityContext: {privileged: false, capabilities: {drop: ['ALL'], add: []}},
				},
				{name: 'latest', image: 'web', env: [], args: [''], command: [], workingDir: '', stdin: false, tty: false},
			],
			volumes: [
				{name: 'config', configMap: {name: 'web'}},
				{name: 'secret', secret: {secretName: 'web'}},
				{name: 'empty'},
				{name: 'host', hostPath: {path: '/tmp'}},
				{name: 'info', downwardAPI: {items: [{path: 'labels', fieldRef: {fieldPath: 'metadata.labels'}}]}},
				{
					name: 'all',
					projected: {
						sources: [{serviceAccountToken: {path: 'token'}}, {configMap: {name: 'web'}}],
					},
				},
			],
			affinity: {
				podAntiAffinity: {
					preferredDuringSchedulingIgnoredDuringExecution: [
						{
							weight: 1,
							podAffinityTerm: {topologyKey: 'zone', labelSelector: {matchLabels: {app: 'web'}}},
						},
					],
				},
			},
			topologySpreadConstraints: [{maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway'}],
			tolerations: [{key: 'a', operator: 'Exists'}],
		},
	},
};

const port = {name: 'http', protocol: 'TCP', port: 80, targetPort: 9898};

const services: ReadonlyArray<readonly [string, Json]> = [
	['one port', {ports: [port]}],
	['an application protocol', {ports: [{...port, appProtocol: 'http'}]}],
	['a port alone', {ports: [{port: 80}]}],
	['no cluster address', {clusterIP: 'None', trafficDistribution: 'PreferClose', ports: [port]}],
];

const withoutAddresses = ({clusterIP, clusterIPs, ...spec}: Json): Json =>
	clusterIP === 'None' ? {...spec, clusterIP, clusterIPs} : spec;

const generated = (spec: Json): Json => ({
	apiVersion: 'v1',
	kind: 'Service',
	metadata: {name: 'web', labels: {app: 'web'}},
	spec: {type: 'ClusterIP', selector: {app: 'web-primary'}, ...spec},
});

const others: readonly Case[] = [
	{
		title: 'a Deployment of many parts reads back with every default filled in',
		async run(t, {made}) {
			t.deepEqual((await made(DEPLOYMENTS, deployment('web', rich)))['spec'], expected('rich-deployment'));
		},
	},
	{
		title: 'defaults come back when they are removed, or set to null',
		async run(t, {made, patch}) {
			const {spec} = await made(DEPLOYMENTS, deployment('web'));
			const {status, body} = await patch(DEPLOYMENTS, 'web', [
				{op: 'remove', path: '/spec/revisionHistoryLimit'},
				{op: 'add', path: '/spec/strategy', value: null},
				{op: 'remove', path: '/spec/template/spec/restartPolicy'},
			]);
			t.is(status, 200);
			t.deepEqual(body['spec'], spec);
			t.is(body['metadata'].generation, 1);
		},
	},
	{
		title: 'a template that was read back changes nothing when it is written again',
		async run(t, {made, patch}) {
			const {spec} = await made(DEPLOYMENTS, deployment('web', rich));
			const {body} = await patch(DEPLOYMENTS, 'web', [{op: 'replace', path: '/spec/template', value: spec.template}]);
			t.deepEqual(body['spec'], spec);
			t.is(body['metadata'].generation, 1);
		},
	},
	...services.map(([what, spec]): Case => ({
		title: `a Service with ${what} reads back with every default filled in`,
		async run(t, {made}) {
			const {spec: found} = await made(SERVICES, generated(spec));
			t.deepEqual(withoutAddresses(found), expected('services')[what]);
			t.deepEqual(found.clusterIPs, [found.clusterIP]);
		},
	})),
	{
		title: 'a Service keeps its address through a PATCH of ports and selector, and refuses another',
		async run(t, {made, patch}) {
			const {spec} = await made(SERVICES, generated({ports: [port]}));
			const {body} = await patch(SERVICES, 'web', [
				{op: 'add', path: '/spec/ports', value: [{...port, port: 81}]},
				{op: 'add', path: '/spec/selector', value: {app: 'web'}},
			]);
			t.deepEqual(body['spec'], {...spec, ports: [{...port, port: 81}], selector: {app: 'web'}});
			t.false('generation' in body['metadata']);
			const other = [{op: 'replace', path: '/spec/clusterIP', value: '10.96.77.77'}];
			const refused = await patch(SERVICES, 'web', other);
			t.is(refused.status, 422);
			t.regex(refused.body['message'], /spec\.clusterIPs\[0\]: Invalid value: .*: may not change once set/u);
		},
	},
	{
		title: 'deleting a Service answers the Service as it was',
		async run(t, {made, client, at}) {
			const service = await made(SERVICES, generated({ports: [port]}));
			const {uid} = service['metadata'];
			const {status, body} = await client.request('DELETE', at(SERVICES, 'web'), {
				kind: 'DeleteOptions',
				apiVersion: 'v1',
				preconditions: {uid},
				propagationPolicy: 'Background',
			});
			t.deepEqual([status, body['kind'], body['metadata'].uid], [200, 'Service', uid]);
			t.is(body['metadata'].deletionTimestamp, undefined);
		},
	},
	...['primary-hpa', 'canary-hpa'].map((name): Case => ({
		title: `the autoscaler of artifacts/workloads/${name}.yaml reads back with every default filled in`,
		async run(t, {made, patch}) {
			const {spec, metadata} = await made(AUTOSCALERS, artifact(`workloads/${name}.yaml`));
			t.deepEqual(spec, expected(name));
			const again = await patch(AUTOSCALERS, metadata.name as string, [
				{op: 'test', path: '/metadata/uid', value: metadata.uid},
				{op: 'replace', path: '/spec', value: {...spec, maxReplicas: 9}},
			]);
			t.deepEqual(again.body['spec'], {...spec, maxReplicas: 9});
		},
	})),
	{
		title: 'an autoscaler with behaviour, and one with nothing but a bound, read back with every default filled in',
		async run(t, {made}) {
			const autoscaler = (name: string, spec: Json): Json => ({
				apiVersion: 'autoscaling/v2',
				kind: 'HorizontalPodAutoscaler',
				metadata: {name},
				spec: {scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'web'}, maxReplicas: 3, ...spec},
			});
			const behavior = {scaleDown: {policies: [{type: 'Pods', value: 1, periodSeconds: 60}]}};
			const found = [
				(await made(AUTOSCALERS, autoscaler('bare', {})))['spec'],
				(await made(AUTOSCALERS, autoscaler('behaving', {behavior})))['spec'],
			];
			t.deepEqual(found, expected('autoscalers')['specs']);
		},
	},
];

export const readBacks: readonly Case[] = [...deployments, ...others];
