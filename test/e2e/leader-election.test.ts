// Two daemons, one Lease, a real control plane: the leader is killed, stopped and told to end in the middle of a release,
// which ends as if nothing had been. Prints how long nobody led.
import {mkdtemp, rm} from 'node:fs/promises';
import {cpus, tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {sleep, wallClock} from '../../services/clock.ts';
import {assertPromoted, film, midRun, runOf} from '../releases/assertions.ts';
import type {Harness} from '../releases/harness.ts';
import {courseOf} from '../releases/moments.ts';
import {shapes, type ReleaseShape} from '../releases/shapes.ts';
import {startGround, type Ground} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {allowSecond, handOverMs, NAMESPACE, startPair, timing, writesSince, type Replica} from './replicas.ts';

/** A check interval of a minute is a second: shorter than the Lease is valid, so that every gap falls into a run. */
const SPEED = 60;
const NEW = '1.2.0';
/** Of polling, of a process that is woken, and of a machine that does something else. */
const SLACK_MS = 1500;

const [, today] = shapes as readonly [ReleaseShape, ReleaseShape];
const assets = builtAssets();
let dir: string;
let ground: Ground;

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-election-'));
	ground = await startGround(dir, assets, SPEED);
	await allowSecond(ground);
});

test.after.always(async () => {
	await ground?.stop();
	await rm(dir, {recursive: true, force: true});
});

type Scene = {readonly harness: Harness; readonly leader: Replica; readonly next: Replica; readonly dropped: number};

/** A release that stands at its second weight, and two replicas. */
const begin = async (t: ExecutionContext, namespace: string): Promise<Scene> => {
	const harness = ground.harnessIn(namespace);
	await ground.kubectl(['create', 'namespace', namespace]);
	const [leader, next] = await startPair(ground, namespace);
	t.teardown(() => leader.stop());
	t.teardown(() => next.stop());
	t.deepEqual([await leader.leads(), await next.leads()], [true, false]);
	await today.begin(harness, {tag: NEW});
	await midRun(harness, today);
	return {harness, leader, next, dropped: harness.dropped()};
};

/** The release has ended as one that nothing happened to, and its users have noticed nothing. */
const assertUndisturbed = async (t: ExecutionContext, {harness, next, dropped}: Scene): Promise<void> => {
	await assertPromoted(t, harness, today, NEW);
	const weights = courseOf(runOf(await film(harness, today)), 'canaryWeight');
	t.deepEqual(weights, [0, ...today.weights, 0]);
	t.is(harness.dropped(), dropped, 'no request of a user was lost');
	t.true(await next.leads());
};

const report = (t: ExecutionContext, what: string, ms: number): void => {
	t.log(`${what}: another replica led after ${ms} ms (Lease of ${timing.durationMs} ms; ${cpus().length} CPUs)`);
};

test.serial('kill -9: another replica goes on when the Lease has expired', async (t) => {
	const scene = await begin(t, 'killed');
	const ms = await handOverMs(ground, () => scene.leader.signal('SIGKILL'));
	report(t, 'SIGKILL', ms);
	t.true(ms >= timing.durationMs - timing.retryPeriodMs - 200 && ms <= timing.durationMs + SLACK_MS, `${ms} ms`);
	await assertUndisturbed(t, scene);
});

test.serial('SIGTERM: the Lease is given back, and another replica goes on at once', async (t) => {
	const scene = await begin(t, 'ended');
	const ms = await handOverMs(ground, () => scene.leader.signal('SIGTERM'));
	report(t, 'SIGTERM', ms);
	t.true(ms <= SLACK_MS, `${ms} ms`);
	t.is(await scene.leader.ended, 0);
	await assertUndisturbed(t, scene);
	const events = await ground.kubectl(['get', 'events', '-n', NAMESPACE, '-o', 'jsonpath={.items[*].message}']);
	t.regex(events, /\S+_[0-9a-f-]{36} became leader/);
	t.regex(events, /\S+_[0-9a-f-]{36} stopped leading/);
});

test.serial('SIGSTOP past the Lease: the one that wakes has lost it, writes nothing, and stands again', async (t) => {
	const scene = await begin(t, 'stopped');
	const {leader, next} = scene;
	const ms = await handOverMs(ground, () => leader.signal('SIGSTOP'));
	report(t, 'SIGSTOP', ms);
	await sleep(wallClock, 500);
	const wokenAt = wallClock.now();
	leader.signal('SIGCONT');
	await eventually('the old leader follows', async () => !(await leader.leads()) || undefined);
	await assertUndisturbed(t, scene);
	t.deepEqual(await writesSince(ground, leader.account, 'stopped', wokenAt), []);
	t.true((await writesSince(ground, next.account, 'stopped', wokenAt)).length > 0);
	const again = await handOverMs(ground, () => next.signal('SIGTERM'));
	report(t, 'SIGTERM', again);
	await eventually('it leads again', async () => (await leader.leads()) || undefined);
});
