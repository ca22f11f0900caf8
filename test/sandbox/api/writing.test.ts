import test from 'ava';
import {call, canary, canaryWorld, configMap, deployment, keys, world} from './world.ts';

const configMapsPath = '/api/v1/namespaces/test/configmaps';
const canariesPath = '/apis/flagger.app/v1beta1/namespaces/test/canaries';
const deploymentsPath = '/apis/apps/v1/namespaces/test/deployments';
const merge = {'content-type': 'application/merge-patch+json'};
const strategic = {'content-type': 'application/strategic-merge-patch+json'};

test('a strategic patch merges containers by name and keeps the order that it is told', (t) => {
	const at = world();
	at.store.create(keys.deployments, deployment(), 'test');
	const patch = (containers: unknown, order: unknown) => ({
		spec: {template: {spec: {$setElementOrder: undefined, '$setElementOrder/containers': order, containers}}},
	});
	const added = patch([{name: 'side', image: 'side:1'}], [{name: 'side'}, {name: 'podinfod'}]);
	const {body} = call(at, 'PATCH', `${deploymentsPath}/podinfo`, added, strategic);
	const named = (object: any) => object.spec.template.spec.containers.map((container: any) => container.name);
	t.deepEqual(named(body), ['side', 'podinfod']);
	const removed = patch([{name: 'side', $patch: 'delete'}], [{name: 'podinfod'}]);
	const after = call(at, 'PATCH', `${deploymentsPath}/podinfo`, removed, strategic).body;
	t.deepEqual(named(after), ['podinfod']);
	t.is(after.spec.template.spec.containers[0].image, 'podinfo:1.0');
	t.is(after.metadata.generation, 3);
});

test('a strategic patch of a custom resource is a 415', (t) => {
	const at = canaryWorld();
	at.store.create(keys.canaries, canary(), 'test');
	const {status, body} = call(at, 'PATCH', `${canariesPath}/podinfo`, {}, strategic);
	t.is(status, 415);
	t.is(
		body.message,
		'the body of the request was in an unknown format - accepted media types include: ' +
			'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
	);
});

test('a merge patch with a stale version is a conflict', (t) => {
	const at = canaryWorld();
	at.store.create(keys.canaries, canary(), 'test');
	const patch = {metadata: {resourceVersion: '1', labels: {a: 'b'}}};
	t.is(call(at, 'PATCH', `${canariesPath}/podinfo`, patch, merge).body.reason, 'Conflict');
});

test('server-side apply creates, merges, and removes what its manager no longer says', (t) => {
	const at = world();
	const headers = {'content-type': 'application/apply-patch+yaml'};
	const path = `${configMapsPath}/one?fieldManager=kubectl`;
	t.is(call(at, 'PATCH', path, configMap('one', {}, {key: 'value', more: 'x'} as never), headers).status, 201);
	call(at, 'PATCH', `${configMapsPath}/one`, {data: {other: 'y'}}, merge);
	const {body} = call(at, 'PATCH', path, configMap('one'), headers);
	t.deepEqual(body.data, {key: 'value', other: 'y'});
	const again = call(at, 'PATCH', path, configMap('one'), headers).body;
	t.is(again.metadata.resourceVersion, body.metadata.resourceVersion);
});

test('a dry run answers what would be, and changes nothing', (t) => {
	const at = world();
	const version = at.store.resourceVersion();
	t.is(call(at, 'POST', `${deploymentsPath}?dryRun=All`, deployment()).body.spec.replicas, 1);
	t.is(at.store.resourceVersion(), version);
	t.is(at.store.get(keys.deployments, 'test', 'podinfo'), undefined);
});

test('scale is read and written as a Scale', (t) => {
	const at = world();
	at.store.create(keys.deployments, deployment(), 'test');
	const scale = call(at, 'GET', `${deploymentsPath}/podinfo/scale`).body;
	t.like(scale, {kind: 'Scale', spec: {replicas: 1}, status: {selector: 'app=podinfo'}});
	t.is(call(at, 'PATCH', `${deploymentsPath}/podinfo/scale`, {spec: {replicas: 3}}, merge).body.spec.replicas, 3);
	t.is(call(at, 'PUT', `${deploymentsPath}/podinfo/scale`, scale).body.reason, 'Conflict');
	t.is(at.store.get(keys.deployments, 'test', 'podinfo')?.metadata.generation, 2);
});

