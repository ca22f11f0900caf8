import test from 'ava';
import {StatusWriter, statusToWrite} from '../../../actors/life/status-writer.ts';
import type {Status} from '../../../machines/model/status.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {ApiError} from '../../../services/kubernetes/cluster.ts';
import type {Cluster, KubeObject, Operation} from '../../../services/kubernetes/cluster.ts';
import {canaries} from '../../../services/kubernetes/resources.ts';
import {silentLog} from '../../../services/log.ts';

const statusOf = (change: Partial<Status> = {}): Status => ({
	phase: 'Progressing',
	canaryWeight: 0,
	failedChecks: 0,
	iterations: 0,
	lastAppliedSpec: 'a',
	lastPromotedSpec: '',
	condition: {status: 'Unknown', reason: 'Progressing', message: 'progressing'},
	state: 'progressing',
	canaryRevision: 'a',
	waitingFor: 'checks',
	reason: '',
	haltedFrom: '',
	problems: [],
	...change,
});

const canaryOf = (version: number, status: KubeObject['status'] = {}, uid = 'u1'): KubeObject => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata: {name: 'podinfo', namespace: 'test', uid, resourceVersion: String(version)},
	status,
});

const failure = (code: number, outcome: 'refused' | 'unknown' = 'refused'): ApiError =>
	new ApiError({code, reason: 'x', outcome, attempt: 'PATCH x', message: `code ${code}`});

/** A server of one Canary, which refuses what is not of its version. */
const stage = () => {
	const clock = createVirtualClock();
	const server = {present: canaryOf(1) as KubeObject | undefined, reads: 0, patches: 0, prunes: false};
	const failures: Array<ApiError | undefined> = [];
	const log: string[] = [];
	const valueAt = (operations: readonly Operation[], path: string): unknown =>
		operations.flatMap((one) => (one.path === path && 'value' in one ? [one.value] : []))[0];
	const cluster = {
		async read() {
			server.reads += 1;
			return server.present;
		},
		async patch(_: unknown, __: unknown, ___: unknown, operations: readonly Operation[]) {
			server.patches += 1;
			const planned = failures.shift();
			if (planned !== undefined) throw planned;
			const {present} = server;
			const {uid, resourceVersion} = present?.metadata ?? {};
			const isMet =
				valueAt(operations, '/metadata/uid') === uid &&
				valueAt(operations, '/metadata/resourceVersion') === resourceVersion;
			if (present === undefined || !isMet) throw failure(present === undefined ? 404 : 422);
			const {state, ...others} = valueAt(operations, '/status') as Record<string, unknown>;
			const version = Number(resourceVersion) + 1;
			server.present = canaryOf(version, server.prunes ? others : {...others, state}, uid);
			return server.present;
		},
	} as unknown as Cluster;
	const flushed = {promise: Promise.resolve()};
	const statusWriter = new StatusWriter({
		cluster,
		clock,
		log: silentLog,
		resource: canaries,
		canary: canaryOf(1),
		flushed: () => flushed.promise,
		onRecorded: (recorded) => log.push(recorded ? 'recorded' : 'outstanding'),
		onCrdTooOld: () => log.push('CRD too old'),
	});
	return {clock, server, failures, log, statusWriter, flushed};
};

test('a difference is written once, after what was announced; the same again is not', async (t) => {
	const {clock, server, log, statusWriter, flushed} = stage();
	const {promise, resolve} = Promise.withResolvers<void>();
	flushed.promise = promise;
	statusWriter.write(statusOf());
	await clock.advance(1000);
	t.is(server.patches, 0);
	t.deepEqual(log, ['outstanding']);
	resolve();
	await clock.advance(1);
	t.deepEqual(log, ['outstanding', 'recorded']);
	statusWriter.write(statusOf());
	await clock.advance(1000);
	t.is(server.patches, 1);
	t.is(server.present?.status?.['phase'], 'Progressing');
});

test('of several statuses asked for while one is being written only the newest is written', async (t) => {
	const {clock, server, statusWriter} = stage();
	for (const canaryWeight of [0, 10, 20]) statusWriter.write(statusOf({canaryWeight}));
	await clock.advance(1000);
	t.is(server.patches, 2);
	t.is(server.present?.status?.['canaryWeight'], 20);
});

test('where it halted and what is wrong go with what is written anyway, and go away with it', async (t) => {
	const {clock, server, statusWriter} = stage();
	const problem = {field: 'spec.service', value: '', text: 'spec.service is missing', remedy: 'Add it'};
	const halted = statusOf({state: 'halted', haltedFrom: 'progressing', problems: [problem]});
	statusWriter.write(halted);
	await clock.advance(1000);
	t.like(server.present?.status, {haltedFrom: 'progressing', problems: [problem]});
	statusWriter.write({...halted, problems: []});
	await clock.advance(1000);
	t.is(server.patches, 1, 'no reason to write');
	statusWriter.write(statusOf());
	await clock.advance(1000);
	t.false('haltedFrom' in (server.present?.status ?? {}));
	t.false('problems' in (server.present?.status ?? {}));
});

