// Discord: a webhook of a channel, which takes Slack's format under `/slack`.
// https://discord.com/developers/docs/resources/webhook#execute-slackcompatible-webhook
import {factsOf, type Notifier} from './notifier.ts';
import {slackMessage} from './slack.ts';

export const discord: Notifier = {
	async send(notice, receiver, request) {
		const url = new URL(receiver.address);
		if (!/\/slack\/?$/.test(url.pathname)) {
			url.pathname = `${url.pathname.replace(/\/$/, '')}/slack`;
		}

		const told = {...notice, facts: factsOf(notice)};
		await request({url: url.href, body: slackMessage(told, receiver, {good: 'good', bad: 'danger'})});
	},
};
