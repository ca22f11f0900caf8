import test from 'ava';
import {call, canary, canaryDefinition, canaryWorld, keys, world} from './world.ts';

const path = '/apis/flagger.app/v1beta1/namespaces/test/canaries';
const merge = {'content-type': 'application/merge-patch+json'};

const refusal = (analysis: Record<string, unknown>): string => {
	const {status, body} = call(canaryWorld(), 'POST', path, canary({canaryAnalysis: analysis}));
	return `${status} ${body.message}`;
};

const invalid = '422 Canary.flagger.app "podinfo" is invalid: spec.canaryAnalysis';

test('a definition is established at once and its kind served in each version', (t) => {
	const at = world();
	t.is(call(at, 'GET', path).status, 404);
	const created = at.store.create(keys.crds, canaryDefinition, 'test');
	const conditions = created.status?.['conditions'] as Array<{type: string; status: string}>;
	t.deepEqual(
		conditions.map(({type, status}) => `${type}=${status}`),
		['NamesAccepted=True', 'Established=True'],
	);
	t.is(call(at, 'POST', path, canary()).status, 201);
	t.is(call(at, 'GET', path.replace('v1beta1', 'v1alpha3')).body.items[0].apiVersion, 'flagger.app/v1alpha3');
});

test('a definition takes its instances with it', (t) => {
	const at = canaryWorld();
	at.store.create(keys.canaries, canary(), 'test');
	at.store.remove(keys.crds, undefined, 'canaries.flagger.app', 'test');
	t.is(call(at, 'GET', path).status, 404);
	at.store.create(keys.crds, canaryDefinition, 'test');
	t.deepEqual(call(at, 'GET', path).body.items, []);
});

test('a required field that is missing is named as a real server names it', (t) => {
	const {body} = call(canaryWorld(), 'POST', path, {...canary(), spec: {}});
	t.is(body.message, 'Canary.flagger.app "podinfo" is invalid: spec.targetKind: Required value');
	t.deepEqual(body.details.causes, [
		{reason: 'FieldValueRequired', message: 'Required value', field: 'spec.targetKind'},
	]);
});

test('values that the schema refuses are refused in its words', (t) => {
	const where = 'spec.canaryAnalysis';
	t.is(
		refusal({threshold: 'ten'}),
		`${invalid}.threshold: Invalid value: "string": ${where}.threshold in body must be of type number: "string"`,
	);
	t.is(
		refusal({maxWeight: 101}),
		`${invalid}.maxWeight: Invalid value: 101: ${where}.maxWeight in body should be less than or equal to 100`,
	);
	t.is(refusal({mode: 'odd'}), `${invalid}.mode: Unsupported value: "odd": supported values: "fast", "slow"`);
	t.is(
		refusal({interval: 'soon'}),
		`${invalid}.interval: Invalid value: "soon": ${where}.interval in body should match '^[0-9]+(m|s)'`,
	);
	t.true(refusal({one: {}}).includes(`"${where}.one" must validate one and only one schema (oneOf). Found none valid`));
	t.true(refusal({port: true}).startsWith(invalid));
});

test('defaults are filled in, int-or-string takes both, and open objects keep all', (t) => {
	const at = canaryWorld();
	const analysis = {port: 'http', free: {deep: {down: 1}}};
	const {body} = call(at, 'POST', path, canary({canaryAnalysis: analysis}));
	t.deepEqual(body.spec.canaryAnalysis, {...analysis, threshold: 5});
});

test('an unknown field is dropped with a warning, silently, or refused, as the client asks', (t) => {
	const odd = canary({canaryAnalysis: {maxWeigth: 5}});
	const warned = call(canaryWorld(), 'POST', path, odd);
	t.is(warned.headers['warning'], String.raw`299 - "unknown field \"spec.canaryAnalysis.maxWeigth\""`);
	t.deepEqual(warned.body.spec.canaryAnalysis, {threshold: 5});
	t.is(call(canaryWorld(), 'POST', `${path}?fieldValidation=Ignore`, odd).headers['warning'], undefined);
	const strict = call(canaryWorld(), 'POST', `${path}?fieldValidation=Strict`, odd);
	t.is(strict.status, 400);
	t.is(
		strict.body.message,
		'Canary in version "v1beta1" cannot be handled as a Canary: ' +
			'strict decoding error: unknown field "spec.canaryAnalysis.maxWeigth"',
	);
});

test('an unknown field in a strict patch is invalid, with the whole object', (t) => {
	const at = canaryWorld();
	at.store.create(keys.canaries, canary(), 'test');
	const {status, body} = call(at, 'PATCH', `${path}/podinfo?fieldValidation=Strict`, {spec: {odd: 1}}, merge);
	t.is(status, 422);
	t.regex(body.message, /^ "" is invalid: patch: Invalid value: "\{.*unknown field "spec\.odd"$/u);
	// It names no object, or kubectl would say that the object is invalid.
	t.deepEqual(Object.keys(body.details), ['causes']);
});

test('a PUT must say which version it replaces', (t) => {
	const at = canaryWorld();
	at.store.create(keys.canaries, canary(), 'test');
	t.true(
		call(at, 'PUT', `${path}/podinfo`, canary()).body.message.endsWith(
			'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
		),
	);
});

test('the status of a custom resource is its own subresource', (t) => {
	const at = canaryWorld();
	at.store.create(keys.canaries, canary(), 'test');
	const patch = {spec: {targetKind: 'DaemonSet'}, status: {phase: 'Promoting'}};
	const main = call(at, 'PATCH', `${path}/podinfo`, patch, merge).body;
	t.deepEqual([main.spec.targetKind, main.status, main.metadata.generation], ['DaemonSet', undefined, 2]);
	const other = {spec: {targetKind: 'Deployment'}, status: {phase: 'Promoting'}};
	const status = call(at, 'PATCH', `${path}/podinfo/status`, other, merge).body;
	t.deepEqual(
		[status.spec.targetKind, status.status, status.metadata.generation],
		['DaemonSet', {phase: 'Promoting'}, 2],
	);
});

test('rules that were not checked are mentioned beside the schema’s findings', (t) => {
	const at = world();
	const definition: any = structuredClone(canaryDefinition);
	for (const version of definition.spec.versions) {
		version.schema.openAPIV3Schema.properties.spec['x-kubernetes-validations'] = [{rule: 'true'}];
	}

	at.store.create(keys.crds, definition, 'test');
	const {body} = call(at, 'POST', path, {...canary(), spec: {}});
	t.true(body.message.includes('<nil>: Invalid value: null: some validation rules were not checked'));
});
