import test from 'ava';
import {assert, asyncProperty, integer, option} from 'fast-check';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';
import {Taken} from '../../../../services/objects/ownership.ts';
import {rulesOf} from '../../../../services/providers/gatewayapi/api.ts';
import {gatewayApiRouter as router} from '../../../../services/providers/gatewayapi/router.ts';
import {Unroutable} from '../../../../services/providers/router.ts';
import {memoryCluster, type MemoryCluster} from '../../workloads/memory-cluster.ts';
import {backends, httpRoute, model, modelWith} from './routes.ts';

const options = {lane: 'route'} as const;
const alone = {parts: []};

const servingBoth = (): MemoryCluster => {
	const cluster = memoryCluster();
	cluster.versions = ['v1', 'v1beta1'];
	return cluster;
};

const withRoute = (...rules: ReadonlyArray<ReturnType<typeof backends>>): MemoryCluster => {
	const cluster = servingBoth();
	cluster.put('httproutes', httpRoute(...rules));
	return cluster;
};

const routeIn = (cluster: MemoryCluster): KubeObject => cluster.get('httproutes', 'podinfo') as KubeObject;
const shareIn = (cluster: MemoryCluster) => router.read(model, routeIn(cluster), alone);

test('weights are written in one patch that leaves all else as it was', async (t) => {
	const cluster = withRoute(backends(100, 0));
	t.like(await router.write(cluster, model, {canary: 5}, options), {primary: 95, canary: 5});
	t.deepEqual(cluster.calls, ['PATCH httproutes podinfo']);
	t.deepEqual(routeIn(cluster).spec, httpRoute(backends(95, 5)).spec);
	await router.write(cluster, model, {canary: 5}, options);
	t.is(cluster.calls.length, 1, 'weights that are so already cost nothing');
});

test('a weight that is absent is 1, and every rule to both sides is written', async (t) => {
	const cluster = withRoute(backends(), [{group: '', kind: 'Service', name: 'legacy', port: 80}], backends(100, 0));
	t.like(shareIn(cluster), {primary: 50, canary: 50});
	await router.write(cluster, model, {canary: 0}, options);
	t.like(shareIn(cluster), {primary: 100, canary: 0});
	t.deepEqual(
		rulesOf(routeIn(cluster)).map(({backendRefs = []}) => backendRefs.map(({weight}) => weight)),
		[[100, 0], [undefined], [100, 0]],
	);
});

test('backends of other kinds and namespaces are neither side', (t) => {
	const [primary, canary] = backends(90, 10);
	for (const odd of [{kind: 'Bucket'}, {namespace: 'other'}]) {
		t.is(
			router.read(model, httpRoute([primary, {...canary, ...odd}] as ReturnType<typeof backends>), alone),
			undefined,
		);
	}

	t.like(
		router.read(model, httpRoute([primary, {...canary, namespace: 'test'}] as ReturnType<typeof backends>), alone),
		{
			canary: 10,
		},
	);
});

test('a raise decided on a route that has changed meanwhile is refused and decided anew; nothing holds up a fall', async (t) => {
	for (const [weight, calls] of [
		[20, ['PATCH httproutes podinfo', 'GET httproutes podinfo', 'PATCH httproutes podinfo']],
		[0, ['PATCH httproutes podinfo']],
	] as const) {
		const cluster = withRoute(backends(90, 10));
		// As a gateway's controller does after each write, with its status.
		cluster.putUnseen('httproutes', {...routeIn(cluster), status: {parents: []}});
		await router.write(cluster, model, {canary: weight}, options);
		t.deepEqual(cluster.calls, calls);
		t.is(shareIn(cluster)?.canary, weight);
	}
});

test('weights that are all 0 are no share, and no write ever makes them so', async (t) => {
	t.is(router.read(model, httpRoute(backends(0, 0)), alone), undefined);
	const weight = option(integer({min: 0, max: 1_000_000}), {nil: undefined});
	await assert(
		asyncProperty(weight, weight, integer({min: 0, max: 100}), async (primary, canary, wanted) => {
			const cluster = withRoute(backends(primary, canary));
			const after = await router.write(cluster, model, {canary: wanted}, options);
			t.deepEqual([after.primary, after.canary], [100 - wanted, wanted]);
			t.deepEqual(routeIn(cluster).spec, httpRoute(backends(100 - wanted, wanted)).spec);
		}),
	);
});

