import test from 'ava';
import {cloudEvents} from '../../../services/notifiers/cloud-events.ts';
import {failed, send, startPlace} from './stage.ts';

test('a CloudEvent in structured mode, whose id is the idempotency key', async (t) => {
	const {origin, received} = await startPlace(t, () => ({status: 202}));
	await send(cloudEvents, failed, {address: `${origin}/events`, token: 'secret'});
	t.like(received[0]?.headers, {
		'content-type': 'application/cloudevents+json; charset=utf-8',
		authorization: 'Bearer secret',
		'idempotency-key': failed.key,
	});
	t.deepEqual(received[0]?.json, {
		specversion: '1.0',
		id: failed.key,
		source: '/apis/flagger.app/v1beta1/namespaces/test/canaries/podinfo',
		type: 'dev.aviary.run.failed',
		subject: 'podinfo.test',
		time: '2026-01-02T03:14:05.000Z',
		datacontenttype: 'application/json',
		data: {
			name: 'podinfo',
			namespace: 'test',
			severity: 'error',
			message: failed.text,
			phase: 'Progressing',
			run: failed.run,
			revision: '7f3a',
			facts: {Target: 'Deployment/podinfo.test', Reason: 'success rate 60.00% < 99%'},
			link: failed.link,
		},
	});
});
