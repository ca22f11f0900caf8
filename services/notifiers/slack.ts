// Slack: an incoming webhook, or chat.postMessage with a bot's token.
// https://api.slack.com/reference/messaging/attachments
import {bearer, nameOf, parsed, Undelivered, type Fact, type Notice, type Notifier, type Receiver} from './notifier.ts';

/** What a Slack message is to the receivers that read its format. */
export type SlackColours = {readonly good: string; readonly bad: string};

/** The payload that the peer sends; `escape` turns text into what the receiver shows as that text. */
export const slackMessage = (
	notice: Notice,
	{channel, username}: Receiver,
	{good, bad}: SlackColours,
	escape: (text: string) => string = (text) => text,
) => ({
	channel: channel || 'general',
	username: username || 'flagger',
	icon_url: '',
	icon_emoji: ':rocket:',
	attachments: [
		{
			color: notice.severity === 'error' ? bad : good,
			author_name: nameOf(notice),
			...(notice.link !== undefined && {author_link: notice.link}),
			fallback: escape(notice.text),
			text: escape(notice.text),
			mrkdwn_in: ['text'],
			fields: notice.facts.map(({title, value}: Fact) => ({title, value: escape(value), short: false})),
		},
	],
});

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const slack: Notifier = {
	async send(notice, receiver, request) {
		const body = slackMessage(notice, receiver, {good: 'good', bad: 'danger'}, escaped);
		const answer = parsed(await request({url: receiver.address, headers: bearer(receiver), body}));
		// The API says 200 to what it refuses.
		const {ok, error} = (answer ?? {}) as {readonly ok?: unknown; readonly error?: unknown};
		if (ok === false) {
			throw new Undelivered(`Slack refused it: ${/^\w+$/.test(String(error)) ? String(error) : 'no reason given'}`);
		}
	},
};
