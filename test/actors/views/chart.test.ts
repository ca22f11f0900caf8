import test from 'ava';
import {endsOfWait} from '../../../actors/views/chart.ts';
import type {Path} from '../../../machines/facts.ts';
import type {Run} from '../../../machines/model/context.ts';
import {atWeight, contextOf, START} from '../../machines/world.ts';

type Row = readonly [what: string, path: Path, run: Partial<Run>, by: 'deadline' | 'time', seconds: number];

const rows: readonly Row[] = [
	['a canary that rises', 'progressing.scalingUp.rising', {}, 'deadline', 60],
	['a share that settles', 'progressing.settling', atWeight(20), 'time', 3],
	['a promotion', 'promoting.rolling', atWeight(50), 'deadline', 60],
	['a promotion between two steps down', 'promoting.rolling', {...atWeight(50), lowered: true}, 'time', 10],
	['a run that is halted', 'halted.unhealthy', atWeight(20), 'deadline', 60],
	['a canary that is drained after a failure', 'failed.draining', {}, 'time', 10],
];

for (const [what, path, run, by, seconds] of rows) {
	test(`the wait of ${what} ends by its ${by}`, (t) => {
		const context = contextOf({}, {since: START, stepAt: START, ...run});
		t.deepEqual(
			endsOfWait(path, context, START).map((end) => [end.by, (end.until - START) / 1000]),
			[[by, seconds]],
		);
	});
}
