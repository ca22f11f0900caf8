import test from 'ava';
import {rocket} from '../../../services/notifiers/rocket.ts';
import {failed, send, startPlace, succeeded} from './stage.ts';

test("Slack's format with Rocket.Chat's colours", async (t) => {
	const {origin, received} = await startPlace(t);
	const address = `${origin}/hooks/1/secret`;
	await send(rocket, failed, {address, channel: '#on-call'});
	await send(rocket, succeeded, {address, channel: '#on-call'});
	t.like(received[0], {path: '/hooks/1/secret', json: {channel: '#on-call', attachments: [{color: '#FF0000'}]}});
	t.like(received[1]?.json, {attachments: [{color: '#0076D7', author_name: 'podinfo.test'}]});
});
