import {isDeepStrictEqual} from 'node:util';
import test from 'ava';
import {array, assert, boolean, constantFrom, dictionary, oneof, property, record} from 'fast-check';
import {changesOf} from '../../../../services/workloads/difference/changes.ts';

const pod = (...containers: ReadonlyArray<Record<string, unknown>>) => ({spec: {containers}});

test('members of lists are found by what tells them apart, wherever they stand', (t) => {
	const before = pod(
		{
			name: 'podinfod',
			image: 'podinfo:1',
			env: [
				{name: 'A', value: '1'},
				{name: 'B', value: '2'},
			],
		},
		{name: 'proxy', image: 'envoy:1'},
	);
	const after = pod(
		{name: 'init', image: 'busybox'},
		{
			name: 'podinfod',
			image: 'podinfo:2',
			env: [
				{name: 'B', value: '2'},
				{name: 'C', value: 'x'},
			],
			tty: true,
		},
	);
	t.deepEqual(changesOf(before, after), [
		{path: 'spec.containers[podinfod].image', kind: 'changed', before: 'podinfo:1', after: 'podinfo:2'},
		{path: 'spec.containers[podinfod].env[A]', kind: 'removed', before: '{"name":"A","value":"1"}'},
		{path: 'spec.containers[podinfod].env[C]', kind: 'added', after: '{"name":"C","value":"x"}'},
		{path: 'spec.containers[podinfod].tty', kind: 'added', after: 'true'},
		{path: 'spec.containers[proxy]', kind: 'removed', before: '{"name":"proxy","image":"envoy:1"}'},
		{path: 'spec.containers[init]', kind: 'added', after: '{"name":"init","image":"busybox"}'},
	]);
});

test('another order is a change where order counts, in lists, and none among keys', (t) => {
	const [a, b] = [
		{name: 'A', value: '1'},
		{name: 'B', value: '$(A)'},
	];
	t.deepEqual(changesOf({env: [a, b]}, {env: [b, a]}), [
		{path: 'env', kind: 'moved', before: '[A], [B]', after: '[B], [A]'},
	]);
	t.deepEqual(changesOf({x: 1, y: {a: 1, b: 2}}, {y: {b: 2, a: 1}, x: 1}), []);
	t.deepEqual(changesOf({env: [a, b]}, {env: [a, {name: 'C'}, b]}).length, 1, 'what came between moves nobody');
});

test('lists whose members have no names are compared by place, ports and mounts by theirs', (t) => {
	t.deepEqual(changesOf({args: ['--a', '--b']}, {args: ['--a', '--c', '--d']}), [
		{path: 'args[1]', kind: 'changed', before: '--b', after: '--c'},
		{path: 'args[2]', kind: 'added', after: '--d'},
	]);
	t.deepEqual(
		changesOf({ports: [{containerPort: 80}, {containerPort: 90}]}, {ports: [{containerPort: 90}]}).map(
			({path}) => path,
		),
		['ports[80]'],
	);
	t.deepEqual(
		changesOf({m: [{mountPath: '/a b'}]}, {m: [{mountPath: '/a b', readOnly: true}]})[0]?.path,
		'm["/a b"].readOnly',
	);
});

test('keys that are no words are quoted, and a value may become one of another kind', (t) => {
	t.deepEqual(changesOf({metadata: {annotations: {'a.b/c]\n': 'x'}}}, {metadata: {annotations: {}}}), [
		{path: 'metadata.annotations["a.b/c]\\n"]', kind: 'removed', before: 'x'},
	]);
	for (const [before, after] of [
		[[], {}],
		['1', 1],
		[{a: 1}, 'a'],
		[['x'], 'x'],
		[false, 0],
	] as const) {
		t.is(changesOf({v: before}, {v: after})[0]?.kind, 'changed', JSON.stringify([before, after]));
	}

	const odd: unknown = JSON.parse('{"__proto__": 1}');
	t.deepEqual(changesOf(odd, {}), [{path: '__proto__', kind: 'removed', before: '1'}]);
});

test('there is no change exactly when two values are the same', (t) => {
	const leaf = oneof(constantFrom('a', 'b', '1'), constantFrom(0, 1), boolean());
	const item = record({name: constantFrom('a', 'b', 'c'), value: leaf}, {requiredKeys: ['name']});
	const value = oneof(
		leaf,
		array(leaf, {maxLength: 3}),
		array(item, {maxLength: 3}),
		dictionary(constantFrom('x', 'y'), leaf),
	);
	const values = dictionary(constantFrom('a', 'b'), value);
	assert(
		property(values, values, (before, after) => {
			t.is(changesOf(before, after).length === 0, isDeepStrictEqual({...before}, {...after}));
			t.deepEqual(changesOf(before, structuredClone(before)), []);
		}),
		{numRuns: 500, seed: 7},
	);
});
