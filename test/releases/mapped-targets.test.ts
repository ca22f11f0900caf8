// The releases of kinds that a mapping tells of, on the embedded world: the seed's shape, with a HelmRelease or a
// Function in the place of each Deployment.
import test from 'ava';
import {at} from '../../api/reading.ts';
import type {KubeObject, Operation, Resource} from '../../services/kubernetes/cluster.ts';
import {phaseBecomes, statusBecomes, words} from './assertions.ts';
import {startEmbeddedHarness} from './embedded-harness.ts';
import {shapes, type Version} from './shapes.ts';
import {courseOf, momentsOf} from './moments.ts';

const [first] = shapes;
const IMAGE = 'quay.io/stefanprodan/podinfo';

type Kind = {
	readonly resource: Resource;
	readonly specOf: (name: string, version: Version) => Record<string, unknown>;
	/** A change of the canary to another version. */
	readonly release: (version: Version) => readonly Operation[];
	/** Where the version is. */
	readonly version: readonly string[];
	/** Where a canary that is at zero says so, and how. */
	readonly zero: {readonly path: readonly string[]; readonly value: unknown};
};

const annotationsOf = ({behaviour = {}}: Version): Record<string, string> => ({
	'prometheus.io/scrape': 'true',
	...Object.fromEntries(Object.entries(behaviour).map(([name, value]) => [`sandbox.aviary.dev/${name}`, value])),
});

const helmRelease: Kind = {
	resource: {group: 'helm.toolkit.fluxcd.io', version: 'v2', plural: 'helmreleases', kind: 'HelmRelease'},
	specOf: (name, version) => ({
		interval: '5m',
		releaseName: name,
		chart: {spec: {chart: 'podinfo', version: version.tag, sourceRef: {kind: 'HelmRepository', name: 'podinfo'}}},
		values: {replicaCount: 2, podAnnotations: annotationsOf(version)},
	}),
	release: (version) => [
		{op: 'replace', path: '/spec/chart/spec/version', value: version.tag},
		{op: 'add', path: '/spec/values/podAnnotations', value: annotationsOf(version)},
	],
	version: ['spec', 'chart', 'spec', 'version'],
	zero: {path: ['spec', 'values', 'replicaCount'], value: 0},
};

const openFaasFunction: Kind = {
	resource: {group: 'openfaas.com', version: 'v1', plural: 'functions', kind: 'Function'},
	specOf: (name, version) => ({
		name,
		image: `${IMAGE}:${version.tag}`,
		labels: {'com.openfaas.scale.min': '2'},
		annotations: annotationsOf(version),
	}),
	release: (version) => [
		{op: 'replace', path: '/spec/image', value: `${IMAGE}:${version.tag}`},
		{op: 'add', path: '/spec/annotations', value: annotationsOf(version)},
	],
	version: ['spec', 'image'],
	zero: {path: ['metadata', 'annotations', 'aviary.dev/scaled-to-zero'], value: 'true'},
};

const apply = async (
	harness: Awaited<ReturnType<typeof startEmbeddedHarness>>,
	{resource, specOf}: Kind,
	next: Version,
	analysis: Record<string, unknown> = {},
) => {
	const objects = (await first?.objects(harness.namespace, next)) ?? [];
	const changed = objects
		.filter(({kind}) => kind !== 'HorizontalPodAutoscaler')
		.map((object): KubeObject => {
			if (object.kind === 'Canary') {
				const canaryAnalysis = {...(at(object, 'spec', 'canaryAnalysis') as object), ...analysis};
				return {...object, spec: {...object.spec, targetKind: resource.kind, canaryAnalysis}};
			}

			if (object.kind !== 'Deployment') return object;
			const {name} = object.metadata;
			const version = name === 'podinfo' ? {tag: '1.1.1'} : next;
			const apiVersion = `${resource.group}/${resource.version}`;
			return {apiVersion, kind: resource.kind, metadata: {name, namespace: 'test'}, spec: specOf(name, version)};
		});
	await harness.apply(changed);
};

