// Rocket.Chat: an incoming webhook, which takes Slack's format.
// https://docs.rocket.chat/docs/integrations
import {factsOf, type Notifier} from './notifier.ts';
import {slackMessage} from './slack.ts';

export const rocket: Notifier = {
	async send(notice, receiver, request) {
		const told = {...notice, facts: factsOf(notice)};
		await request({url: receiver.address, body: slackMessage(told, receiver, {good: '#0076D7', bad: '#FF0000'})});
	},
};
