// Events that the API server leaves out of a stream that goes on: each one once, and every run ends as it would have.
import test, {type ExecutionContext} from 'ava';
import type {Interceptor} from '../../sandbox/in-process.ts';
import {nameOf} from './mortal.ts';
import {quick, simulate, type Plan} from './simulation.ts';
import {assertSameEnd, runThrough} from './sweep.ts';

/** Leaves out of all watches what `isLost` says of an event, by its kind. Bookmarks are no events. */
const without = (isLost: (kind: string) => boolean): Interceptor => {
	async function* kept(chunks: AsyncIterable<Uint8Array>, kind: string): AsyncGenerator<Uint8Array> {
		for await (const chunk of chunks) {
			const isBookmark = Buffer.from(chunk).toString().startsWith('{"type":"BOOKMARK"');
			if (isBookmark || !isLost(kind)) yield chunk;
		}
	}

	return async (request, next) => {
		const answer = await next();
		const [verb, plural = ''] = nameOf(request).split(' ');
		return verb === 'WATCH' ? {...answer, chunks: kept(answer.chunks, plural)} : answer;
	};
};

/** A run for each event that it hears of, without that one. */
const sweepEvents = async (t: ExecutionContext, plan: Plan): Promise<void> => {
	const counts = new Map<string, number>();
	const counting = without((kind) => {
		counts.set(kind, (counts.get(kind) ?? 0) + 1);
		return false;
	});
	const reference = await runThrough(t, plan, counting);
	t.true((counts.get('deployments') ?? 0) > 10, 'the run hears of its workloads');
	for (const [kind, events] of counts) {
		for (let lost = 1; lost <= events; lost += 1) {
			let count = 0;
			const missing = without((of) => of === kind && ++count === lost);
			assertSameEnd(t, await runThrough(t, plan, missing), reference, 1, `without event ${lost} of ${kind}`);
		}
	}
};

test("a good run of today's shape misses any one event", async (t) => {
	await sweepEvents(t, {shape: 'today', analysis: quick});
});

test('a bad run of the first shape misses any one event', async (t) => {
	await sweepEvents(t, {shape: 'first', analysis: quick, scenario: 'errors'});
});

/** A run that has halted, for a Service that its user has removed; from now on nothing of `kind` is heard. */
const haltedAndDeafTo = async (t: ExecutionContext, kind: string) => {
	// Its Service gone, the canary answers nobody; a Canary gone, no object is known to be its own.
	const simulation = await simulate({shape: 'first', analysis: quick, speed: 1, except: ['D3', 'S6']}, t);
	let isDeaf = false;
	const daemon = await simulation.start({intercept: without((of) => isDeaf && of === kind)});
	await simulation.until(() => simulation.weight() === 25);
	const service = simulation.get('services', 'podinfo-canary');
	simulation.remove('services', 'podinfo-canary');
	await simulation.until(() => simulation.status()['state'] === 'halted');
	isDeaf = true;
	return {
		simulation,
		daemon,
		mend: (): void => {
			const {resourceVersion: _, uid: __, ...metadata} = service?.metadata ?? {name: ''};
			simulation.embedded.apply([{...service, metadata} as NonNullable<typeof service>]);
		},
	};
};

test('what was missing comes back unheard: found within a minute, and the run goes on', async (t) => {
	const {simulation, mend} = await haltedAndDeafTo(t, 'services');
	mend();
	await simulation.until(() => simulation.status()['state'] !== 'halted', 63);
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	t.regex(simulation.complaints.join('\n'), /a change was found that no watch had told .*podinfo-canary\.test/);
	await simulation.stop(t);
});

test('a Canary deleted unheard while its run waits: found within a minute, and its users return', async (t) => {
	const {simulation} = await haltedAndDeafTo(t, 'canaries');
	simulation.remove('canaries', 'podinfo');
	await simulation.until(() => simulation.weight() === 0, 63);
	await simulation.stop(t);
});

test('a long wait costs ever fewer reads, and one that is over none', async (t) => {
	const {simulation, daemon, mend} = await haltedAndDeafTo(t, 'nothing');
	const reads = (): readonly string[] => daemon.requests.filter((request) => request.startsWith('GET '));
	const before = reads().length;
	await simulation.seconds(59);
	t.is(reads().length, before);
	await simulation.seconds(6);
	const each = reads().length - before;
	t.deepEqual(reads().slice(before).sort(), [
		'GET canaries podinfo',
		'GET deployments podinfo',
		'GET deployments podinfo-canary',
		'GET horizontalpodautoscalers podinfo',
		'GET horizontalpodautoscalers podinfo-canary',
		'GET services podinfo',
		'GET services podinfo-canary',
		'GET virtualservices podinfo',
	]);
	await simulation.seconds(500);
	t.is(reads().length, before + 3 * each, 'after one, three and seven minutes');
	mend();
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	t.is(reads().length, before + 3 * each);
	await simulation.stop(t);
});
