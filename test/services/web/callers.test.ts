import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {createDoor} from '../../../services/http/door.ts';
import type {TransportRequest} from '../../../services/http/transport.ts';
import type {Connection} from '../../../services/kubernetes/connection.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {createCallers} from '../../../services/web/callers.ts';

const own = {ca: 'the authority', cert: 'the daemon’s certificate', key: 'the daemon’s key', servername: 'api'};

const policyDenies = `canarycommands.aviary.dev "x" is forbidden: ValidatingAdmissionPolicy 'aviary-commands' with binding 'aviary-commands' denied request: spec.verb: "carol" may not pause; ask for the ClusterRole`;

const desk = (answer: (request: TransportRequest) => {status: number; body: unknown}) => {
	const clock = createVirtualClock();
	const sent: TransportRequest[] = [];
	const transport = {
		async send(request: TransportRequest) {
			sent.push(request);
			const {status, body} = answer(request);
			// eslint-disable-next-line unicorn/consistent-function-scoping
			const chunks = async function* () {
				yield Buffer.from(JSON.stringify(body));
			};
			return {status, headers: {}, chunks: chunks()};
		},
		async close() {},
	};
	const connection: Connection = {
		server: 'https://api',
		namespace: 'aviary-system',
		credentials: () => Promise.resolve({headers: {authorization: 'Bearer of-the-daemon'}, tls: own}),
		renew() {},
	};
	const door = createDoor({clock, log: silentLog, transport});
	const callers = createCallers({connection, door, clock, random: seededRandom(1), log: silentLog});
	return {sent, callers};
};

const known = ({url}: TransportRequest) =>
	url.pathname.endsWith('selfsubjectreviews')
		? {status: 201, body: {status: {userInfo: {username: 'alice'}}}}
		: {status: 201, body: {}};
const pause = {namespace: 'test', canary: 'podinfo', verb: 'pause', reason: 'checkout is slow'};

test('a command is created with the caller’s token, named after the caller, and nothing of the daemon goes along', async (t) => {
	const {sent, callers} = desk(known);
	const given = await callers.command('of-alice', {...pause, weight: undefined, revision: ''});
	t.is(given.requestedBy, 'alice');
	t.regex(given.name, /^podinfo-pause-[a-z\d]{5}$/);
	t.is(sent.length, 2);
	for (const {headers, tls} of sent) {
		t.is(headers['authorization'], 'Bearer of-alice');
		t.deepEqual(tls, {ca: 'the authority', servername: 'api', rejectUnauthorized: undefined});
	}

	const [, created] = sent;
	t.is(created?.url.pathname, '/apis/aviary.dev/v1alpha1/namespaces/test/canarycommands');
	t.deepEqual((JSON.parse(created?.body ?? '') as {spec: unknown}).spec, {
		canary: 'podinfo',
		verb: 'pause',
		reason: 'checkout is slow',
		requestedBy: 'alice',
	});
	await callers.command('of-bob', pause);
	t.is(sent[2]?.tls, sent[0]?.tls, 'one way to the server for all, so that connections are used again');
});

test('what the API server refuses comes back with its reason and what to do', async (t) => {
	const refusing = (status: number, message: string) =>
		desk((request) =>
			request.url.pathname.endsWith('canarycommands') ? {status, body: {kind: 'Status', message}} : known(request),
		).callers;
	const denied = await t.throwsAsync(refusing(403, policyDenies).command('t', pause));
	t.is(denied?.message, 'spec.verb: "carol" may not pause');
	t.like(denied, {code: 'forbidden', remedy: 'ask for the ClusterRole'});
	t.like(await t.throwsAsync(refusing(403, 'no').command('t', pause)), {code: 'forbidden'});
	t.like(await t.throwsAsync(refusing(422, 'no').command('t', pause)), {code: 'invalid'});
	t.like(await t.throwsAsync(refusing(404, 'no').command('t', pause)), {code: 'not-found'});
	t.like(await t.throwsAsync(refusing(500, 'no').command('t', pause)), {code: 'api-server'});
	const unknown = desk(() => ({status: 401, body: {kind: 'Status', message: 'Unauthorized'}}));
	t.like(await t.throwsAsync(unknown.callers.command('t', pause)), {code: 'unauthenticated'});
	t.true(
		unknown.sent.every(({url}) => url.pathname.endsWith('selfsubjectreviews')),
		'nothing was given',
	);
});

test('names cannot lead a request elsewhere', async (t) => {
	const {sent, callers} = desk(known);
	await callers.command('t', {...pause, namespace: '../../../../api/v1/namespaces/x', canary: '../secrets'});
	t.is(
		sent[1]?.url.pathname,
		'/apis/aviary.dev/v1alpha1/namespaces/..%2F..%2F..%2F..%2Fapi%2Fv1%2Fnamespaces%2Fx/canarycommands',
	);
});
