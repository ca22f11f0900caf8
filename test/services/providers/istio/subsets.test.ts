import test from 'ava';
import type {CanaryModel} from '../../../../api/model.ts';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';
import {istioRouter as istio} from '../../../../services/providers/istio/router.ts';
import {Unroutable, type Surroundings} from '../../../../services/providers/router.ts';
import {memoryCluster} from '../../workloads/memory-cluster.ts';
import {deployment, pairedModel} from '../../workloads/podinfo.ts';

type Labels = Readonly<Record<string, string>>;
type Destination = Readonly<Record<string, unknown>>;

const options = {lane: 'route'} as const;
const model: CanaryModel = {
	...pairedModel,
	primary: {name: 'podinfo-ga'},
	hosts: {apex: 'podinfo', primary: 'podinfo', canary: 'podinfo.test'},
};

const workload = (name: string, labels: Labels, selected: Labels = labels): KubeObject => {
	const {spec, ...rest} = deployment(name, 'podinfo:0.1.0');
	const template = spec?.['template'] as {metadata: object};
	const metadata = {...template.metadata, labels};
	return {...rest, spec: {...spec, selector: {matchLabels: selected}, template: {...template, metadata}}};
};

const rule = (subsets: Readonly<Record<string, Labels>>, host = 'podinfo.test'): KubeObject => ({
	apiVersion: 'networking.istio.io/v1beta1',
	kind: 'DestinationRule',
	metadata: {name: 'podinfo', namespace: 'test'},
	spec: {host, subsets: Object.entries(subsets).map(([name, labels]) => ({name, labels}))},
});

const routed = (...route: ReadonlyArray<readonly [destination: Destination, weight?: number]>): KubeObject => ({
	apiVersion: 'networking.istio.io/v1beta1',
	kind: 'VirtualService',
	metadata: {name: 'podinfo', namespace: 'test'},
	spec: {
		hosts: ['podinfo'],
		gateways: ['mesh', 'podinfo-gateway'],
		http: [{timeout: '5s', route: route.map(([destination, weight]) => ({destination, weight}))}],
	},
});

const host = 'podinfo.test';
const both = (canary: number, names = {canary: 'canary', ga: 'ga'}): KubeObject =>
	routed([{host, subset: names.canary}, canary], [{host, subset: names.ga}, 100 - canary]);

const around: Surroundings = {
	parts: [rule({canary: {release: 'canary'}, ga: {release: 'ga'}})],
	primary: workload('podinfo-ga', {app: 'podinfo', release: 'ga'}),
	target: workload('podinfo-canary', {app: 'podinfo', release: 'canary'}),
};

const clusterOf = (route: KubeObject, {parts, primary, target}: Surroundings = around) => {
	const cluster = memoryCluster();
	cluster.put('virtualservices', route);
	for (const part of parts) cluster.put('destinationrules', part);
	for (const one of [primary, target]) if (one !== undefined) cluster.put('deployments', one);
	return cluster;
};

test('weights of subsets are read, and written in one patch that leaves all else as it was', async (t) => {
	const cluster = clusterOf(both(0));
	t.like(istio.read(model, both(10), around), {primary: 90, canary: 10});
	t.like(await istio.write(cluster, model, {canary: 60}, options), {primary: 40, canary: 60});
	t.deepEqual(cluster.get('virtualservices', 'podinfo')?.spec, both(60).spec);
	t.deepEqual(cluster.calls, ['PATCH virtualservices podinfo']);
	await istio.write(cluster, model, {canary: 60}, options);
	t.is(cluster.calls.length, 1, 'no write when it is so already');
});

test('subsets are told by the labels of the pods that they select, whatever their names', async (t) => {
	const names = {canary: 'blue', ga: 'green'};
	const parts = [
		rule({canary: {release: 'ga'}}, 'another'),
		rule({blue: {release: 'canary'}, green: {app: 'podinfo', release: 'ga'}}, 'podinfo.test.svc.cluster.local'),
	];
	const cluster = clusterOf(both(0, names), {...around, parts});
	await istio.write(cluster, model, {canary: 10}, options);
	t.deepEqual(cluster.get('virtualservices', 'podinfo')?.spec, both(10, names).spec);
	t.deepEqual(istio.problems(model, both(0, names), {...around, parts}), []);
});

test('without a DestinationRule here, telling names tell; so users can be brought back when it was deleted', async (t) => {
	for (const ga of ['ga', 'primary', 'stable']) {
		const cluster = clusterOf(both(60, {canary: 'canary', ga}), {...around, parts: []});
		t.like(await istio.write(cluster, model, {canary: 0}, options), {primary: 100, canary: 0});
	}
});

