// Who is told of a run: once, in order, after what makes it true; and nothing is lost by a crash or a silent provider.
import test, {type ExecutionContext} from 'ava';
import type {Interceptor} from '../../sandbox/in-process.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {textAnswer} from './mortal.ts';
import type {Cut} from './mortal.ts';
import {quick, simulate, type Plan, type Simulation} from './simulation.ts';

const HOOK = 'http://hook.example';

const provider: KubeObject = {
	apiVersion: 'flagger.app/v1beta1',
	kind: 'AlertProvider',
	metadata: {name: 'hook', namespace: 'test'},
	spec: {type: 'cloudevents', secretRef: {name: 'hook'}},
};

const secret: KubeObject = {
	apiVersion: 'v1',
	kind: 'Secret',
	metadata: {name: 'hook', namespace: 'test'},
	data: {address: Buffer.from(`${HOOK}/secret-path`).toString('base64'), token: Buffer.from('tok').toString('base64')},
};

const alerts = [{name: 'on-call', severity: 'info', providerRef: {name: 'hook'}}];

const planOf = (scenario: 'good' | 'errors', analysis = {}, shape: Plan['shape'] = 'today'): Plan => ({
	shape,
	scenario,
	analysis: {...quick, alerts, ...analysis},
	edit: (objects) => [...objects, provider, secret],
});

type Told = {
	/** Without the run's name, which has its beginning in it. */
	readonly kind: string;
	readonly key: string;
	readonly data: {readonly message: string; readonly facts: Readonly<Record<string, string>>; readonly link?: string};
	/** The status on the API server at that moment. */
	readonly status: Readonly<Record<string, unknown>>;
};

/** A receiver that notes what it is told, and answers as `status` says. */
const receiver = (simulation: Simulation, status: () => number = () => 200) => {
	const told: Told[] = [];
	const attempts: string[] = [];
	const intercept: Interceptor = async (request, next) => {
		if (request.url.origin !== HOOK) return next();
		const {id, data} = JSON.parse(request.body ?? '') as {id: string; data: Told['data']};
		attempts.push(id);
		const code = status();
		if (code === 200) {
			told.push({kind: id.split('/').at(-1) ?? '', key: id, data, status: simulation.status()});
		}

		return textAnswer(code, '');
	};
	return {told, attempts, intercept};
};

const conditionOf = (simulation: Simulation): Readonly<Record<string, unknown>> => {
	const conditions = simulation.status()['conditions'] as ReadonlyArray<Readonly<Record<string, unknown>>>;
	return conditions.find(({type}) => type === 'Notified') ?? {};
};

const kindsOf = (told: readonly Told[]): readonly string[] => told.map(({kind}) => kind);

test('a good run is told of when it begins and when it is promoted, with its report', async (t) => {
	const simulation = await simulate(planOf('good'), t);
	const {told, intercept} = receiver(simulation);
	await simulation.start({intercept});
	await simulation.toRest();
	t.deepEqual(kindsOf(told), ['initialized', 'started', 'succeeded']);
	const [initialized, started, succeeded] = told;
	t.is(initialized?.status['phase'], 'Initialized');
	t.is(started?.status['phase'], 'Progressing');
	t.is(succeeded?.status['phase'], 'Succeeded', 'what is told is true by then');
	t.is(started?.data.message, 'New revision detected, progressing canary analysis.');
	t.like(started?.data.facts, {
		Target: 'Deployment/podinfo.test',
		'Failed checks threshold': '2',
		'Traffic routing': 'Weight steps: 25,50 max: 50',
	});
	t.is(succeeded?.data.message, 'Canary analysis completed successfully, promotion finished.');
	t.like(succeeded?.data.facts, {'Failed checks': '0 of 2', Run: started?.data.facts['Run']});
	t.regex(succeeded?.data.facts['Duration'] ?? '', /^\d+m?\d*s$/);
	t.like(conditionOf(simulation), {status: 'True', reason: 'Told'});
	t.is(simulation.complaints.filter((line) => line.includes('notification')).length, 0);
	await simulation.stop(t);
});

