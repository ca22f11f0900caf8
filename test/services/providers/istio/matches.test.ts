import test from 'ava';
import type {CanaryModel} from '../../../../api/model.ts';
import type {MatchRule} from '../../../../api/shares.ts';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';
import {istioRouter as istio} from '../../../../services/providers/istio/router.ts';
import {Unroutable} from '../../../../services/providers/router.ts';
import {memoryCluster} from '../../workloads/memory-cluster.ts';
import {managedModel} from '../../workloads/podinfo.ts';

const options = {lane: 'route'} as const;
const alone = {parts: []};
const insiders: readonly MatchRule[] = [
	{headers: {'x-canary': {exact: 'insider'}}},
	{headers: {cookie: {suffix: 'type=in.sider'}}, sourceLabels: {app: 'tester'}},
];
const writtenInsiders = [
	{headers: {'x-canary': {exact: 'insider'}}},
	{headers: {cookie: {regex: String.raw`.*type=in\.sider`}}, sourceLabels: {app: 'tester'}},
];

const abTesting = (match: readonly MatchRule[], service = managedModel.service): CanaryModel => ({
	...managedModel,
	...(service && {service}),
	analysis: {
		...managedModel.analysis,
		plan: {strategy: 'ab-testing', steps: [{share: {canary: 100, match}, rounds: 3, tells: 'rounds'}], promotion: []},
	},
});

const to = (primary: number, canary: number) => [
	{destination: {host: 'podinfo-primary'}, weight: primary},
	{destination: {host: 'podinfo-canary'}, weight: canary},
];
const others = [{destination: {host: 'podinfo-primary'}, weight: 100}];

const made = async (model: CanaryModel) => {
	const cluster = memoryCluster();
	await istio.ensure(cluster, model, {canary: 0}, options);
	const route = (): KubeObject => cluster.get('virtualservices', 'podinfo') as KubeObject;
	return {cluster, route, http: () => route().spec?.['http'], read: () => istio.read(model, route(), alone)};
};

test('requests that match have a route of their own, and all others stay the primary’s', async (t) => {
	const model = abTesting(insiders);
	const {cluster, http, read} = await made(model);
	t.deepEqual(http(), [{match: writtenInsiders, route: to(100, 0)}, {route: others}]);
	t.like(read(), {primary: 100, canary: 0});
	t.like(await istio.write(cluster, model, {canary: 100, match: insiders}, options), {
		primary: 0,
		canary: 100,
		match: insiders,
	});
	t.deepEqual(http(), [{match: writtenInsiders, route: to(0, 100)}, {route: others}]);
	t.deepEqual(read()?.match, insiders);
	await istio.write(cluster, model, {canary: 0}, options);
	t.deepEqual(http(), [{match: writtenInsiders, route: to(100, 0)}, {route: others}]);
});

test('they match within whatever is routed at all', async (t) => {
	const service = {
		...managedModel.service,
		match: [{uri: {prefix: '/api'}, headers: {host: {exact: 'a'}}}, {port: 80}],
	};
	const model = abTesting(insiders.slice(0, 1), service as typeof managedModel.service);
	const {http} = await made(model);
	const header = {'x-canary': {exact: 'insider'}};
	t.deepEqual(http(), [
		{
			match: [
				{uri: {prefix: '/api'}, headers: {host: {exact: 'a'}, ...header}},
				{port: 80, headers: header},
			],
			route: to(100, 0),
		},
		{match: service.match, route: others},
	]);
});

test('other requests than the run’s are never given to the canary by an edit', async (t) => {
	const before = abTesting(insiders);
	const {cluster, route, http} = await made(before);
	await istio.write(cluster, before, {canary: 100, match: insiders}, options);
	for (const model of [abTesting(insiders.slice(0, 1)), managedModel]) {
		const share = model === managedModel ? {canary: 100} : {canary: 100, match: insiders.slice(0, 1)};
		t.like(istio.read(model, route(), alone), {canary: 100, match: writtenInsiders});
		if (share.match !== undefined) {
			await t.throwsAsync(istio.write(cluster, model, share, options), {instanceOf: Unroutable});
		}

		await istio.ensure(cluster, model, share, options);
		t.like(istio.read(model, route(), alone), {primary: 100, canary: 0});
		await istio.ensure(cluster, before, {canary: 0}, options);
		await istio.write(cluster, before, {canary: 100, match: insiders}, options);
	}

	t.deepEqual(http(), [{match: writtenInsiders, route: to(0, 100)}, {route: others}]);
});