test('the Canary may say which subset is whose', (t) => {
	const names = {canary: 'v2', ga: 'v1'};
	t.is(istio.read(model, both(30, names), {...around, parts: []}), undefined);
	const said = {...model, subsets: {primary: 'v1', canary: 'v2'}};
	t.like(istio.read(said, both(30, names), {...around, parts: []}), {canary: 30});
});

const unclear: ReadonlyArray<readonly [title: string, route: KubeObject, around: Surroundings, text: RegExp]> = [
	[
		'a subset that selects pods of both',
		both(0),
		{...around, parts: [rule({canary: {release: 'canary'}, ga: {app: 'podinfo'}})]},
		/does not tell the subsets of podinfo apart: canary is the canary’s, ga selects pods of both$/,
	],
	[
		'a subset that selects nobody',
		both(0),
		{...around, parts: [rule({canary: {release: 'next'}, ga: {release: 'ga'}})]},
		/apart: canary selects pods of neither, ga is the primary’s$/,
	],
	[
		'names that tell nothing and no DestinationRule',
		both(0, {canary: 'v2', ga: 'v1'}),
		{...around, parts: []},
		/apart: v2 is defined by no DestinationRule of this namespace, v1 is/,
	],
	['a destination without a subset', routed([{host}, 100]), around, /apart: one has no subset$/],
	['a route to elsewhere', routed([{host: 'other'}, 100]), around, /does not contain routes for podinfo$/],
];

for (const [title, route, known, text] of unclear) {
	test(`${title} is a problem that says what to do, and nothing is written`, async (t) => {
		const [problem, ...others] = istio.problems(model, route, known);
		t.regex(problem?.text ?? '', text);
		t.regex(problem?.remedy ?? '', /one that selects the pods of podinfo-ga alone .* spec\.primary\.subset and/);
		t.deepEqual(others, []);
		const cluster = clusterOf(route, known);
		await t.throwsAsync(istio.write(cluster, model, {canary: 10}, options), {instanceOf: Unroutable});
		t.deepEqual(cluster.calls, []);
	});
}

test('a subset by a label that a promotion would take along is a problem before any run', (t) => {
	const known = {
		...around,
		primary: workload('podinfo-ga', {app: 'podinfo-ga', release: 'ga'}, {app: 'podinfo-ga'}),
		target: workload('podinfo-canary', {app: 'podinfo-canary', release: 'canary'}, {app: 'podinfo-canary'}),
	};
	const [problem] = istio.problems(model, both(0), known);
	t.is(problem?.text, 'subset ga would lose the pods of podinfo-ga by a promotion');
	t.deepEqual(istio.problems(model, both(0), around), []);
});

test('a destination that was edited behind the cache is not given the weight of another', async (t) => {
	const cluster = clusterOf(both(0));
	const edited = routed([{host, subset: 'ga'}, 100], [{host, subset: 'canary'}, 0]);
	edited.metadata.uid = cluster.get('virtualservices', 'podinfo')?.metadata.uid ?? '';
	cluster.putUnseen('virtualservices', edited);
	await istio.write(cluster, model, {canary: 10}, options);
	const expected = routed([{host, subset: 'ga'}, 90], [{host, subset: 'canary'}, 10]);
	t.deepEqual(cluster.get('virtualservices', 'podinfo')?.spec, expected.spec);
});

test('the VirtualService and the DestinationRules of the Service are followed', async (t) => {
	const parts = await istio.parts(memoryCluster(), model);
	t.deepEqual(
		parts?.map(({resource, names}) => [resource.plural, names]),
		[
			['virtualservices', ['podinfo']],
			['destinationrules', []],
		],
	);
	const keep = parts?.[1]?.keep;
	t.true(keep?.(rule({})));
	t.false(keep?.(rule({}, 'podinfo.other')));
});

test('destination.name of Istio before 0.8 is read as the host, and stays', async (t) => {
	const legacy = (canary: number): KubeObject =>
		routed([{name: host, subset: 'canary'}, canary], [{name: host, subset: 'ga'}, 100 - canary]);
	const cluster = clusterOf(legacy(0));
	t.like(await istio.write(cluster, model, {canary: 10}, options), {canary: 10});
	t.deepEqual(cluster.get('virtualservices', 'podinfo')?.spec, legacy(10).spec);
});
