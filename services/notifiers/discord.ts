// Discord: a webhook of a channel, which takes Slack's format under `/slack`.
// https://discord.com/developers/docs/resources/webhook#execute-slackcompatible-webhook
import {factsOf, type Notifier} from './notifier.ts';
import {slackMessage} from './slack.ts';

export const discord: Notifier = {
	async send(notice, place, post) {
		const url = new URL(place.address);
		if (!/\/slack\/?$/.test(url.pathname)) {
			url.pathname = `${url.pathname.replace(/\/$/, '')}/slack`;
		}

		const told = {...notice, facts: factsOf(notice)};
		await post({url: url.href, body: slackMessage(told, place, {good: 'good', bad: 'danger'})});
	},
};
