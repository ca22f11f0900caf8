import test from 'ava';
import {Undelivered} from '../../../services/notifiers/notifier.ts';
import {slack} from '../../../services/notifiers/slack.ts';
import {failed, failedWithoutPage, send, startPlace, succeeded} from './stage.ts';

test("the peer's attachment, with characters that Slack would read otherwise escaped, and the page behind the name", async (t) => {
	const {origin, received} = await startPlace(t, () => ({body: 'ok'}));
	await send(slack, failed, {address: `${origin}/services/T0/B0/secret`, channel: 'on-call'});
	const [{method, path, headers, json} = {method: '', path: '', headers: {}, json: {}}] = received;
	t.is(`${method} ${path}`, 'POST /services/T0/B0/secret');
	t.like(headers, {'content-type': 'application/json', 'idempotency-key': failed.key, authorization: undefined});
	t.deepEqual(json, {
		channel: 'on-call',
		username: 'flagger',
		icon_url: '',
		icon_emoji: ':rocket:',
		attachments: [
			{
				color: 'danger',
				author_name: 'podinfo.test',
				author_link: 'https://aviary.example/canaries/test/podinfo',
				fallback: 'Failed checks threshold reached 5',
				text: 'Failed checks threshold reached 5',
				mrkdwn_in: ['text'],
				fields: [
					{title: 'Target', value: 'Deployment/podinfo.test', short: false},
					{title: 'Reason', value: 'success rate 60.00% &lt; 99%', short: false},
				],
			},
		],
	});
});

test('good news is green, goes to general, and has no link without a page', async (t) => {
	const {origin, received} = await startPlace(t);
	await send(slack, {...failedWithoutPage, severity: 'info', text: succeeded.text}, {address: origin});
	t.like(received[0]?.json, {channel: 'general', attachments: [{color: 'good', text: succeeded.text}]});
	t.false(received[0]?.body.includes('author_link'));
});

test("a bot's token is sent as such, and what the API refuses with 200 was not delivered", async (t) => {
	const {origin, received} = await startPlace(t, () => ({body: '{"ok":false,"error":"channel_not_found"}'}));
	const error = await t.throwsAsync(send(slack, failed, {address: `${origin}/api/chat.postMessage`, token: 'xoxb-1'}), {
		instanceOf: Undelivered,
	});
	t.is(error?.message, 'Slack refused it: channel_not_found');
	t.is(received[0]?.headers.authorization, 'Bearer xoxb-1');
});
