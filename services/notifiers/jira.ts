// Jira: bad news opens an issue for the Canary, or comments the one that is open; good news comments it. `channel` is
// the project's key, with another type than Task after a slash: `OPS/Incident`. API version 2 takes plain text, in the
// cloud and in data centers: https://developer.atlassian.com/cloud/jira/platform/rest/v2/
import {
	bearer,
	factsOf,
	nameOf,
	parsed,
	Undelivered,
	type Notice,
	type Notifier,
	type Receiver,
	type SendRequest,
} from './notifier.ts';

type Found = {
	readonly issues?: ReadonlyArray<{
		readonly key: string;
		readonly fields?: {
			readonly description?: string | null;
			readonly comment?: {readonly comments?: ReadonlyArray<{readonly body?: string}>};
		};
	}>;
};

/** In the cloud a token belongs to an account, in a data center it stands for one. */
const authorization = (receiver: Receiver): Readonly<Record<string, string>> =>
	receiver.username === '' || receiver.token === undefined
		? bearer(receiver)
		: {authorization: `Basic ${Buffer.from(`${receiver.username}:${receiver.token}`).toString('base64')}`};

/** What is open about this Canary. The cloud has moved the search. */
const openIssue = async (notice: Notice, receiver: Receiver, project: string, request: SendRequest) => {
	const base = receiver.address.replace(/\/+$/, '');
	const search = /\.atlassian\.net$/i.test(new URL(base).hostname) ? 'search/jql' : 'search';
	const jql = `project = "${project}" AND labels = "${labelOf(notice)}" AND statusCategory != Done ORDER BY created DESC`;
	const asked = new URLSearchParams({jql, maxResults: '1', fields: 'description,comment'});
	const answer = parsed(
		await request({
			url: `${base}/rest/api/2/${search}?${asked.toString()}`,
			method: 'GET',
			headers: authorization(receiver),
		}),
	);
	return (answer as Found | undefined)?.issues?.[0];
};

const labelOf = (notice: Notice): string => `aviary-${nameOf(notice)}`;

const textOf = (notice: Notice): string =>
	[notice.text, '', ...factsOf(notice).map(({title, value}) => `${title}: ${value}`), '', notice.key].join('\n');

export const jira: Notifier = {
	hearsAll: true,
	async send(notice, receiver, request) {
		const [project = '', type = 'Task'] = receiver.channel.split('/');
		if (!/^[A-Za-z]\w*$/.test(project)) {
			throw new Undelivered('spec.channel of the AlertProvider names no project of Jira: write its key, such as OPS');
		}

		const issue = await openIssue(notice, receiver, project, request);
		const {description = '', comment} = issue?.fields ?? {};
		const written = [description ?? '', ...(comment?.comments ?? []).map(({body = ''}) => body)];
		if (written.some((text) => text.includes(notice.key))) {
			// Said before the answer was lost.
			return;
		}

		const url = `${receiver.address.replace(/\/+$/, '')}/rest/api/2/issue`;
		const headers = authorization(receiver);
		if (issue !== undefined) {
			await request({url: `${url}/${encodeURIComponent(issue.key)}/comment`, headers, body: {body: textOf(notice)}});
		} else if (notice.severity !== 'info') {
			const summary = `${nameOf(notice)}: ${notice.text}`.slice(0, 250);
			const fields = {project: {key: project}, issuetype: {name: type}, summary, labels: [labelOf(notice)]};
			await request({url, headers, body: {fields: {...fields, description: textOf(notice)}}});
		}
	},
};
