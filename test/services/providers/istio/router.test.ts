import test from 'ava';
import {assert, asyncProperty, integer, option} from 'fast-check';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';
import {istioRouter as istio} from '../../../../services/providers/istio/router.ts';
import {serviceOf} from '../../../../services/providers/hosts.ts';
import {Unroutable} from '../../../../services/providers/router.ts';
import {Taken} from '../../../../services/objects/ownership.ts';
import {memoryCluster} from '../../workloads/memory-cluster.ts';
import {managedModel, pairedModel, virtualService, type Host, plainService} from '../../workloads/podinfo.ts';

const options = {lane: 'route'} as const;
const alone = {parts: []};
const both = (primary?: number, canary?: number) => [
	{host: 'podinfo', ...(primary !== undefined && {weight: primary})},
	{host: 'podinfo-canary', ...(canary !== undefined && {weight: canary})},
];
const withRoute = (...routes: ReadonlyArray<readonly Host[]>) => {
	const cluster = memoryCluster();
	cluster.put('virtualservices', virtualService(...routes));
	return cluster;
};

const routeOf = (object: KubeObject | undefined): unknown => object?.spec?.['http'];
const canaryOwner = {apiVersion: 'x/v1', kind: 'Canary', name: 'other', uid: 'other', controller: true};

test('hosts are one Service however they are written', (t) => {
	for (const host of ['podinfo', 'podinfo.test', 'podinfo.test.svc', 'Podinfo.test.svc.cluster.local.']) {
		t.is(serviceOf(host, 'test'), 'podinfo.test');
	}

	t.is(serviceOf('podinfo.example.com', 'test'), 'podinfo.example.com');
});

test('weights are written in one patch that leaves all else as it was', async (t) => {
	const cluster = withRoute([{host: 'legacy'}], both(100, 0));
	const route = await istio.write(cluster, pairedModel, {canary: 5}, options);
	t.like(route, {primary: 95, canary: 5});
	t.deepEqual(cluster.calls, ['PATCH virtualservices podinfo']);
	const expected = virtualService([{host: 'legacy'}], both(95, 5));
	t.deepEqual(cluster.get('virtualservices', 'podinfo')?.spec, expected.spec);
});

test('weights that are so already cost nothing', async (t) => {
	const cluster = withRoute(both(95, 5));
	await istio.write(cluster, pairedModel, {canary: 5}, options);
	t.deepEqual(cluster.calls, []);
});

test('absent weights are added, in every route to both hosts', async (t) => {
	const cluster = withRoute(both(), [{host: 'podinfo.test'}, {host: 'podinfo-canary.test.svc.cluster.local'}]);
	t.like(await istio.write(cluster, pairedModel, {canary: 0}, options), {primary: 100, canary: 0});
	const routes = routeOf(cluster.get('virtualservices', 'podinfo')) as Array<{route: Array<{weight: number}>}>;
	t.deepEqual(
		routes.map(({route}) => route.map(({weight}) => weight)),
		[
			[100, 0],
			[100, 0],
		],
	);
});

test('a route edited behind the cache is read once, and the weights land on the right hosts', async (t) => {
	const cluster = withRoute(both(100, 0));
	const uid = cluster.get('virtualservices', 'podinfo')?.metadata.uid ?? '';
	const edited = virtualService([{host: 'inserted'}], both(100, 0));
	edited.metadata.uid = uid;
	cluster.putUnseen('virtualservices', edited);
	await istio.write(cluster, pairedModel, {canary: 10}, options);
	t.deepEqual(cluster.calls, [
		'PATCH virtualservices podinfo',
		'GET virtualservices podinfo',
		'PATCH virtualservices podinfo',
	]);
	const expected = virtualService([{host: 'inserted'}], both(90, 10));
	t.deepEqual(routeOf(cluster.get('virtualservices', 'podinfo')), expected.spec?.['http']);
});

/** A route that was changed, and changed back, behind the cache. */
const changedMeanwhile = (...routes: ReadonlyArray<readonly Host[]>) => {
	const cluster = withRoute(...routes);
	const object = cluster.get('virtualservices', 'podinfo');
	if (object !== undefined) cluster.putUnseen('virtualservices', object);
	return cluster;
};