test('a route without both sides is not written, and a weight out of range is a bug', async (t) => {
	const cluster = withRoute([{group: '', kind: 'Service', name: 'podinfo-primary', port: 80}]);
	await t.throwsAsync(router.write(cluster, model, {canary: 5}, options), {
		instanceOf: Unroutable,
		message: 'HTTPRoute podinfo.test has no rule with backends podinfo-primary and podinfo-canary',
	});
	await t.throwsAsync(router.write(cluster, model, {canary: 101}, options), {instanceOf: RangeError});
	t.deepEqual(cluster.calls, []);
});

test('the route is as the peer makes it, is made once, and goes with the Canary', async (t) => {
	const cluster = servingBoth();
	const marked = modelWith({apex: {labels: {team: 'a'}, annotations: {note: 'b'}}});
	await router.ensure(cluster, marked, {canary: 0}, options);
	await router.ensure(cluster, marked, {canary: 100}, options);
	t.deepEqual(cluster.calls, ['POST httproutes podinfo']);
	const {apiVersion, metadata, spec} = routeIn(cluster);
	t.is(apiVersion, 'gateway.networking.k8s.io/v1');
	t.like(metadata, {
		labels: {team: 'a'},
		annotations: {note: 'b', 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled'},
	});
	t.is(metadata.ownerReferences?.[0]?.uid, model.uid);
	t.deepEqual(spec, {
		parentRefs: [{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'gateways'}],
		hostnames: ['app.example.com'],
		rules: [{matches: [{path: {type: 'PathPrefix', value: '/'}}], backendRefs: backends(100, 0)}],
	});
});

test('editing routing fields keeps the present share', async (t) => {
	const cluster = servingBoth();
	await router.ensure(cluster, model, {canary: 0}, options);
	await router.write(cluster, model, {canary: 30}, options);
	await router.ensure(cluster, modelWith({timeout: '7s'}), {canary: 0}, options);
	t.like(shareIn(cluster), {primary: 70, canary: 30});
	t.like(routeIn(cluster).spec, {rules: [{timeouts: {request: '7s'}}]});
});

test("a user's own HTTPRoute is taken over with its share, and given back as it was", async (t) => {
	const cluster = withRoute(backends(60, 40));
	const before = routeIn(cluster).spec;
	await router.ensure(cluster, model, {canary: 0}, options);
	t.like(shareIn(cluster), {primary: 60, canary: 40});
	t.deepEqual(rulesOf(routeIn(cluster))[0]?.['matches'], [{path: {type: 'PathPrefix', value: '/'}}]);
	await router.finalise?.(cluster, model, options);
	t.deepEqual(routeIn(cluster).spec, before);
	t.is(routeIn(cluster).metadata.annotations?.['flagger.kubernetes.io/original-configuration'], undefined);
});

test('an HTTPRoute that another controller owns is left alone', async (t) => {
	const cluster = withRoute(backends(100, 0));
	const owner = {apiVersion: 'x/v1', kind: 'Canary', name: 'other', uid: 'other', controller: true};
	const {metadata, ...rest} = routeIn(cluster);
	cluster.put('httproutes', {...rest, metadata: {...metadata, ownerReferences: [owner]}});
	await t.throwsAsync(router.ensure(cluster, model, {canary: 0}, options), {instanceOf: Taken});
	await t.throwsAsync(router.write(cluster, model, {canary: 5}, options), {instanceOf: Taken});
	t.false(cluster.calls.includes('PATCH httproutes podinfo'));
});

test('the version is the one that the provider names, where the cluster serves it', async (t) => {
	const cluster = servingBoth();
	const beta = {...model, provider: 'gatewayapi:v1beta1'};
	await router.ensure(cluster, beta, {canary: 0}, options);
	t.is(routeIn(cluster).apiVersion, 'gateway.networking.k8s.io/v1beta1');
	t.like(await router.parts(cluster, beta), [{resource: {version: 'v1beta1'}, names: ['podinfo'], isOurs: true}]);
	cluster.versions = ['v1beta1'];
	t.is(await router.parts(cluster, model), undefined);
	await t.throwsAsync(router.write(cluster, model, {canary: 5}, options), {message: /httproutes "podinfo" not found/});
});
