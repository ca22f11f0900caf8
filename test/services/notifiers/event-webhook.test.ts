import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {Door, HttpResponse} from '../../../services/http/door.ts';
import {silentLog} from '../../../services/log.ts';
import {createEventWebhook, type SaidEvent} from '../../../services/notifiers/event-webhook.ts';

const said: SaidEvent = {
	name: 'podinfo',
	namespace: 'test',
	phase: 'Progressing',
	revision: '7f3a',
	type: 'Normal',
	message: 'Advance podinfo.test canary weight 5',
};

const stage = (answer: () => HttpResponse | Promise<HttpResponse>) => {
	const clock = createVirtualClock();
	const bodies: Array<Readonly<Record<string, unknown>>> = [];
	const results: string[] = [];
	const door = {
		async request({body = ''}) {
			bodies.push(JSON.parse(body) as Readonly<Record<string, unknown>>);
			return answer();
		},
	} as Door;
	const tell = createEventWebhook({
		url: 'http://hooks.example/secret',
		door,
		clock,
		log: silentLog,
		onResult: (result) => results.push(result),
	});
	const messages = (): readonly unknown[] =>
		bodies.map(({metadata}) => (metadata as {eventMessage: string}).eventMessage);
	return {clock, bodies, results, tell, messages};
};

const ok: HttpResponse = {status: 202, headers: {}, body: ''};

test("the peer's payload, with the revision as checksum", async (t) => {
	const {clock, bodies, tell} = stage(() => ok);
	tell(said);
	await clock.advance(1);
	const [{metadata, ...rest} = {}] = bodies;
	t.deepEqual(rest, {name: 'podinfo', namespace: 'test', phase: 'Progressing', checksum: '7f3a'});
	t.like(metadata, {eventMessage: said.message, eventType: 'Normal'});
	t.regex((metadata as {timestamp: string}).timestamp, /^\d{13}$/);
});

test('of one Canary in order, three attempts each, and another Canary does not wait', async (t) => {
	const {clock, results, tell, messages} = stage(() => ({...ok, status: 500}));
	tell(said);
	tell({...said, message: 'next'});
	tell({...said, name: 'other', message: 'other'});
	await clock.advance(1);
	t.deepEqual(messages(), [said.message, 'other']);
	await clock.advance(60_000);
	t.deepEqual(
		messages().filter((text) => text !== 'other'),
		[said.message, said.message, said.message, 'next', 'next', 'next'],
	);
	t.is(results.filter((result) => result === 'given up').length, 3);
});

test('of more than 64 that wait the oldest are dropped, and counted', async (t) => {
	const {clock, results, tell} = stage(() => new Promise(() => {}));
	for (let event = 0; event < 67; event++) tell(said);
	await clock.advance(1);
	t.deepEqual(results, ['dropped', 'dropped']);
});