test('a raise decided on a route that has changed meanwhile is refused, even where the weights are as they were', async (t) => {
	for (const routes of [[both(90, 10)], [both(100)], [both(50, 50), both(90, 10)]]) {
		const cluster = changedMeanwhile(...routes);
		await istio.write(cluster, pairedModel, {canary: 20}, options);
		t.deepEqual(cluster.calls, [
			'PATCH virtualservices podinfo',
			'GET virtualservices podinfo',
			'PATCH virtualservices podinfo',
		]);
		t.is(istio.read(pairedModel, cluster.get('virtualservices', 'podinfo') as KubeObject, alone)?.canary, 20);
	}
});

test('nothing that changed meanwhile holds up a weight that falls', async (t) => {
	for (const weight of [0, 5]) {
		const cluster = changedMeanwhile(both(90, 10), both(50, 50));
		await istio.write(cluster, pairedModel, {canary: weight}, {lane: 'rollback'});
		t.deepEqual(cluster.calls, ['PATCH virtualservices podinfo']);
		t.is(istio.read(pairedModel, cluster.get('virtualservices', 'podinfo') as KubeObject, alone)?.canary, weight);
	}
});

test('a route that cannot carry two weights is a problem, and is not written', async (t) => {
	for (const route of [[{host: 'podinfo', weight: 100}], [...both(50, 0), {host: 'legacy', weight: 50}]]) {
		const cluster = withRoute(route);
		const [problem] = istio.problems(pairedModel, cluster.get('virtualservices', 'podinfo'), alone);
		t.truthy(problem?.remedy);
		await t.throwsAsync(istio.write(cluster, pairedModel, {canary: 5}, options), {
			instanceOf: Unroutable,
			message: problem?.text ?? '',
		});
		t.deepEqual(cluster.calls, []);
	}

	const text = 'VirtualService podinfo.test does not contain routes for podinfo and podinfo-canary';
	t.is(istio.problems(pairedModel, virtualService([{host: 'podinfo'}]), alone)[0]?.text, text);
});

test('a tcp route carries weights where no http route does', async (t) => {
	const cluster = memoryCluster();
	const object = virtualService(both(100, 0));
	object.spec = {tcp: object.spec?.['http']};
	cluster.put('virtualservices', object);
	t.like(await istio.write(cluster, pairedModel, {canary: 20}, options), {primary: 80, canary: 20});
});

test('a weight out of range is a bug that writes nothing', async (t) => {
	const cluster = withRoute(both(100, 0));
	for (const weight of [-1, 101, 0.5, Number.NaN]) {
		await t.throwsAsync(istio.write(cluster, pairedModel, {canary: weight}, options), {instanceOf: RangeError});
	}

	t.deepEqual(cluster.calls, []);
});

test('weights always sum to 100, whatever was there and whatever is written', async (t) => {
	const weight = option(integer({min: 0, max: 200}), {nil: undefined});
	await assert(
		asyncProperty(weight, weight, integer({min: 0, max: 100}), async (primary, canary, wanted) => {
			const cluster = withRoute(both(primary, canary));
			const before = istio.read(pairedModel, cluster.get('virtualservices', 'podinfo') as KubeObject, alone);
			t.is((before?.primary ?? 0) + (before?.canary ?? 0), 100);
			t.is(before?.canary === 0, (canary ?? 0) === 0);
			const after = await istio.write(cluster, pairedModel, {canary: wanted}, options);
			t.deepEqual([after.primary, after.canary], [100 - wanted, wanted]);
		}),
	);
});

test('the version that the cluster serves is the one that is written', async (t) => {
	const cluster = memoryCluster();
	cluster.versions = ['v1alpha3'];
	await istio.ensure(cluster, managedModel, {canary: 0}, options);
	t.is(cluster.get('virtualservices', 'podinfo')?.apiVersion, 'networking.istio.io/v1alpha3');
	const [routes, rules] = (await istio.parts(cluster, managedModel)) ?? [];
	t.is(routes?.resource.version, 'v1alpha3');
	t.deepEqual(rules?.names, ['podinfo-primary', 'podinfo-canary']);
});

