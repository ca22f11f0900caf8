// Each value of the chart reaches what it is for.
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {parse} from 'yaml';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {rows, seen} from './chart-values.ts';
import {CHART, createHelm, type Helm} from './chart.ts';

type Values = Readonly<Record<string, unknown>>;
type Schema = {readonly description?: string; readonly properties?: Readonly<Record<string, Schema>>};

let dir: string;
let rendered: Helm['rendered'];

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-helm-each-value-'));
	({rendered} = createHelm({HOME: dir}));
});

test.after.always(async () => {
	await rm(dir, {recursive: true, force: true});
});

const settings = (values: Values): string[] =>
	Object.entries(values).map(([value, given]) => `${value}=${JSON.stringify(given)}`);

const renderings = new Map<string, Promise<readonly KubeObject[]>>();

/** Several rows look at one rendering. */
const renderedWith = (values: Values): Promise<readonly KubeObject[]> => {
	const words = settings(values);
	const key = words.join(' ');
	const known = renderings.get(key) ?? rendered(...words.flatMap((word) => ['--set-json', word]));
	renderings.set(key, known);
	return known;
};

for (const [value, given, where, is, besides = {}] of rows) {
	test.serial(`${settings({[value]: given, ...besides}).join(' ')} reaches ${where}`, async (t) => {
		t.deepEqual(seen(await renderedWith({...besides, [value]: given}), where), is);
		t.notDeepEqual(seen(await renderedWith(besides), where), is, 'so it is without the value, too');
	});
}

const isCovered = (leaf: string): boolean => rows.some(([value]) => leaf === value || leaf.startsWith(`${value}.`));

const leaves = (value: unknown, name: string): readonly string[] => {
	const inner = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
	return inner.length === 0 ? [name] : inner.flatMap(([key, one]) => leaves(one, name === '' ? key : `${name}.${key}`));
};

const properties = ({properties: inner = {}}: Schema, name: string): readonly string[] => {
	const entries = Object.entries(inner).filter(([, one]) => one.description === undefined);
	return Object.keys(inner).length === 0 && name !== ''
		? [name]
		: entries.flatMap(([key, one]) => properties(one, name === '' ? key : `${name}.${key}`));
};

test('each value has a row', async (t) => {
	const values = parse(await readFile(path.join(CHART, 'values.yaml'), 'utf8')) as unknown;
	t.deepEqual(
		leaves(values, '').filter((leaf) => !isCovered(leaf)),
		[],
	);
});

test('so has each value that the schema takes beside them, but for those that it describes as not honoured', async (t) => {
	const schema = JSON.parse(await readFile(path.join(CHART, 'values.schema.json'), 'utf8')) as Schema;
	t.deepEqual(
		properties(schema, '').filter((leaf) => !isCovered(leaf)),
		[],
	);
});
