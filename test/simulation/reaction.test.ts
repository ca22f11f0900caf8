// How soon users are out of harm's way: from what the API server tells to the write that acts on it, in the world's time
// (speed 1, so that nothing is quick by haste).
import test from 'ava';
import {isByAviary, isOf} from './invariants/invariant.ts';
import {keys} from './keys.ts';
import {simulate} from './simulation.ts';
import type {Plan, Simulation} from './simulation.ts';

const INTERVAL_MS = 60_000;
const THRESHOLD = 2;
const plan: Plan = {shape: 'today', speed: 1, analysis: {stepWeight: 10, maxWeight: 50, threshold: THRESHOLD}};

/** The instants at which the route's canary weight became 0 by our writes. */
const returnsOf = (simulation: Simulation): number[] => {
	const {embedded, clock} = simulation;
	const instants: number[] = [];
	embedded.store.onAccepted((change) => {
		if (isByAviary(change) && isOf(change, 'virtualservices') && simulation.weight() === 0) {
			instants.push(clock.now());
		}
	});
	return instants;
};

/** The first time that the canary's deployment is told to have fewer available pods than it should. */
const firstLack = ({embedded, clock}: Simulation): {at: number} => {
	const lack = {at: 0};
	embedded.store.onAccepted((change) => {
		const {after} = change;
		if (!isOf(change, 'deployments') || after?.metadata.name !== 'podinfo' || lack.at > 0) return;
		const isServing = (change.before?.status?.['readyReplicas'] ?? 0) !== 0;
		if (isServing && (after.status?.['readyReplicas'] ?? 0) === 0) lack.at = clock.now();
	});
	return lack;
};

test('pods that crash at 30 %: all traffic is back within a second of being told', async (t) => {
	const simulation = await simulate({...plan, scenario: 'crash', except: ['D3']}, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 30);
	const returns = returnsOf(simulation);
	const lack = firstLack(simulation);
	await simulation.until(() => simulation.weight() === 0, 120);
	t.true(lack.at > 0);
	t.true((returns[0] ?? Infinity) - lack.at <= 1000, `${(returns[0] ?? Infinity) - lack.at} ms`);
	await simulation.stop(t);
});

test('a new revision in mid-run: all traffic is back within a second', async (t) => {
	const simulation = await simulate(plan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 20);
	const returns = returnsOf(simulation);
	const before = simulation.clock.now();
	simulation.release('1.3.0');
	await simulation.until(() => simulation.weight() === 0, 30);
	t.true((returns[0] ?? Infinity) - before <= 1000, `${(returns[0] ?? Infinity) - before} ms`);
	await simulation.stop(t);
});

test('a metric that is breached takes the release back within threshold × interval + 1 s', async (t) => {
	const simulation = await simulate({...plan, scenario: 'errors'}, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 10);
	const returns = returnsOf(simulation);
	const before = simulation.clock.now();
	await simulation.untilPhase('Failed');
	const tookMs = (returns[0] ?? Infinity) - before;
	t.true(tookMs <= THRESHOLD * INTERVAL_MS + 1000, `${tookMs} ms`);
	await simulation.stop(t);
});

type Pod = {
	readonly spec: {readonly containers: ReadonlyArray<{readonly name: string; readonly image: string}>};
	readonly status?: {
		readonly containerStatuses?: ReadonlyArray<{readonly state?: {readonly waiting?: {reason?: string}}}>;
	};
};

/** Pods of the new version whose image cannot be pulled, as a kubelet tells it. */
const withoutImage = ({embedded: {store}}: Simulation): void => {
	const tell = (namespace: string | undefined, name: string): void => {
		const pod = store.get(keys.pods, namespace, name);
		const {spec, status} = (pod ?? {}) as unknown as Pod;
		if (pod === undefined || status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff') return;
		const state = {waiting: {reason: 'ImagePullBackOff'}};
		const containerStatuses = [{...spec.containers[0], state, ready: false, restartCount: 0, imageID: ''}];
		store.update(keys.pods, {...pod, status: {...pod.status, containerStatuses}}, 'kubelet', 'status');
	};
	store.onAccepted(({key, after}) => {
		if (key.plural !== 'pods' || after === undefined) return;
		const {name, namespace} = after.metadata;
		if ((after as unknown as Pod).spec.containers[0]?.image.endsWith(':1.2.0')) {
			setImmediate(() => tell(namespace, name));
		}
	});
};

const neverReady: Plan = {
	...plan,
	isReleasedByHand: true,
	spec: {progressDeadlineSeconds: 300},
};

test('pods that cannot start: it waits in words, and fails at the progress deadline without a user on it', async (t) => {
	const simulation = await simulate(neverReady, t);
	await simulation.start();
	await simulation.untilPhase('Initialized');
	withoutImage(simulation);
	simulation.release('1.2.0', {'sandbox.aviary.dev/never-ready': 'true'});
	await simulation.seconds(60);
	t.regex(String(simulation.status()['waitingFor']), /ImagePullBackOff quay\.io\/stefanprodan\/podinfo:1\.2\.0/);
	const before = simulation.clock.now();
	await simulation.untilPhase('Failed');
	t.true(simulation.clock.now() - before >= 200_000, 'it waited for the deadline');
	t.regex(String(simulation.status()['reason']), /progress deadline exceeded: .*ImagePullBackOff/);
	t.deepEqual(simulation.weights, [0]);
	await simulation.stop(t);
});

test('pods that cannot start, with failFast: it fails as soon as that is known', async (t) => {
	const simulation = await simulate({...neverReady, spec: {...neverReady.spec, failFast: true}}, t);
	await simulation.start();
	await simulation.untilPhase('Initialized');
	withoutImage(simulation);
	simulation.release('1.2.0', {'sandbox.aviary.dev/never-ready': 'true'});
	const before = simulation.clock.now();
	await simulation.untilPhase('Failed');
	t.true(simulation.clock.now() - before <= 60_000);
	t.regex(String(simulation.status()['reason']), /the canary cannot start: container podinfod: ImagePullBackOff/);
	t.deepEqual(simulation.weights, [0]);
	await simulation.seconds(60);
	simulation.release('1.3.0');
	await simulation.until(() => simulation.tag('podinfo-primary') === '1.3.0', 1200, 'the next one is promoted');
	await simulation.stop(t);
});