for (const kind of [helmRelease, openFaasFunction]) {
	const {resource} = kind;
	const versionIn = (object: KubeObject | undefined): unknown => at(object, ...kind.version);
	const isAtZero = (object: KubeObject | undefined): boolean => at(object, ...kind.zero.path) === kind.zero.value;

	test(`${resource.kind}: a good release is promoted step by step, and the next one too`, async (t) => {
		const harness = await startEmbeddedHarness('test');
		t.teardown(() => harness.stop());
		await apply(harness, kind, {tag: '1.2.0'});
		await statusBecomes(harness, 'the first weight', (status) => status['canaryWeight'] === 5);
		const droppedBefore = harness.dropped();
		await phaseBecomes(harness, 'Succeeded');
		const [primary, target] = await Promise.all([
			harness.get(resource, 'podinfo'),
			harness.get(resource, 'podinfo-canary'),
		]);
		t.is(versionIn(primary), versionIn(target));
		t.true(isAtZero(target));
		t.false(isAtZero(primary));
		const moments = first === undefined ? [] : momentsOf(await harness.history(), first);
		t.deepEqual(courseOf(moments, 'canaryWeight').slice(-12), [0, ...(first?.weights ?? []), 0]);
		t.deepEqual((await words(harness)).slice(-2), [
			'Copying podinfo-canary.test template spec to podinfo.test',
			'Promotion completed! Scaling down podinfo-canary.test',
		]);

		await harness.patch(resource, 'podinfo-canary', kind.release({tag: '1.3.0'}));
		await phaseBecomes(harness, 'Progressing');
		t.false(isAtZero(await harness.get(resource, 'podinfo-canary')));
		await phaseBecomes(harness, 'Succeeded');
		t.regex(String(versionIn(await harness.get(resource, 'podinfo'))), /1\.3\.0$/);
		t.is(harness.dropped(), droppedBefore, 'no request of a user was lost');
	});

	test(`${resource.kind}: a release with errors is rolled back, and the primary is never touched`, async (t) => {
		const harness = await startEmbeddedHarness('test');
		t.teardown(() => harness.stop());
		await apply(harness, kind, {tag: '1.2.0', behaviour: {'error-rate': '0.4'}});
		const status = await phaseBecomes(harness, 'Failed');
		t.like(status, {state: 'failed', canaryWeight: 0, failedChecks: 10});
		t.true(isAtZero(await harness.get(resource, 'podinfo-canary')));
		const primary = await harness.get(resource, 'podinfo');
		t.regex(String(versionIn(primary)), /1\.1\.1$/);
		t.is(primary?.metadata.generation, 1);
	});
}

test('a HelmRelease that cannot start is not waited for beyond its deadline', async (t) => {
	const harness = await startEmbeddedHarness('test');
	t.teardown(() => harness.stop());
	await apply(harness, helmRelease, {tag: '1.2.0', behaviour: {'never-ready': 'true'}});
	const status = await phaseBecomes(harness, 'Failed');
	t.is(status['canaryWeight'], 0);
	t.is(at(await harness.get(helmRelease.resource, 'podinfo'), ...helmRelease.version), '1.1.1');
});

const answered = {
	name: 'answered',
	query:
		'100 * sum(rate(istio_requests_total{destination_workload="{{ target }}",response_code!~"5.*"}[{{ interval }}])) / ' +
		'sum(rate(istio_requests_total{destination_workload="{{ target }}"}[{{ interval }}]))',
	unit: 'percent',
	thresholdRange: {min: 99},
	interval: '1m',
};

for (const [rate, phase] of [
	['0', 'Succeeded'],
	['0.4', 'Failed'],
] as const) {
	test(`a HelmRelease that is checked by a query of its own alone has ${phase} at an error rate of ${rate}`, async (t) => {
		const harness = await startEmbeddedHarness('test');
		t.teardown(() => harness.stop());
		const version = {tag: '1.2.0', behaviour: {'error-rate': rate}};
		await apply(harness, helmRelease, version, {stepWeight: 25, threshold: 2, metrics: [answered]});
		await phaseBecomes(harness, phase);
		const said = (await words(harness)).filter((text) => /answered [\d.]+ percent < 99 percent/.test(text));
		t.is(said.length > 0, phase === 'Failed');
	});
}