for (const [kind, query] of [
	['Canary', ''],
	['Rollout', '?kind=Rollout'],
] as const) {
	test(`what is told of a ${kind} links to its page, where Canary and Rollout may have one name`, async (t) => {
		const simulation = await simulate({shape: 'first', isRollout: kind === 'Rollout', analysis: quick}, t);
		const {told, intercept} = receiver(simulation);
		const notify = {type: 'cloudevents', address: `${HOOK}/secret-path`, channel: '', username: ''};
		await simulation.start({intercept, config: {notify, uiUrl: 'https://aviary.example/'}});
		await simulation.toRest();
		t.deepEqual(kindsOf(told), ['started', 'succeeded']);
		const link = `https://aviary.example/canaries/test/podinfo${query}`;
		t.deepEqual(new Set(told.map(({data}) => data.link)), new Set([link]));
		await simulation.stop(t);
	});
}

test('it costs a write of the status at rest, a read and a request each, and nothing without alerts', async (t) => {
	const costOf = async (plan: Plan): Promise<Readonly<Record<string, number>>> => {
		const simulation = await simulate(plan, t);
		const {requests} = await simulation.start({intercept: receiver(simulation).intercept});
		await simulation.toRest();
		await simulation.seconds(60);
		await simulation.stop(t);
		const count = (pattern: RegExp): number => requests.filter((request) => pattern.test(request)).length;
		return {
			status: count(/^PATCH canaries podinfo\/status$/),
			reads: count(/^GET (?:alertproviders|secrets)/),
			sent: count(/^POST secret-path/),
			lists: count(/^(?:LIST|WATCH) (?:alertproviders|secrets)/),
		};
	};
	const without = await costOf({...planOf('good'), analysis: quick});
	t.like(without, {reads: 0, sent: 0, lists: 0});
	const {status = 0} = without;
	// After the initialization, and after the run.
	t.deepEqual(await costOf(planOf('good')), {status: status + 2, reads: 6, sent: 3, lists: 0});
});

// The first shape has nothing to initialize.
for (const [shape, before] of [
	['today', ['initialized']],
	['first', []],
] as const) {
	test(`${shape}: a bad run says why, once, and a new revision is told of anew`, async (t) => {
		const simulation = await simulate(planOf('errors', {}, shape), t);
		const {told, intercept} = receiver(simulation);
		await simulation.start({intercept});
		await simulation.toRest();
		const kinds = [...before, 'started', 'failed'];
		t.deepEqual(kindsOf(told), kinds);
		const failed = told.at(-1);
		t.is(failed?.data.message, 'Failed checks threshold reached 2');
		t.is(failed?.status['state'], 'failed');
		simulation.release('1.2.1', {});
		await simulation.until(() => simulation.status()['phase'] === 'Progressing');
		await simulation.toRest();
		t.deepEqual(kindsOf(told).slice(kinds.length), ['started', 'succeeded']);
		t.is(new Set(told.map(({key}) => key)).size, told.length);
		await simulation.stop(t);
	});
}

test('a provider that does not answer holds up nothing, shows, and is told all in order when it is back', async (t) => {
	const reference = await simulate(planOf('good'), t);
	await reference.start({intercept: receiver(reference).intercept});
	await reference.toRest();
	const tookMs = reference.clock.now();
	await reference.stop(t);

	const simulation = await simulate(planOf('good'), t);
	let code = 503;
	const {told, attempts, intercept} = receiver(simulation, () => code);
	await simulation.start({intercept});
	await simulation.toRest();
	t.is(simulation.clock.now(), tookMs, 'the run took as long as ever');
	t.is(told.length, 0);
	t.like(conditionOf(simulation), {status: 'Unknown', reason: 'Pending'});
	const warnings = [...simulation.events('podinfo', 'Warning').keys()].filter((text) => text.includes('Notification'));
	t.deepEqual(
		[...new Set(warnings)],
		['Notification to alert on-call failed: hook.example answered 503; it is tried again for an hour'],
	);
	t.false(JSON.stringify([...simulation.events().keys(), simulation.complaints]).includes('secret-path'));
	code = 200;
	await simulation.clock.advance(600_000);
	t.deepEqual(kindsOf(told), ['initialized', 'started', 'succeeded']);
	t.is(new Set(attempts).size, 3, 'each with one key, however often it was tried');
	t.true(attempts.length > 3);
	t.like(conditionOf(simulation), {status: 'True', reason: 'Told'});
	await simulation.stop(t);
});

