import test from 'ava';
import {jira} from '../../../services/notifiers/jira.ts';
import {failed, send, startPlace, succeeded, type Answering} from './stage.ts';

type Issue = {readonly key: string; readonly fields: object};

/** A Jira with these issues, which a search finds. */
const withIssues =
	(issues: readonly Issue[]): Answering =>
	({method}) =>
		method === 'GET' ? {body: JSON.stringify({issues})} : {status: 201, body: '{"key":"OPS-1"}'};

const written = {description: 'before', comment: {comments: [{body: 'more'}]}};

test('a failure opens an issue in the project, of the type that the channel names', async (t) => {
	const {origin, received} = await startPlace(t, withIssues([]));
	await send(jira, failed, {address: origin, channel: 'OPS/Incident', username: 'bot@example.com', token: 'secret'});
	const [search, create] = received;
	const query = new URL(`${origin}${search?.path}`);
	t.is(query.pathname, '/rest/api/2/search');
	t.is(
		query.searchParams.get('jql'),
		'project = "OPS" AND labels = "aviary-podinfo.test" AND statusCategory != Done ORDER BY created DESC',
	);
	t.is(create?.path, '/rest/api/2/issue');
	t.is(create?.headers.authorization, `Basic ${Buffer.from('bot@example.com:secret').toString('base64')}`);
	t.like(create?.json, {
		fields: {
			project: {key: 'OPS'},
			issuetype: {name: 'Incident'},
			summary: 'podinfo.test: Failed checks threshold reached 5',
			labels: ['aviary-podinfo.test'],
		},
	});
	t.regex(create?.body ?? '', /Reason: success rate 60\.00% < 99%\\nPage: https:\/\/aviary\.example/);
});

test('what follows comments the issue that is open', async (t) => {
	const {origin, received} = await startPlace(t, withIssues([{key: 'OPS-7', fields: written}]));
	for (const notice of [failed, succeeded]) {
		await send(jira, notice, {address: `${origin}/jira/`, channel: 'OPS', token: 'secret'});
	}

	const posts = received.filter(({method}) => method === 'POST');
	t.deepEqual(
		posts.map(({path}) => path),
		['/jira/rest/api/2/issue/OPS-7/comment', '/jira/rest/api/2/issue/OPS-7/comment'],
	);
	t.is(posts[0]?.headers.authorization, 'Bearer secret');
	t.true((posts[1]?.body ?? '').startsWith(`{"body":"${succeeded.text}`));
});

test('nothing is said twice, and good news opens nothing', async (t) => {
	const said = {...written, comment: {comments: [{body: `it failed\n${failed.key}`}]}};
	const {origin, received} = await startPlace(t, withIssues([{key: 'OPS-7', fields: said}]));
	await send(jira, failed, {address: origin, channel: 'OPS'});
	const empty = await startPlace(t, withIssues([]));
	await send(jira, succeeded, {address: empty.origin, channel: 'OPS'});
	t.deepEqual(
		[...received, ...empty.received].map(({method}) => method),
		['GET', 'GET'],
	);
});

test('without a project people are told what to write', async (t) => {
	const {origin, received} = await startPlace(t);
	await t.throwsAsync(send(jira, failed, {address: origin, channel: 'general" OR 1=1'}), {
		message: /spec\.channel of the AlertProvider names no project of Jira/,
	});
	t.is(received.length, 0);
});
