import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {Api, ApiRequest} from '../../../services/kubernetes/api.ts';
import {ApiError} from '../../../services/kubernetes/cluster.ts';
import {createReaders} from '../../../services/web/readers.ts';

type Spec = {
	readonly token?: string;
	readonly user?: string;
	readonly resourceAttributes?: {readonly namespace: string};
};

/** An API server that knows alice's token, and lets her read in `test`. */
const desk = (answer?: (spec: Spec) => Promise<Record<string, unknown>>) => {
	const clock = createVirtualClock();
	const asked: Spec[] = [];
	const api: Api = {
		async request({body}: ApiRequest) {
			const {spec} = body as {readonly spec: Spec};
			asked.push(spec);
			if (answer !== undefined) return answer(spec);
			return spec.token === undefined
				? {status: {allowed: spec.user === 'alice' && spec.resourceAttributes?.namespace === 'test'}}
				: {status: spec.token === 'hers' ? {authenticated: true, user: {username: 'alice', groups: ['g']}} : {}};
		},
		stream: () => Promise.reject(new Error('no watch')),
		load: () => ({inFlight: 0, waiting: 0}) as unknown as ReturnType<Api['load']>,
	};
	return {clock, asked, readers: createReaders(api, clock)};
};

test('whoever may get Canaries in a namespace reads them there, and is asked for once in a while', async (t) => {
	const {readers, asked, clock} = desk();
	const alice = await readers.readerOf('hers');
	t.true(await alice.mayRead('test'));
	t.false(await alice.mayRead('shop'));
	const {length} = asked;
	t.true(await (await readers.readerOf('hers')).mayRead('test'));
	t.is(asked.length, length, 'remembered');
	t.is(await alice.whyOver(), undefined);
	await clock.advance(61_000);
	await readers.readerOf('hers');
	t.is(asked.length, length + 1, 'but not for long');
	t.deepEqual(asked[1], {
		user: 'alice',
		uid: undefined,
		groups: ['g'],
		extra: undefined,
		resourceAttributes: {verb: 'get', group: 'flagger.app', resource: 'canaries', namespace: ''},
	} as unknown as Spec);
});

test('without a token, or with one that is unknown, nobody reads', async (t) => {
	const {readers, asked} = desk();
	await t.throwsAsync(readers.readerOf(undefined), {message: /needs a token/});
	await t.throwsAsync(readers.readerOf('guessed'), {message: /does not know this token/});
	await t.throwsAsync(readers.readerOf('guessed'));
	t.is(asked.length, 1, 'a guess that is repeated costs the API server nothing');
});

test('guesses cannot keep the API server busy', async (t) => {
	const {promise, resolve} = Promise.withResolvers<Record<string, unknown>>();
	const {readers, asked} = desk(() => promise);
	const guesses = Array.from({length: 40}, (_, index) => readers.readerOf(`guess ${index}`));
	const settled = Promise.allSettled(guesses);
	await Promise.race(guesses).catch((error: unknown) => {
		t.is((error as {code?: string}).code, 'too-many');
	});
	t.is(asked.length, 16);
	resolve({status: {}});
	await settled;
});

test('a daemon that may not ask says which permissions it lacks; a failure is not remembered', async (t) => {
	const facts = {reason: 'Forbidden', outcome: 'refused', attempt: 'POST tokenreviews', message: 'no'} as const;
	let code = 403;
	const {readers} = desk(() => Promise.reject(new ApiError({...facts, code})));
	await t.throwsAsync(readers.readerOf('hers'), {message: /may not create tokenreviews/});
	code = 500;
	await t.throwsAsync(readers.readerOf('hers'), {message: /POST tokenreviews/});
});