test('quantities are kept in canonical form', (t) => {
	const at = world();
	const object: any = deployment();
	object.spec.template.spec.containers[0].resources = {
		limits: {cpu: '1000m', memory: '1024Mi'},
		requests: {cpu: '0.1'},
	};
	const {resources} = call(at, 'POST', deploymentsPath, object).body.spec.template.spec.containers[0];
	t.deepEqual(resources, {limits: {cpu: '1', memory: '1Gi'}, requests: {cpu: '100m'}});
});

test('an autoscaler is one object in v2, v1 and v2beta1', (t) => {
	const at = world();
	const path = (version: string) => `/apis/autoscaling/${version}/namespaces/test/horizontalpodautoscalers`;
	const spec = {
		scaleTargetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
		maxReplicas: 4,
		metrics: [{type: 'Resource', resource: {name: 'cpu', targetAverageUtilization: 99}}],
	};
	const body = {
		apiVersion: 'autoscaling/v2beta1',
		kind: 'HorizontalPodAutoscaler',
		metadata: {name: 'podinfo', namespace: 'test'},
		spec,
	};
	t.like(call(at, 'POST', path('v2beta1'), body).body, {
		apiVersion: 'autoscaling/v2beta1',
		spec: {metrics: spec.metrics},
	});
	t.is(call(at, 'GET', `${path('v1')}/podinfo`).body.spec.targetCPUUtilizationPercentage, 99);
	const [metric] = call(at, 'GET', `${path('v2')}/podinfo`).body.spec.metrics;
	t.deepEqual(metric.resource.target, {type: 'Utilization', averageUtilization: 99});
});

test('a service keeps its address through a PUT that does not say it', (t) => {
	const at = world();
	const path = '/api/v1/namespaces/test/services';
	const service = (port: number) => ({
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name: 'podinfo', namespace: 'test'},
		spec: {ports: [{port}]},
	});
	const {clusterIP, ports} = call(at, 'POST', path, service(80)).body.spec;
	t.regex(clusterIP, /^10\.96\.\d+\.\d+$/u);
	t.deepEqual(ports, [{port: 80, protocol: 'TCP', targetPort: 80}]);
	t.is(call(at, 'PUT', `${path}/podinfo`, service(81)).body.spec.clusterIP, clusterIP);
});

test('a deletion answers a Status when the object is gone, and the object while it is held', (t) => {
	const at = world();
	at.store.create(keys.configMaps, configMap('gone'), 'test');
	at.store.create(keys.configMaps, configMap('held', {finalizers: ['aviary/a']}), 'test');
	const options = {propagationPolicy: 'Background'};
	t.like(call(at, 'DELETE', `${configMapsPath}/gone`, options).body, {status: 'Success', details: {name: 'gone'}});
	t.is(call(at, 'DELETE', `${configMapsPath}/held`, options).body.metadata.name, 'held');
	t.is(call(at, 'DELETE', configMapsPath).status, 200);
});

test('a namespace comes in protobuf, as kubectl create namespace sends it', (t) => {
	const at = world();
	const hex = '6b3873000a0f0a02763112094e616d657370616365120e0a0c0a047431333212001a002200';
	const headers = {'content-type': 'application/vnd.kubernetes.protobuf'};
	const answer = at.handle({method: 'POST', path: '/api/v1/namespaces', headers, body: Buffer.from(hex, 'hex')});
	t.is(answer.status, 201);
	t.is(at.store.get(keys.namespaces, undefined, 't132')?.status?.['phase'], 'Active');
});

test('requests that are too large are refused as by the server and by etcd', (t) => {
	const at = world();
	t.is(
		call(at, 'POST', configMapsPath, configMap('a', {}, {key: 'x'.repeat(2_000_000)})).body.message,
		'etcdserver: request is too large',
	);
	t.is(call(at, 'POST', configMapsPath, configMap('a', {}, {key: 'x'.repeat(4_000_000)})).status, 413);
	const {body} = call(at, 'POST', configMapsPath, configMap('a', {annotations: {a: 'x'.repeat(300_000)}}));
	t.true(body.message.includes('metadata.annotations: Too long: may not be more than 262144 bytes'));
});
