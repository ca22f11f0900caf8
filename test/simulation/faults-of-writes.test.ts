// Each write meets each fault once: the run ends as it would have.
import test from 'ava';
import {faultAt, faults} from './chaos.ts';
import {quick} from './simulation.ts';
import type {Plan} from './simulation.ts';
import {assertSameEnd, runKilled, runThrough} from './sweep.ts';
import type {End} from './sweep.ts';

/** An event that was refused for good is given up: events are the last thing that matters. */
const isGivenUp = (met: string, fault: string): boolean => met === 'POST events' && /^4(?:09|10)/.test(fault);

const plans: ReadonlyArray<readonly [string, Plan, readonly string[]]> = [
	['a good run of the first shape', {shape: 'first', scenario: 'good', analysis: quick}, Object.keys(faults)],
	[
		'a bad run of today’s shape',
		{shape: 'today', scenario: 'errors', analysis: quick},
		['409, not applied', '500, applied', 'a reset, not applied', 'no answer, applied'],
	],
];

for (const [what, plan, names] of plans) {
	for (const fault of names) {
		test(`${what} ends as without a fault when any one write meets ${fault}`, async (t) => {
			const reference: End = await runKilled(t, plan, []);
			for (let write = 1; write <= reference.writes; write++) {
				const {intercept, met} = faultAt(write, fault);
				const end = await runThrough(t, plan, intercept);
				const given = isGivenUp(met(), fault) ? {...end, events: new Map([...reference.events, ...end.events])} : end;
				assertSameEnd(t, given, reference, 1, `${fault} at write ${write}: ${met()}`);
			}
		});
	}
}
