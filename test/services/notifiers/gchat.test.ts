import test from 'ava';
import {gchat} from '../../../services/notifiers/gchat.ts';
import {failed, send, startPlace} from './stage.ts';

test('one card, its text escaped, and a button to the page', async (t) => {
	const {origin, received} = await startPlace(t, () => ({body: '{}'}));
	await send(gchat, failed, {address: `${origin}/v1/spaces/A/messages?key=k&token=secret`});
	t.is(received[0]?.path, '/v1/spaces/A/messages?key=k&token=secret');
	t.deepEqual(received[0]?.json, {
		cardsV2: [
			{
				cardId: failed.key,
				card: {
					header: {title: 'Aviary', subtitle: 'podinfo.test'},
					sections: [
						{
							widgets: [
								{textParagraph: {text: '<font color="#FF0000">Failed checks threshold reached 5</font>'}},
								{decoratedText: {topLabel: 'Target', text: 'Deployment/podinfo.test', wrapText: true}},
								{decoratedText: {topLabel: 'Reason', text: 'success rate 60.00% &lt; 99%', wrapText: true}},
								{buttonList: {buttons: [{text: 'Open', onClick: {openLink: {url: failed.link}}}]}},
							],
						},
					],
				},
			},
		],
	});
});