test('generated routes are as the peer makes them, and are made once', async (t) => {
	const cluster = memoryCluster();
	await istio.ensure(cluster, managedModel, {canary: 0}, options);
	await istio.ensure(cluster, managedModel, {canary: 100}, options);
	t.deepEqual(cluster.calls, [
		'POST destinationrules podinfo-primary',
		'POST destinationrules podinfo-canary',
		'POST virtualservices podinfo',
	]);
	t.deepEqual(cluster.get('virtualservices', 'podinfo')?.spec, {
		hosts: ['podinfo'],
		gateways: ['mesh'],
		http: [
			{
				route: [
					{destination: {host: 'podinfo-primary'}, weight: 100},
					{destination: {host: 'podinfo-canary'}, weight: 0},
				],
			},
		],
	});
	t.deepEqual(cluster.get('destinationrules', 'podinfo-primary')?.spec, {host: 'podinfo-primary'});
});

test('editing routing fields keeps the present weights', async (t) => {
	const cluster = memoryCluster();
	const weights = {primary: 100, canary: 0};
	await istio.ensure(cluster, managedModel, weights, options);
	await istio.write(cluster, managedModel, {canary: 30}, options);
	const retries = {attempts: 3};
	const service = {...plainService, timeout: '7s', retries, hosts: ['app.example.com'], gateways: ['public']};
	await istio.ensure(cluster, {...managedModel, service}, weights, options);
	const object = cluster.get('virtualservices', 'podinfo') as KubeObject;
	t.like(istio.read(managedModel, object, alone), {primary: 70, canary: 30});
	t.deepEqual(object.spec?.['hosts'], ['app.example.com', 'podinfo']);
	t.like((routeOf(object) as unknown[])[0], {timeout: '7s', retries});
});

test("a user's own VirtualService is taken over with its weights, and its spec is kept for the way back", async (t) => {
	const cluster = withRoute([
		{host: 'podinfo-primary', weight: 60},
		{host: 'podinfo-canary', weight: 40},
	]);
	const before = cluster.get('virtualservices', 'podinfo')?.spec;
	await istio.ensure(cluster, managedModel, {canary: 0}, options);
	const object = cluster.get('virtualservices', 'podinfo') as KubeObject;
	t.like(istio.read(managedModel, object, alone), {primary: 60, canary: 40});
	const kept = object.metadata.annotations?.['flagger.kubernetes.io/original-configuration'];
	t.deepEqual(JSON.parse(kept ?? ''), before);
});

test('a VirtualService that another controller owns is left alone', async (t) => {
	const cluster = withRoute(both(100, 0));
	const object = cluster.get('virtualservices', 'podinfo') as KubeObject;
	cluster.put('virtualservices', {...object, metadata: {...object.metadata, ownerReferences: [canaryOwner]}});
	const ensuring = istio.ensure(cluster, managedModel, {canary: 0}, options);
	await t.throwsAsync(ensuring, {instanceOf: Taken});
	t.false(cluster.calls.includes('PATCH virtualservices podinfo'));
});

test('delegation has neither hosts nor gateways', async (t) => {
	const cluster = memoryCluster();
	const weights = {primary: 100, canary: 0};
	const service = {...plainService, delegation: true, portDiscovery: true};
	await istio.ensure(cluster, {...managedModel, service}, weights, options);
	const {spec} = cluster.get('virtualservices', 'podinfo') as KubeObject;
	t.deepEqual(Object.keys(spec ?? {}), ['http']);
	t.regex(JSON.stringify(spec), /"host":"podinfo-canary","port":\{"number":80\}/);
	const contradictory = {...managedModel, service: {...service, hosts: ['a']}};
	await t.throwsAsync(istio.ensure(memoryCluster(), contradictory, weights, options), {
		message: 'VirtualService podinfo.test cannot have hosts and gateways when delegation enabled',
	});
});