test('after a conflict the Canary is read and the fields of others are kept', async (t) => {
	const {clock, server, log, statusWriter} = stage();
	server.present = canaryOf(5, {canaryWeight: 3, trackedConfigs: {a: 'b'}});
	statusWriter.write(statusOf({canaryWeight: 10}));
	await clock.advance(1000);
	t.is(server.reads, 1);
	t.is(server.patches, 2);
	t.is(server.present.status?.['canaryWeight'], 10);
	t.deepEqual(server.present.status?.['trackedConfigs'], {a: 'b'});
	t.deepEqual(log, ['outstanding', 'recorded']);
});

test('a newer version that was seen is what the next write builds upon', async (t) => {
	const {clock, server, statusWriter} = stage();
	server.present = canaryOf(7);
	statusWriter.saw(server.present);
	statusWriter.saw(canaryOf(3));
	statusWriter.write(statusOf());
	await clock.advance(1000);
	t.is(server.reads, 0);
	t.is(server.patches, 1);
});

test('what another has written over it is put right at once', async (t) => {
	const {clock, server, log, statusWriter} = stage();
	server.present = canaryOf(1, statusToWrite({}, statusOf(), 0));
	statusWriter.saw({...server.present, metadata: {...server.present.metadata, resourceVersion: '2'}});
	server.present = canaryOf(2, server.present.status);
	statusWriter.write(statusOf());
	await clock.advance(1000);
	t.is(server.patches, 0, 'it was said already');
	server.present = canaryOf(3, {...server.present.status, canaryWeight: 50});
	statusWriter.saw(server.present);
	await clock.advance(10);
	t.is(server.present.status?.['canaryWeight'], 0);
	t.deepEqual(log, ['outstanding', 'recorded'], 'and effects wait for it');
});

test('errors are tried again for ever, with pauses, and effects wait', async (t) => {
	const {clock, server, failures, log, statusWriter} = stage();
	failures.push(...Array.from({length: 10}, () => failure(500, 'unknown')));
	statusWriter.write(statusOf());
	await clock.advance(20_000);
	t.deepEqual(log, ['outstanding']);
	await clock.advance(120_000);
	t.deepEqual(log, ['outstanding', 'recorded']);
	t.is(server.patches, 11);
});

test('on another uid, or when the Canary is gone, it stops', async (t) => {
	for (const present of [canaryOf(9, {}, 'u2'), undefined]) {
		const {clock, server, log, statusWriter} = stage();
		server.present = present;
		statusWriter.write(statusOf());
		await clock.advance(60_000);
		t.is(server.patches, 1);
		statusWriter.write(statusOf({canaryWeight: 10}));
		await clock.advance(60_000);
		t.is(server.patches, 1, 'nothing is written to the other one');
		t.deepEqual(log, ['outstanding'], 'and no effect begins');
	}
});

test('a CRD that prunes the state is told, and not written to again and again', async (t) => {
	const {clock, server, log, statusWriter} = stage();
	server.prunes = true;
	statusWriter.write(statusOf());
	await clock.advance(1000);
	statusWriter.write(statusOf());
	await clock.advance(60_000);
	t.is(server.patches, 1);
	t.deepEqual(log, ['outstanding', 'CRD too old', 'recorded']);
});

test('condition times move as the API conventions say', (t) => {
	type Condition = Readonly<Record<string, unknown>>;
	const at = (before: KubeObject['status'], status: Status, ms: number) => {
		const written = statusToWrite(before, status, ms);
		return {written, condition: (written['conditions'] as readonly Condition[])[0]};
	};
	const first = at({}, statusOf(), 0);
	const again = at(first.written, statusOf({canaryWeight: 10}), 60_000);
	t.deepEqual(again.condition, first.condition, 'no new reason, no new time');
	t.is(again.written['lastTransitionTime'], '1970-01-01T00:01:00Z');
	const reason = {status: 'Unknown', reason: 'Promoting', message: 'promoting'} as const;
	const promoting = at(again.written, statusOf({phase: 'Promoting', condition: reason}), 120_000);
	t.is(promoting.condition?.['lastUpdateTime'], '1970-01-01T00:02:00Z');
	t.is(promoting.condition?.['lastTransitionTime'], '1970-01-01T00:00:00Z');
	const end = {status: 'True', reason: 'Succeeded', message: 'promoted'} as const;
	const succeeded = at(promoting.written, statusOf({phase: 'Succeeded', condition: end}), 180_000);
	t.is(succeeded.condition?.['lastTransitionTime'], '1970-01-01T00:03:00Z');
});
