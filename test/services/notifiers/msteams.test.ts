import test from 'ava';
import {msteams} from '../../../services/notifiers/msteams.ts';
import {failed, send, startPlace} from './stage.ts';

test("a connector gets the peer's MessageCard", async (t) => {
	const {origin, received} = await startPlace(t, () => ({body: '1'}));
	await send(msteams, failed, {address: `${origin}/webhookb2/secret`});
	t.deepEqual(received[0]?.json, {
		'@type': 'MessageCard',
		'@context': 'http://schema.org/extensions',
		themeColor: 'FF0000',
		summary: 'podinfo.test',
		sections: [
			{
				activityTitle: failed.text,
				activitySubtitle: 'podinfo.test',
				facts: [
					{name: 'Target', value: 'Deployment/podinfo.test'},
					{name: 'Reason', value: 'success rate 60.00% < 99%'},
				],
			},
		],
		potentialAction: [{'@type': 'OpenUri', name: 'Open', targets: [{os: 'default', uri: failed.link}]}],
	});
});

test('a workflow, which has taken over from connectors, gets an Adaptive Card', async (t) => {
	const bodies: unknown[] = [];
	const receiver = {type: 'msteams', channel: '', username: '', address: 'https://prod-1.westeurope.logic.azure.com/x'};
	await msteams.send(failed, receiver, async ({body}) => {
		bodies.push(body);
		return '';
	});
	t.like(bodies[0], {
		type: 'message',
		attachments: [
			{
				contentType: 'application/vnd.microsoft.card.adaptive',
				content: {
					type: 'AdaptiveCard',
					body: [
						{type: 'TextBlock', text: failed.text, color: 'Attention'},
						{text: 'podinfo.test'},
						{type: 'FactSet', facts: [{title: 'Target', value: 'Deployment/podinfo.test'}, {title: 'Reason'}]},
					],
					actions: [{type: 'Action.OpenUrl', url: failed.link}],
				},
			},
		],
	});
});
