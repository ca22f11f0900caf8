import {globSync} from 'node:fs';
import {Ajv} from 'ajv';
import test from 'ava';
import {toModel} from '../../api/model-of-canary.ts';
import {modelOfRollout} from '../../api/model-of-rollout.ts';
import {definitions} from '../../api/crds.ts';
import {defaults, first, manifest, root, today} from './manifests.ts';
import {weightsOf} from '../../api/plan.ts';
import {providers} from '../../services/providers/index.ts';

const ajv = new Ajv({strict: false, allErrors: true, validateFormats: false});
const validators = new Map(
	definitions.map(({spec}) => [spec.names.kind, ajv.compile(spec.versions[0]!.schema.openAPIV3Schema)]),
);

const errorsOf = (object: Record<string, unknown>): readonly string[] => {
	const validate = validators.get(object['kind'] as string)!;
	return validate(object) ? [] : (validate.errors ?? []).map(({instancePath, message}) => `${instancePath} ${message}`);
};

const folders = 'artifacts/{examples/**,namespaces,rollouts,workloads}/*.yaml';
const examples = globSync(folders, {cwd: root}).sort();
const isOurs = ({kind}: Record<string, unknown>): boolean => validators.has(kind as string);

test('there are examples', (t) => {
	t.true(examples.length >= 14, examples.join('\n'));
});

for (const path of examples) {
	test(`${path} is sound`, (t) => {
		for (const object of manifest(path)) {
			t.truthy(object['apiVersion']);
			t.truthy((object['metadata'] as {name?: string}).name);
			if (!isOurs(object)) continue;
			t.deepEqual(errorsOf(object), []);
			const model = (object['kind'] === 'Rollout' ? modelOfRollout : toModel)(object, {...defaults, providers});
			const warnings = model.warnings ?? [];
			t.deepEqual([...model.problems, ...warnings], []);
			t.true([50, 100].includes(weightsOf(model.analysis.plan).at(-1) ?? 0));
			t.true([1, 2].includes(model.analysis.metrics.length));
		}
	});
}

test('the first CRD of all, the peer’s, and what either refuses', (t) => {
	t.deepEqual(errorsOf(first()), []);
	t.deepEqual(errorsOf(today()), []);
	// 0.0.1's own example had a window in seconds, and its CRD let it pass.
	t.deepEqual(errorsOf(first({metrics: [{name: 'istio_requests_total', threshold: 99, interval: '30s'}]})), []);
	t.deepEqual(errorsOf(today({}, {service: {port: 80, targetPort: 'http'}})), []);
	t.deepEqual(errorsOf(today({}, {service: {port: 80, targetPort: 8080}})), []);
	t.deepEqual(errorsOf(today({threshold: '5'})), ['/spec/analysis/threshold must be number']);
	t.deepEqual(errorsOf(today({interval: 'soon'})), ['/spec/analysis/interval must match pattern "^[0-9]+(h|m|s)"']);
	t.deepEqual(errorsOf(today({iterations: 1})), ['/spec/analysis must match exactly one schema in oneOf']);
});

const status = {
	phase: 'Progressing',
	failedChecks: 1,
	canaryWeight: 10,
	iterations: 0,
	trackedConfigs: {'configmap/podinfo': '0123456789abcdef'},
	lastAppliedSpec: '5978589476',
	lastPromotedSpec: '5978589475',
	lastTransitionTime: '2026-11-21T03:00:00Z',
	conditions: [
		{
			type: 'Promoted',
			status: 'Unknown',
			reason: 'Progressing',
			message: 'New revision detected, progressing canary analysis.',
			lastUpdateTime: '2026-11-21T03:00:00Z',
			lastTransitionTime: '2026-11-21T03:00:00Z',
		},
	],
};

test('a status of the peer’s and one of ours fit', (t) => {
	t.deepEqual(errorsOf({...today(), status}), []);
	t.deepEqual(
		errorsOf({
			...today(),
			status: {
				...status,
				state: 'halted',
				canaryRevision: 'c0ffee',
				waitingFor: 'request-success-rate of at least 99',
				reason: 'success rate 82.33% < 99%',
				haltedFrom: 'progressing',
				problems: [{field: 'a', value: 'b', text: 'c', remedy: 'd'}],
			},
		}),
		[],
	);
	t.deepEqual(errorsOf({...today(), status: {state: 'running'}}), [
		'/status/state must be equal to one of the allowed values',
	]);
});

const others: ReadonlyArray<readonly [object, readonly string[]]> = [
	[{kind: 'MetricTemplate', spec: {provider: {type: 'datadog', secretRef: {name: 's'}}, query: 'q'}}, []],
	[{kind: 'MetricTemplate', spec: {provider: {type: 'prometheus', headers: {a: ['b']}}, query: 'q'}}, []],
	[{kind: 'MetricTemplate', spec: {query: 'q'}}, ["/spec must have required property 'provider'"]],
	[{kind: 'AlertProvider', spec: {type: 'slack', address: 'https://hooks', channel: 'x'}}, []],
	[{kind: 'AlertProvider', spec: {type: 'gchat', secretRef: {name: 's'}}}, []],
	[
		{kind: 'AlertProvider', spec: {type: 'slack', address: 'a', secretRef: {name: 's'}}},
		['/spec must match exactly one schema in oneOf'],
	],
];

for (const [object, errors] of others) {
	test(`${JSON.stringify(object)} is ${errors.length === 0 ? 'accepted' : 'refused'}`, (t) => {
		t.deepEqual(errorsOf(object as Record<string, unknown>), errors);
	});
}
