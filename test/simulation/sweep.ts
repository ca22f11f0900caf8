// A run that is killed somewhere, and the run that never was: what must be the same in the end.
import type {ExecutionContext} from 'ava';
import type {Interceptor} from '../../sandbox/in-process.ts';
import type {Accepted} from '../../sandbox/api/types.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {isOfWorkload, templateOf} from './invariants/invariant.ts';
import {keys} from './keys.ts';
import type {Cut} from './mortal.ts';
import {isClosed, isOver, leftOpen, recordedRuns, type Recorded} from './recorded.ts';
import {simulate} from './simulation.ts';
import type {Plan, Simulation} from './simulation.ts';

export type End = {
	/** Specs and the status, without what times and addresses are in them. */
	readonly state: unknown;
	/** The records of its runs. */
	readonly records: readonly Recorded[];
	/** A daemon was killed when its run was over, and perhaps before it had said so in the record. */
	readonly wasOverWhenKilled: boolean;
	/** How often the primary was given another template. */
	readonly rollouts: number;
	readonly events: ReadonlyMap<string, number>;
	/** Writes of the first daemon. */
	readonly writes: number;
};

const withoutTimes = ({status}: KubeObject): unknown => {
	const {lastTransitionTime: _, conditions, ...rest} = status ?? {};
	const said = (conditions ?? []) as ReadonlyArray<{type: string; status: string; reason: string; message: string}>;
	return {...rest, conditions: said.map(({type, status, reason, message}) => ({type, status, reason, message}))};
};

const stateOf = (simulation: Simulation): unknown => {
	const {store} = simulation.embedded;
	const all = (kind: keyof typeof keys) =>
		[...store.list(keys[kind], {namespace: 'test'}).items].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
	const spec = ({metadata, spec: whole}: KubeObject) => {
		const {clusterIP: _, clusterIPs: __, ...rest} = whole ?? {};
		return [metadata.name, rest];
	};
	return {
		canaries: [...all('canaries'), ...all('rollouts')].map((object) => withoutTimes(object)),
		workloads: [...all('deployments'), ...all('daemonsets')].map(spec),
		knative: all('knativeservices').map((object) => [object.metadata.annotations, ...spec(object)]),
		routes: all('virtualservices').map(spec),
		services: all('services').map(spec),
		kept: all('controllerrevisions').map(({metadata}) => metadata.annotations),
		commands: all('canarycommands').map(({metadata, status}) => [metadata.name, status?.['outcome']]),
	};
};

const recordsOf = ({embedded}: Simulation): readonly KubeObject[] =>
	embedded.store.list(keys.canaryruns, {namespace: 'test'}).items;

/** A record is written last of all, and as often as it takes. */
const untilRecorded = (simulation: Simulation): Promise<void> =>
	simulation.until(() => isClosed(recordsOf(simulation)), 1800, 'the record of a run is closed');

const countRollouts = (simulation: Simulation, primary: string): (() => number) => {
	let rollouts = 0;
	simulation.embedded.store.onAccepted((change: Accepted) => {
		const {before, after} = change;
		if (!isOfWorkload(change) || before === undefined || after?.metadata.name !== primary) return;
		rollouts += JSON.stringify(templateOf(before)) === JSON.stringify(templateOf(after)) ? 0 : 1;
	});
	return () => rollouts;
};

const isWriteName = (request: string): boolean => /^(?:POST|PATCH|PUT|DELETE) /.test(request);

/** What a run has come to. `requests`: of its first daemon. */
const endOf = (
	simulation: Simulation,
	rollouts: number,
	requests: readonly string[],
	wasOverWhenKilled = false,
): End => ({
	state: stateOf(simulation),
	wasOverWhenKilled,
	records: recordedRuns(recordsOf(simulation)),
	rollouts,
	events: simulation.events(),
	writes: requests.filter((request) => isWriteName(request)).length,
});

const primaryOf = ({shape}: Plan): string => (shape === 'today' ? 'podinfo-primary' : 'podinfo');

