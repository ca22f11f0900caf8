// What is shown of a value: nothing secret, and never more than can be read.
import test from 'ava';
import {setup, createActor} from 'xstate';
import {shown} from '../../../actors/inspection/shown.ts';

test('values under names of secrets are left out, however deep, and what is not secret stays', (t) => {
	t.deepEqual(
		shown({
			name: 'podinfo',
			weight: 20,
			password: 'hunter2',
			headers: {Authorization: 'Bearer abc', accept: 'json'},
			apiKey: 12345,
			tokens: ['a', {deep: 'b'}],
		}),
		{
			name: 'podinfo',
			weight: 20,
			password: '(left out)',
			headers: {Authorization: '(left out)', accept: 'json'},
			apiKey: '(left out)',
			tokens: ['(left out)', {deep: '(left out)'}],
		},
	);
});

test('a Secret keeps its name, an environment variable with a telling name its name', (t) => {
	t.deepEqual(shown({kind: 'Secret', metadata: {name: 'db'}, data: {user: 'cm9vdA=='}, stringData: {host: 'x'}}), {
		kind: 'Secret',
		metadata: {name: 'db'},
		data: {user: '(left out)'},
		stringData: {host: '(left out)'},
	});
	t.deepEqual(
		shown([
			{name: 'DB_PASSWORD', value: 'hunter2'},
			{name: 'COLOR', value: 'blue'},
		]),
		[
			{name: 'DB_PASSWORD', value: '(left out)'},
			{name: 'COLOR', value: 'blue'},
		],
	);
});

test('addresses lose users and queries, headers in texts their credentials', (t) => {
	t.deepEqual(
		shown({
			url: 'https://me:hunter2@gate.example/check?key=abc#x',
			said: 'asked http://gate.example/?sig=1 with Bearer abc.def and was refused',
			plain: 'weight 20 of 50; why? because',
		}),
		{
			url: 'https://(left out)@gate.example/check?(left out)',
			said: 'asked http://gate.example/?(left out) with Bearer (left out) and was refused',
			plain: 'weight 20 of 50; why? because',
		},
	);
});

test('texts, lists, depth and the whole are bounded, cycles too', (t) => {
	const text = shown('x'.repeat(10_000)) as string;
	t.is(text.length, 501);
	const list = shown(Array.from({length: 90}, (_, index) => index)) as unknown[];
	t.is(list.length, 51);
	t.is(list.at(-1), '… 40 more');
	const circle: Record<string, unknown> = {name: 'round'};
	circle['again'] = circle;
	t.true(JSON.stringify(shown(circle)).length < 1000);
	const wide = Array.from({length: 50}, () => Array.from({length: 50}, () => Array.from({length: 50}, () => 'x')));
	t.true(JSON.stringify(shown(wide)).length < 50_000);
});

test('a snapshot of a chart is what XState writes of it: value and context, children by name, and no machine', (t) => {
	const machine = setup({types: {context: {} as {token: string; weight: number}}}).createMachine({
		context: {token: 'abc', weight: 5},
		initial: 'on',
		states: {on: {}},
	});
	const snapshot = shown(createActor(machine).start().getSnapshot()) as Record<string, unknown>;
	t.is(snapshot['value'], 'on');
	t.is(snapshot['status'], 'active');
	t.deepEqual(snapshot['context'], {token: '(left out)', weight: 5});
	t.false('machine' in snapshot);
	t.deepEqual(snapshot['children'], {});
	t.deepEqual(shown(new TypeError('no https://a:b@c/')), {name: 'TypeError', message: 'no https://(left out)@c/'});
});
