import test from 'ava';
import {discord} from '../../../services/notifiers/discord.ts';
import {failed, send, startPlace} from './stage.ts';

test("Slack's format goes to the webhook's /slack, which is added once", async (t) => {
	const {origin, received} = await startPlace(t, () => ({status: 204}));
	await send(discord, failed, {address: `${origin}/api/webhooks/1/secret`, username: 'birds'});
	await send(discord, failed, {address: `${origin}/api/webhooks/1/secret/slack?wait=true`});
	t.deepEqual(
		received.map(({path}) => path),
		['/api/webhooks/1/secret/slack', '/api/webhooks/1/secret/slack?wait=true'],
	);
	t.like(received[0]?.json, {
		username: 'birds',
		attachments: [
			{
				color: 'danger',
				fields: [{title: 'Target'}, {value: 'success rate 60.00% < 99%'}, {title: 'Page', value: failed.link}],
			},
		],
	});
});
