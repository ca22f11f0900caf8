import test from 'ava';
import type {Notifier} from '../../../services/notifiers/notifier.ts';
import {Undelivered} from '../../../services/notifiers/notifier.ts';
import {slack} from '../../../services/notifiers/slack.ts';
import {failed, send, startPlace} from './stage.ts';

test('an answer other than 2xx is named by host and number, never by what it says or by the secret path', async (t) => {
	const {origin} = await startPlace(t, () => ({status: 429, headers: {'retry-after': '7'}, body: 'internal page'}));
	const error = (await t.throwsAsync(send(slack, failed, {address: `${origin}/services/secret`}))) as Undelivered;
	t.is(error.message, `${new URL(origin).host} answered 429`);
	t.is(error.retryAfterMs, 7000);
});

test('a Retry-After of more than an hour, or in the past, or that is none, is not followed', async (t) => {
	const answers = ['999999', 'Wed, 21 Oct 2015 07:28:00 GMT', 'soon'].values();
	const {origin} = await startPlace(t, () => ({status: 503, headers: {'retry-after': answers.next().value ?? ''}}));
	const asked: Array<number | undefined> = [];
	for (let turn = 0; turn < 3; turn++) {
		const error = (await t.throwsAsync(send(slack, failed, {address: origin}))) as Undelivered;
		asked.push(error.retryAfterMs);
	}

	t.deepEqual(asked, [3_600_000, undefined, undefined]);
});

test('a redirect is no delivery and is not followed, for the token belongs to one host', async (t) => {
	const elsewhere = await startPlace(t);
	const {origin} = await startPlace(t, () => ({status: 307, headers: {location: elsewhere.origin}}));
	await t.throwsAsync(send(slack, failed, {address: origin, token: 'secret'}), {message: /answered 307$/});
	t.is(elsewhere.received.length, 0);
});

test('a request to another host than the receiver’s is not sent', async (t) => {
	const elsewhere = await startPlace(t);
	const {origin} = await startPlace(t);
	const stray: Notifier = {
		async send(_, __, post) {
			await post({url: elsewhere.origin});
		},
	};
	await t.throwsAsync(send(stray, failed, {address: origin, token: 'secret'}), {message: /is another host/});
	t.is(elsewhere.received.length, 0);
});

test('nobody there, and an answer without end', async (t) => {
	const {origin} = await startPlace(t, () => ({body: 'x'.repeat(2 * 1024 * 1024)}));
	await t.throwsAsync(send(slack, failed, {address: origin}), {message: /: too large$/, instanceOf: Undelivered});
	await t.throwsAsync(send(slack, failed, {address: 'http://127.0.0.1:1/secret'}), {message: '127.0.0.1:1: refused'});
});

test('a proxy is asked for the receiver', async (t) => {
	const proxy = await startPlace(t);
	await send(slack, failed, {address: 'http://slack.example/services/secret', proxy: proxy.origin});
	t.deepEqual(
		proxy.received.map(({method, path}) => `${method} ${path}`),
		['POST http://slack.example/services/secret'],
	);
});
