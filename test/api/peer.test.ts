// Flagger 1.44.0's CRDs, cut to the facts that decide what they accept (`peer-crds.json`, by path): ours accept as much.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {definitions, type Schema} from '../../api/crds.ts';

type Facts = Schema & Record<string, unknown>;
type Peer = {readonly columns: readonly object[]; readonly fields: Readonly<Record<string, Facts>>};

const peer = JSON.parse(readFileSync(join(import.meta.dirname, 'peer-crds.json'), 'utf8')) as Record<string, Peer>;

const fieldsOf = (schema: Schema, path: string): ReadonlyArray<readonly [string, Facts]> => [
	[path, schema as Facts],
	...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
		fieldsOf(field, path === '' ? name : `${path}.${name}`),
	),
	...(schema.items === undefined ? [] : fieldsOf(schema.items, `${path}[]`)),
	...(schema.additionalProperties === undefined ? [] : fieldsOf(schema.additionalProperties, `${path}{}`)),
];

/** Where ours accepts more, or where the peer's schema says what no server acts upon. */
const wider: Readonly<Record<string, unknown>> = {
	// Hours.
	'^[0-9]+(m|s)': '^[0-9]+(h|m|s)',
};

/** Values of ours beside the peer's. */
const moreValues: Readonly<Record<string, readonly string[]>> = {
	'AlertProvider spec.type': ['alertmanager', 'cloudevents', 'jira'],
	'Canary spec.targetRef.kind': ['StatefulSet'],
};

const sorted = (values: readonly string[] = []): readonly string[] => [...values].sort();

/** Kinds of our own have no peer. */
for (const {spec} of definitions.filter(({spec: {group}}) => group === 'flagger.app')) {
	const {kind} = spec.names;
	const {columns, fields} = peer[kind]!;
	const version = spec.versions[0]!;
	const ours = new Map(fieldsOf(version.schema.openAPIV3Schema, ''));

	test(`${kind} has all of the peer's fields, and refuses nothing that the peer's accept`, (t) => {
		for (const [path, theirs] of Object.entries(fields)) {
			const field = ours.get(path);
			if (field === undefined) {
				t.fail(`${path} is missing`);
				continue;
			}

			const {required: _required, enum: _enum, pattern, ...theirFacts} = theirs;
			for (const [key, value] of Object.entries(theirFacts)) t.deepEqual(field[key], value, `${path}: ${key}`);
			t.is(field.pattern, (pattern === undefined ? undefined : (wider[pattern] ?? pattern)) as string, path);
			const values = theirs.enum && [...theirs.enum, ...(moreValues[`${kind} ${path}`] ?? [])];
			t.deepEqual(sorted(field.enum), sorted(values), path);
			for (const limit of ['minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'format', 'oneOf']) {
				t.deepEqual(field[limit], theirs[limit], `${path}: ${limit}`);
			}

			// A list cannot have fields: `required` on one is a slip of the peer's without effect.
			const theirRequired = theirs.type === 'array' ? [] : (theirs.required ?? []);
			const relaxed = path === 'spec' && kind === 'Canary' ? [] : theirRequired;
			t.deepEqual(sorted(field.required), sorted(relaxed), `${path}: required`);
		}
	});

	test(`${kind} requires nothing in fields of its own`, (t) => {
		for (const [path, field] of ours) {
			if (fields[path] === undefined) t.deepEqual(field.required ?? [], [], path);
		}
	});

	test(`${kind} has the peer's columns in their order, and its own after them`, (t) => {
		t.deepEqual(JSON.parse(JSON.stringify(version.additionalPrinterColumns.slice(0, columns.length))), columns);
		const own = kind === 'Canary' ? [{name: 'State', type: 'string', jsonPath: '.status.state', priority: 1}] : [];
		t.deepEqual(version.additionalPrinterColumns.slice(columns.length), own as never);
	});

	test(`${kind} is named as the peer's`, (t) => {
		t.deepEqual(spec.names.categories, ['all']);
		t.deepEqual(version.subresources, {status: {}});
		t.is(spec.scope, 'Namespaced');
	});
}
