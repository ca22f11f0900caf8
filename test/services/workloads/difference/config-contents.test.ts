import test from 'ava';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';
import {contentDiff} from '../../../../services/workloads/difference/config-contents.ts';

const names = ['before', 'after'] as const;

const object = (fields: Record<string, unknown>): KubeObject => ({
	apiVersion: 'v1',
	kind: 'ConfigMap',
	metadata: {name: 'settings'},
	...fields,
});

test('a ConfigMap is compared key by key', (t) => {
	const {changes, unified} = contentDiff(
		'ConfigMap',
		object({data: {color: 'blue', gone: 'x', same: '1'}}),
		object({data: {color: 'green', same: '1', come: 'y'}}),
		names,
	);
	t.deepEqual(changes, [
		{path: 'color', kind: 'changed', before: 'blue', after: 'green'},
		{path: 'gone', kind: 'removed', before: 'x'},
		{path: 'come', kind: 'added', after: 'y'},
	]);
	t.deepEqual(
		unified.filter((line) => /^[+-][^+-]/.test(line)),
		['-color: blue', '-gone: x', '+color: green', '+come: y'],
	);
});

test('what is no text is told by its size, and whether it is the same', (t) => {
	const binary = (...bytes: readonly number[]) => object({binaryData: {logo: Buffer.from(bytes).toString('base64')}});
	const between = (before: KubeObject, after: KubeObject) => contentDiff('ConfigMap', before, after, names).changes;
	t.deepEqual(between(binary(1, 2), binary(1, 2)), []);
	t.deepEqual(between(binary(1, 2), binary(1, 3)), [
		{path: 'logo', kind: 'changed', before: '(binary, 2 bytes)', after: '(binary, 2 bytes, other ones)'},
	]);
});

test('of a Secret each key is told, and no value', (t) => {
	const encode = (data: Record<string, string>) =>
		object({data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)]))});
	const {changes, unified} = contentDiff(
		'Secret',
		encode({token: 'hunter1', same: 'hunter2', gone: 'hunter3'}),
		encode({token: 'hunter4', same: 'hunter2', come: 'hunter5'}),
		names,
	);
	t.deepEqual(changes, [
		{path: 'token', kind: 'changed', before: '(masked)', after: '(masked, another value)'},
		{path: 'gone', kind: 'removed', before: '(masked)'},
		{path: 'come', kind: 'added', after: '(masked)'},
	]);
	const told = JSON.stringify({changes, unified});
	for (const value of ['hunter1', 'hunter2', 'hunter3', 'hunter4', 'hunter5']) {
		t.false(told.includes(value) || told.includes(btoa(value)), value);
	}
});

test('one that was not there before is all new', (t) => {
	const {unified} = contentDiff('ConfigMap', undefined, object({data: {a: '1'}}), names);
	t.deepEqual(unified.slice(2), ['@@ -0,0 +1 @@', '+a: "1"']);
});
