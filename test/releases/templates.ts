// Releases that are judged by a MetricTemplate alone: what it asks, and of whom, is the cluster's.
import type {ExecutionContext} from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {canaries, metricTemplates} from '../../services/kubernetes/resources.ts';
import {assertPromoted, goodWords, midRun, phaseBecomes, statusBecomes, statusOf, words} from './assertions.ts';
import type {Harness} from './harness.ts';
import {initialized, release, type ReleaseShape, type Version} from './shapes.ts';

/** A source of metrics with the users' requests, and how it is asked for those that failed, in percent. */
export type ErrorsAsked = {
	readonly type: string;
	readonly address: string;
	readonly query: string;
	/** Of its Secret. */
	readonly credentials: Readonly<Record<string, string>>;
};

const of =
	'reporter="destination", destination_workload_namespace="{{ namespace }}", destination_workload="{{ target }}"';

/** `address`: of Prometheus. */
export const prometheusErrors = (address: string): ErrorsAsked => ({
	type: 'prometheus',
	address,
	query: `
# What users see as errors.
100 - sum(rate(istio_requests_total{${of}, response_code!~"{{ variables.codes }}"}[{{ interval }}]))
  / sum(rate(istio_requests_total{${of}}[{{ interval }}])) * 100`,
	credentials: {username: 'aviary', password: 'secret'},
});

/** `address`: of Datadog's API. */
export const datadogErrors = (address: string): ErrorsAsked => {
	const requests =
		'reporter:destination, destination_workload_namespace:{{ namespace }}, destination_workload:{{ target }}';
	return {
		type: 'datadog',
		address,
		query: `
100 - (
  sum:istio.mesh.request.count{${requests}, !response_code:5*}.as_count()
  /
  sum:istio.mesh.request.count{${requests}}.as_count()
) * 100
`,
		credentials: {datadog_api_key: 'api', datadog_application_key: 'application'},
	};
};

const templateOf = (namespace: string, {type, address, query}: ErrorsAsked): KubeObject => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'MetricTemplate',
	metadata: {name: 'errors', namespace},
	spec: {provider: {type, address, secretRef: {name: 'metrics'}}, query},
});

const secretOf = (namespace: string, {credentials}: ErrorsAsked): KubeObject => ({
	apiVersion: 'v1',
	kind: 'Secret',
	metadata: {name: 'metrics', namespace},
	data: Object.fromEntries(
		Object.entries(credentials).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
	),
});

const metrics = [
	{
		name: 'errors',
		templateRef: {name: 'errors'},
		templateVariables: {codes: '5.*'},
		thresholdRange: {max: 1},
		interval: '1m',
		unit: '%',
	},
];

const begin = async (harness: Harness, shape: ReleaseShape, asked: ErrorsAsked, version: Version): Promise<void> => {
	const {namespace} = harness;
	const objects = await shape.objects(namespace, version);
	const canary = objects.find(({kind}) => kind === canaries.kind);
	const analysis = {...(canary?.spec?.['analysis'] as object), metrics};
	await harness.apply([
		...objects.filter((object) => object !== canary),
		secretOf(namespace, asked),
		templateOf(namespace, asked),
		...(canary === undefined ? [] : [{...canary, spec: {...canary.spec, analysis}}]),
	]);
	await initialized(harness);
	await release(harness, shape, version);
};

const NEW = '1.2.0';
const INTERVAL_MS = 60_000;

export type TemplateCase = {
	readonly title: string;
	readonly run: (t: ExecutionContext, harness: Harness, shape: ReleaseShape, asked: ErrorsAsked) => Promise<void>;
};

const good: TemplateCase = {
	title: 'a good release is promoted by what a MetricTemplate tells',
	async run(t, harness, shape, asked) {
		await begin(harness, shape, asked, {tag: NEW});
		await assertPromoted(t, harness, shape, NEW);
		t.deepEqual(await words(harness), goodWords(shape, harness.namespace));
	},
};

const bad: TemplateCase = {
	title: 'a bad release is rolled back by what a MetricTemplate tells',
	async run(t, harness, shape, asked) {
		await begin(harness, shape, asked, {tag: NEW, behaviour: {'error-rate': '0.4'}});
		t.like(await phaseBecomes(harness, 'Failed'), {state: 'failed', canaryWeight: 0, failedChecks: shape.threshold});
		const halts = (await words(harness)).filter((text) => text.startsWith('Halt '));
		t.true(halts.length > 0);
		for (const halt of halts) t.regex(halt, /^Halt podinfo\.\S+ advancement errors \d+\.\d\d % > 1 %$/);
	},
};

const missing: TemplateCase = {
	title: 'a MetricTemplate that goes in mid-run halts the run where it is, until it is there again',
	async run(t, harness, shape, asked) {
		await begin(harness, shape, asked, {tag: NEW});
		await midRun(harness, shape);
		await harness.remove(metricTemplates, 'errors');
		const text = `MetricTemplate errors.${harness.namespace} not found`;
		const isSaid = ({state, waitingFor}: Readonly<Record<string, unknown>>): boolean =>
			state === 'halted' && String(waitingFor).includes(text);
		await statusBecomes(harness, 'it is halted', isSaid);
		const {canaryWeight} = await statusOf(harness);
		await harness.pass(3 * INTERVAL_MS);
		t.like(await statusOf(harness), {state: 'halted', canaryWeight, failedChecks: 0});
		await harness.apply([templateOf(harness.namespace, asked)]);
		await assertPromoted(t, harness, shape, NEW);
	},
};

export const templateCases: readonly TemplateCase[] = [good, bad, missing];
