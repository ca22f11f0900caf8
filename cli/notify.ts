// The daemon's flags about who is told of every Canary, and of those that have no alerts of their own. Names are the peer's, and where
// the peer reads an environment variable of another name than ours, that one is read, too.
import {Option} from 'commander';
import type {NotificationConfig} from '../services/notifiers/notifications.ts';
import {httpAddress} from './flags.ts';

export type NotifyFlags = {
	readonly slackUrl?: string;
	readonly slackToken?: string;
	readonly slackProxyUrl?: string;
	readonly slackUser: string;
	readonly slackChannel?: string;
	readonly msteamsUrl?: string;
	readonly msteamsProxyUrl?: string;
	readonly eventWebhook?: string;
	readonly uiUrl?: string;
};

/** Microsoft Teams comes first where both are written, as with the peer; Slack needs a channel. */
export const notifyOf = (flags: NotifyFlags): NotificationConfig => {
	const {uiUrl, eventWebhook, slackUrl, slackChannel = '', msteamsUrl} = flags;
	const others = {uiUrl, eventWebhook};
	if (msteamsUrl !== undefined) {
		const {msteamsProxyUrl: proxy} = flags;
		const notify = {type: 'msteams', address: msteamsUrl, channel: '', username: '', ...(proxy && {proxy})};
		return {...others, notify};
	}

	if (slackUrl === undefined || slackChannel === '' || flags.slackUser === '') {
		return others;
	}

	const {slackToken: token, slackProxyUrl: proxy, slackUser: username} = flags;
	const named = {type: 'slack', address: slackUrl, channel: slackChannel, username};
	return {...others, notify: {...named, ...(token && {token}), ...(proxy && {proxy})}};
};

const address = (flag: string, text: string): Option => new Option(`--${flag} <url>`, text).argParser(httpAddress);

/** Addresses and tokens are secrets: better set by the environment, from a Secret. */
export const notifyOptions = (): readonly Option[] => [
	address('slack-url', 'Slack’s webhook, for Canaries without alerts').env('SLACK_URL'),
	new Option('--slack-token <token>', 'a bot’s token, with https://slack.com/api/chat.postMessage').env('SLACK_TOKEN'),
	address('slack-proxy-url', 'HTTP proxy to Slack').env('SLACK_PROXY_URL'),
	new Option('--slack-user <name>', 'who it comes from in Slack').default('flagger').env('AVIARY_SLACK_USER'),
	new Option('--slack-channel <name>', 'Slack’s channel; without it nothing is sent').env('AVIARY_SLACK_CHANNEL'),
	address('msteams-url', 'Microsoft Teams’ webhook, instead of Slack').env('MSTEAMS_URL'),
	address('msteams-proxy-url', 'HTTP proxy to Microsoft Teams').env('MSTEAMS_PROXY_URL'),
	address('event-webhook', 'who is told of every event').env('EVENT_WEBHOOK_URL'),
	address('ui-url', 'where people find the page, to be linked in notifications').env('AVIARY_UI_URL'),
];