test('a person who is waited for is told so, each time', async (t) => {
	const simulation = await simulate(planOf('good'), t);
	const {told, intercept} = receiver(simulation);
	await simulation.start({intercept});
	const give = (verb: string, turn: number): void => {
		const spec = {canary: 'podinfo', verb, reason: 'lunch', requestedBy: 'alice'};
		const metadata = {name: `${verb}-${turn}`, namespace: 'test'};
		simulation.embedded.apply([{apiVersion: 'aviary.dev/v1alpha1', kind: 'CanaryCommand', metadata, spec}]);
	};
	await simulation.until(() => simulation.weight() === 25);
	for (const turn of [1, 2]) {
		give('pause', turn);
		await simulation.until(() => simulation.status()['state'] === 'halted');
		await simulation.seconds(30);
		give('resume', turn);
		await simulation.until(() => simulation.status()['state'] !== 'halted');
		await simulation.seconds(10);
	}

	await simulation.toRest();
	const waits = told.filter(({kind}) => kind.startsWith('waiting-paused-'));
	t.is(new Set(waits.map(({key}) => key)).size, 2);
	t.is(waits[0]?.data.message, 'Canary is waiting for somebody to resume it: paused by alice: lunch');
	t.is(told.length, 5);
	await simulation.stop(t);
});

/** A run that is killed at a write, and goes on with another daemon; what was told, by kind. */
const runKilled = async (t: ExecutionContext, plan: Plan, cut?: Cut) => {
	const simulation = await simulate(plan, t);
	const {told, intercept} = receiver(simulation);
	const first = await simulation.start(cut === undefined ? {intercept} : {cut, intercept});
	if (cut !== undefined) {
		await simulation.until(() => !first.isAlive(), 3600, `write ${cut.write} never came`);
		await simulation.start({intercept});
	}

	await simulation.toRest();
	await simulation.until(() => conditionOf(simulation)['reason'] === 'Told', 600);
	await simulation.stop(t);
	return {told, requests: first.requests};
};

for (const scenario of ['good', 'errors'] as const) {
	for (const when of ['before', 'applied'] as const) {
		test(`${scenario}: killed at each status and notification, ${when}, all is told, at most once more, by one key`, async (t) => {
			const plan = planOf(scenario, {stepWeight: 50});
			const {told: expected, requests} = await runKilled(t, plan);
			const writes = requests.filter((request) => /^(?:POST|PATCH|PUT|DELETE) /.test(request));
			const cuts = writes.flatMap((what, index) =>
				/^(?:PATCH canaries|POST secret-path)/.test(what) ? [index + 1] : [],
			);
			t.true(cuts.length > expected.length * 2);
			for (const write of cuts) {
				const {told} = await runKilled(t, plan, {write, when});
				const where = `${when} write ${write}: ${writes[write - 1] ?? ''}`;
				const counts = new Map<string, number>();
				for (const {kind} of told) counts.set(kind, (counts.get(kind) ?? 0) + 1);
				t.deepEqual([...counts.keys()].sort(), [...kindsOf(expected)].sort(), where);
				t.true(told.length <= expected.length + 1, `${where}: ${kindsOf(told).join(', ')}`);
				t.is(new Set(told.map(({key}) => key)).size, counts.size, `${where}: one key each`);
			}
		});
	}
}
