// What a rollout and an idle Canary cost in requests: design §5.
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {keys} from './keys.ts';
import {simulate} from './simulation.ts';
import type {Plan} from './simulation.ts';

/** Five steps, on Istio, with a generated primary; time as written, so that nothing is cheap by haste. */
const plan: Plan = {shape: 'today', speed: 1};

const countsOf = (requests: readonly string[]): Readonly<Record<string, number>> => {
	const counts: Record<string, number> = {};
	for (const request of requests) {
		const [verb = '', plural = ''] = request.split(' ');
		const key = verb === 'QUERY' ? verb : `${verb} ${request.endsWith('podinfo-primary') ? 'primary' : plural}`;
		counts[key] = (counts[key] ?? 0) + 1;
	}

	return counts;
};

/** A first rollout of a Canary that is there, and all that the daemon asks for meanwhile. */
const costOfRollout = async (t: ExecutionContext, isRestarted: boolean): Promise<void> => {
	const simulation = await simulate(plan, t);
	const former = await simulation.start();
	await simulation.untilPhase('Initialized');
	await simulation.seconds(2);
	if (isRestarted) {
		former.kill();
	}

	const daemon = isRestarted ? await simulation.start() : former;
	await simulation.seconds(2);
	const isWrite = (request: string): boolean => !/^(?:LIST|WATCH) /.test(request);
	t.deepEqual(isRestarted ? daemon.requests.filter(isWrite) : [], [], 'a restart writes nothing');
	const before = daemon.requests.length;
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	const counts = countsOf(daemon.requests.slice(before));
	const {
		'PATCH canaries': status = 0,
		'PATCH virtualservices': routes = 0,
		'PATCH deployments': scales = 0,
		'PATCH primary': primary = 0,
		'PATCH controllerrevisions': records = 0,
		'POST events': events = 0,
		'WATCH pods': pods = 0,
		'POST canaryruns': begun = 0,
		'PATCH canaryruns': ended = 0,
		'LIST canaryruns': looks = 0,
		QUERY: queries = 0,
		...others
	} = counts;
	t.is(status, 9, 'phases and weights');
	t.is(routes, 6);
	t.is(scales, 2);
	t.is(primary, 1);
	t.is(records, 1, 'what the primary has now; what it had is kept already');
	t.deepEqual([begun, ended], [1, 1], 'the record of the run');
	t.is(status + routes + scales + primary + records + begun + ended, 21);
	const [record] = simulation.embedded.store.list(keys.canaryruns, {namespace: 'test'}).items;
	t.true(JSON.stringify(record).length < 8000, 'docs/record.md says so');
	t.is(looks, 1, 'which records there are, once since the daemon began');
	t.is(events, 11, 'ten of the peer, and one that waits for the pods');
	t.is(pods, 1);
	t.is(queries, 10, 'two metrics, five rounds');
	const unasked = Object.keys(others).filter((request) => !request.startsWith('WATCH '));
	t.deepEqual(unasked, [], 'no read, no list, nothing but renewed watches');
	await simulation.stop(t);
};

test('a rollout of five steps costs 21 object writes and 11 events, and reads nothing', (t) => costOfRollout(t, false));

test('a rollout costs no more after a restart', (t) => costOfRollout(t, true));

test('a second rollout costs no more than the first', async (t) => {
	const simulation = await simulate(plan, t);
	const daemon = await simulation.start();
	await simulation.toRest();
	const before = daemon.requests.length;
	simulation.release('1.3.0');
	await simulation.untilPhase('Progressing');
	await simulation.toRest();
	const requests = daemon.requests.slice(before);
	const writes = requests.filter((request) => /^(?:PATCH|POST|DELETE) (?!events)/.test(request));
	t.true(writes.length <= 21, `${writes.length} object writes: ${JSON.stringify(countsOf(requests))}`);
	const records = requests.filter((request) => request.includes('canaryruns')).map((request) => request.split(' ')[0]);
	t.deepEqual(records, ['POST', 'PATCH'], 'its record; what is there is known by now');
	t.deepEqual(
		requests.filter((request) => /^(?:GET|LIST) /.test(request)),
		[],
	);
	await simulation.stop(t);
});

test('an idle Canary costs no request in an hour but the renewal of watches, and no query', async (t) => {
	const simulation = await simulate(plan, t);
	const daemon = await simulation.start();
	await simulation.toRest();
	const before = daemon.requests.length;
	await simulation.seconds(3600);
	const requests = daemon.requests.slice(before);
	t.deepEqual(
		requests.filter((request) => !request.startsWith('WATCH ')),
		[],
	);
	t.true(requests.length <= 6 * 12, `${requests.length} watch renewals in an hour, of six kinds`);
	t.false(requests.includes('WATCH pods'), 'pods are watched during a run only');
	await simulation.stop(t);
});

test('a restart at rest writes nothing', async (t) => {
	const simulation = await simulate({...plan, speed: 10, scenario: 'errors'}, t);
	const former = await simulation.start();
	await simulation.toRest();
	former.kill();
	const daemon = await simulation.start();
	await simulation.seconds(300);
	t.deepEqual(
		daemon.requests.filter((request) => !/^(?:LIST|WATCH) /.test(request)),
		[],
	);
	await simulation.stop(t);
});
