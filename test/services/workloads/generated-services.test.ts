import test from 'ava';
import {ensureApexService, ensureBackingServices} from '../../../services/workloads/generated-services.ts';
import {Taken} from '../../../services/objects/ownership.ts';
import {memoryCluster} from './memory-cluster.ts';
import {deployment, managedModel, service, plainService} from './podinfo.ts';

const options = {lane: 'route'} as const;
const withTarget = () => {
	const cluster = memoryCluster();
	cluster.put('deployments', deployment('podinfo', 'podinfo:6'));
	return cluster;
};

test('three Services are made as the peer makes them, once', async (t) => {
	const cluster = withTarget();
	for (const _ of [1, 2]) {
		await ensureBackingServices(cluster, managedModel, options);
		await ensureApexService(cluster, managedModel, options);
	}

	t.deepEqual(cluster.calls, [
		'POST services podinfo-canary',
		'POST services podinfo-primary',
		'POST services podinfo',
	]);
	t.like(cluster.get('services', 'podinfo-primary'), {
		metadata: {
			labels: {app: 'podinfo-primary'},
			ownerReferences: [{kind: 'Canary', uid: 'canary-uid', controller: true}],
		},
		spec: {
			type: 'ClusterIP',
			selector: {app: 'podinfo-primary'},
			ports: [{name: 'http', protocol: 'TCP', port: 80, targetPort: 9898}],
		},
	});
	t.like(cluster.get('services', 'podinfo'), {spec: {selector: {app: 'podinfo-primary'}}});
	t.like(cluster.get('services', 'podinfo-canary'), {spec: {selector: {app: 'podinfo'}}});
});

test("a user's own apex Service is pointed to the primary, and keeps all else", async (t) => {
	const cluster = withTarget();
	const own = service('podinfo');
	own.metadata.labels = {team: 'a'};
	own.spec = {...own.spec, type: 'NodePort', ports: [{name: 'http', port: 80, targetPort: 9898, nodePort: 30_080}]};
	cluster.put('services', own);
	await ensureApexService(cluster, managedModel, options);
	t.like(cluster.get('services', 'podinfo'), {
		metadata: {labels: {team: 'a'}},
		spec: {type: 'NodePort', selector: {app: 'podinfo-primary'}, ports: [{nodePort: 30_080}]},
	});
	t.deepEqual(cluster.calls, ['PATCH services podinfo']);
	await ensureApexService(cluster, managedModel, options);
	t.is(cluster.calls.length, 1);
});

test('discovered ports leave out the main one and those of sidecars', async (t) => {
	const cluster = withTarget();
	cluster.put(
		'deployments',
		deployment('podinfo', 'podinfo:6', {
			template: {
				spec: {
					containers: [
						{name: 'istio-proxy', ports: [{containerPort: 15_090}]},
						{name: 'podinfod', ports: [{containerPort: 9898}, {name: 'grpc', containerPort: 9999}, {containerPort: 1}]},
					],
				},
			},
		}),
	);
	const model = {...managedModel, service: {...plainService, portDiscovery: true}};
	await ensureBackingServices(cluster, model, options);
	const ports = cluster.get('services', 'podinfo-canary')?.spec?.['ports'] as Array<{name: string; port: number}>;
	t.deepEqual(
		ports.map(({name, port}) => [name, port]),
		[
			['http', 80],
			['grpc', 9999],
			['tcp-podinfod-2', 1],
		],
	);
});

test('a Service that another controller owns is not taken', async (t) => {
	const cluster = withTarget();
	const own = service('podinfo');
	own.metadata.ownerReferences = [{apiVersion: 'x/v1', kind: 'App', name: 'app', uid: 'app', controller: true}];
	cluster.put('services', own);
	await t.throwsAsync(ensureApexService(cluster, managedModel, options), {instanceOf: Taken});
	t.deepEqual(cluster.calls, []);
});
