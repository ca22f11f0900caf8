import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {definitions, type Schema} from '../../api/crds.ts';
import {generatedFiles} from '../../api/generate.ts';
import {manifest, root} from './manifests.ts';

for (const [path, text] of generatedFiles()) {
	test(`${path} is what npm run generate writes`, (t) => {
		t.true(readFileSync(join(root, path), 'utf8') === text, 'stale: run npm run generate');
	});
}

test('artifacts/crds holds the CRDs and nothing else', (t) => {
	const names = definitions.map(({metadata}) => `${metadata.name}.yaml`);
	t.deepEqual(readdirSync(join(root, 'artifacts/crds')).sort(), ['Kustomization', ...names].sort());
	for (const name of names) {
		for (const object of manifest(`artifacts/crds/${name}`)) t.is(object['kind'], 'CustomResourceDefinition');
	}
});

test('YAML loses nothing of the definitions', (t) => {
	for (const definition of definitions) {
		const [read] = manifest(`artifacts/crds/${definition.metadata.name}.yaml`);
		t.deepEqual(read, JSON.parse(JSON.stringify(definition)));
	}
});

const forbidden = ['$ref', '$id', 'const', 'patternProperties', 'definitions', 'anyOf', 'allOf', 'uniqueItems'];
const onlyOutside = new Set(['type', 'description', 'default', 'additionalProperties', 'nullable', 'title']);

/** What the API server calls a non-structural schema, and what it would drop without a word. */
const offences = (schema: Record<string, unknown>, path: string): readonly string[] => {
	const own = forbidden.filter((key) => key in schema).map((key) => `${path}: ${key}`);
	if (typeof schema['type'] !== 'string' && schema['x-kubernetes-int-or-string'] !== true) own.push(`${path}: no type`);
	if (typeof schema['additionalProperties'] === 'boolean') own.push(`${path}: additionalProperties`);
	if (![undefined, 'int32', 'date-time'].includes(schema['format'] as string | undefined)) own.push(`${path}: format`);

	for (const key of Object.keys(schema)) if (key.startsWith('x-aviary')) own.push(`${path}: ${key}`);
	const {properties = {}, items, additionalProperties} = schema as Schema;
	const below = Object.entries(properties).flatMap(([name, field]) => offences(field as never, `${path}.${name}`));
	const listed = items === undefined ? [] : offences(items as never, `${path}[]`);
	const mapped = additionalProperties === undefined ? [] : offences(additionalProperties as never, `${path}{}`);
	return [...own, ...below, ...listed, ...mapped, ...junctorOffences(schema['oneOf'], path)];
};

/** Inside of oneOf, anyOf and not, a schema may only restrict. */
const junctorOffences = (value: unknown, path: string): readonly string[] => {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) => {
		const offending = onlyOutside.has(key) ? [`${path}: ${key} in a junctor`] : [];
		return [...offending, ...(key === 'required' ? [] : junctorOffences(member, path))];
	});
};

for (const {spec} of definitions) {
	test(`the schema of ${spec.names.kind} is structural`, (t) => {
		t.deepEqual(offences(spec.versions[0]!.schema.openAPIV3Schema as never, spec.names.kind), []);
	});
}