/** How long nobody looks after the Canary, in seconds of the world: a restart, a lease, a longer outage. */
const outages = [0, 3, 20, 70];

export type Course = {
	/** Before the first daemon starts. */
	readonly prepare?: (simulation: Simulation) => void;
	/** Until the run is over. */
	readonly rest?: (simulation: Simulation) => Promise<void>;
};

/** A run whose requests something comes between. */
export const runThrough = async (
	t: ExecutionContext,
	plan: Plan,
	intercept: Interceptor,
	{rest = (simulation) => simulation.toRest(), prepare = () => {}}: Course = {},
): Promise<End> => {
	const simulation = await simulate(plan, t);
	const rollouts = countRollouts(simulation, primaryOf(plan));
	prepare(simulation);
	const {requests} = await simulation.start({intercept});
	await rest(simulation);
	await untilRecorded(simulation);
	const end = endOf(simulation, rollouts(), requests);
	await simulation.stop(t);
	return end;
};

/** Runs the plan to its end; each cut kills one daemon, and the next one takes over a while later. */
export const runKilled = async (
	t: ExecutionContext,
	plan: Plan,
	cuts: readonly Cut[],
	{rest = (simulation) => simulation.toRest(), prepare = () => {}}: Course = {},
): Promise<End> => {
	const simulation = await simulate(plan, t);
	const rollouts = countRollouts(simulation, primaryOf(plan));
	prepare(simulation);
	const [first] = cuts;
	const daemon = await simulation.start(first === undefined ? {} : {cut: first});
	let current = daemon;
	let wasOver = false;
	for (const [index, cut] of cuts.entries()) {
		const dead = current;
		await simulation.until(() => !dead.isAlive(), 3600, `write ${cut.write} never came`);
		wasOver ||= isOver(simulation.status());
		await simulation.seconds(outages[(cut.write + index) % outages.length] ?? 0);
		const next = cuts[index + 1];
		current = await simulation.start(next === undefined ? {} : {cut: next});
	}

	await rest(simulation);
	const {requests} = daemon;
	const end = endOf(simulation, rollouts(), requests, wasOver);
	await simulation.stop();
	const where = cuts.map(({write, when}) => `${when} ${write} (${requests.at(-1)})`).join(', ');
	t.deepEqual(simulation.violations, [], `invariants, killed ${where}`);
	return end;
};

/** What passes by while pods start, or tells measured values, is seen or not as time has it. */
const isFleeting = (text: string): boolean =>
	/^Waiting for |rate |is NaN|waiting for rollout|made no revision/.test(text);

/** The killed run ended as the other one: the same state, no second rollout, every event, at most once more a kill. */
export const assertSameEnd = (t: ExecutionContext, killed: End, reference: End, kills: number, where: string): void => {
	t.deepEqual(killed.state, reference.state, `state, killed ${where}`);
	const isOpen = killed.wasOverWhenKilled && killed.records.at(-1)?.outcome === undefined;
	t.deepEqual(
		killed.records,
		isOpen ? leftOpen(reference.records) : reference.records,
		`records of runs, killed ${where}`,
	);
	t.is(killed.rollouts, reference.rollouts, `rollouts, killed ${where}`);
	const missing = [...reference.events.keys()].filter((text) => !isFleeting(text) && !killed.events.has(text));
	t.deepEqual(missing, [], `events never said, killed ${where}`);
	const often = [...killed.events].filter(
		([text, count]) => !isFleeting(text) && count > (reference.events.get(text) ?? 0) + kills,
	);
	t.deepEqual(often, [], `events said too often, killed ${where}`);
};

/** Sweeps over all writes of a plan's run, a kill at each. */
export const sweep = async (t: ExecutionContext, plan: Plan, when: Cut['when'], course: Course = {}): Promise<void> => {
	const reference = await runKilled(t, plan, [], course);
	t.true(reference.writes > 10, 'the run writes at all');
	for (let write = 1; write <= reference.writes; write++) {
		const killed = await runKilled(t, plan, [{write, when}], course);
		assertSameEnd(t, killed, reference, 1, `${when} write ${write}`);
	}
};
