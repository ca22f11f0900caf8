// Microsoft Teams: a connector's webhook takes the peer's MessageCard, a workflow's an Adaptive Card.
// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
import {nameOf, type Notice, type Notifier} from './notifier.ts';

/** Where Power Automate's workflows listen, which have taken over from the connectors. */
const workflows = /\.(?:logic\.azure\.com|powerplatform\.com|powerautomate\.com)$/i;

const messageCard = (notice: Notice) => ({
	'@type': 'MessageCard',
	'@context': 'http://schema.org/extensions',
	themeColor: notice.severity === 'error' ? 'FF0000' : '0076D7',
	summary: nameOf(notice),
	sections: [
		{
			activityTitle: notice.text,
			activitySubtitle: nameOf(notice),
			facts: notice.facts.map(({title, value}) => ({name: title, value})),
		},
	],
	...(notice.link !== undefined && {
		potentialAction: [{'@type': 'OpenUri', name: 'Open', targets: [{os: 'default', uri: notice.link}]}],
	}),
});

const adaptiveCard = (notice: Notice) => ({
	type: 'message',
	attachments: [
		{
			contentType: 'application/vnd.microsoft.card.adaptive',
			content: {
				$schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
				type: 'AdaptiveCard',
				version: '1.4',
				body: [
					{
						type: 'TextBlock',
						text: notice.text,
						wrap: true,
						weight: 'Bolder',
						color: notice.severity === 'error' ? 'Attention' : 'Default',
					},
					{type: 'TextBlock', text: nameOf(notice), isSubtle: true, spacing: 'None'},
					{type: 'FactSet', facts: notice.facts},
				],
				...(notice.link !== undefined && {actions: [{type: 'Action.OpenUrl', title: 'Open', url: notice.link}]}),
			},
		},
	],
});

export const msteams: Notifier = {
	async send(notice, {address}, request) {
		const card = workflows.test(new URL(address).hostname) ? adaptiveCard : messageCard;
		await request({url: address, body: card(notice)});
	},
};
