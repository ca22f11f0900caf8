// What the counters of runs are told: each end once, and no end that is none.
import test from 'ava';
import {metricsOnlooker} from '../../../actors/life/metrics-onlooker.ts';
import type {Life} from '../../../actors/life/onlookers.ts';
import type {Path} from '../../../machines/facts.ts';
import {statusOf} from '../../../machines/model/status.ts';
import type {CountedRun, Telemetry} from '../../../services/telemetry/telemetry.ts';
import {contextOf, START} from '../../machines/world.ts';

const ends = (...walk: ReadonlyArray<Path | ''>): readonly boolean[] => {
	const counted: boolean[] = [];
	const telemetry = {
		observeCanary() {},
		observeRun: (_: unknown, {succeeded}: CountedRun) => counted.push(succeeded),
	} as unknown as Telemetry;
	const context = contextOf({}, {});
	const life = metricsOnlooker(telemetry).born?.(context.model, {run() {}, record() {}, due() {}} as unknown as Life);
	for (const [index, path] of walk.entries()) {
		const from = walk[index - 1] ?? '';
		if (path !== '' && index > 0) {
			life?.entered?.({from, path, event: '', at: START, context, status: statusOf(path, context)});
		}
	}

	return counted;
};

test('a run that comes to rest has ended; a life that begins at rest has ended none', (t) => {
	t.deepEqual(ends('finished.draining', 'finished.keeping', 'finished.idle', 'finished.idle'), [true]);
	t.deepEqual(ends('failed.draining', 'failed.scalingDown', 'failed.idle', 'failed.mending', 'failed.idle'), [false]);
	t.deepEqual(ends('', 'failed.idle'), []);
	t.deepEqual(ends('initialized.superseding.scalingDown', 'initialized.idle'), []);
});

test('a promotion that is held has failed once, however often something is observed meanwhile', (t) => {
	t.deepEqual(ends('promoting.rolling', 'failed.holding', 'failed.holding', 'failed.holding'), [false]);
	t.deepEqual(ends('', 'failed.holding', 'failed.holding'), []);
	t.deepEqual(ends('promoting.rolling', 'failed.holding', 'failed.routing', 'failed.scalingDown', 'failed.idle'), [
		false,
	]);
	t.deepEqual(
		ends('failed.holding', 'progressing.scalingUp', 'failed.routing', 'failed.idle'),
		[false],
		'the next run',
	);
});
