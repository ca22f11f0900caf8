// One phase of a measurement: what was asked, and what it cost the operator's process.
import {askedSince, countsOf, placeIn, type Asked, type Counts} from './audit.ts';
import {timed, type Timed} from './process-figures.ts';
import {ACCOUNT, type Site} from './site.ts';
import type {Subject} from './subject.ts';

/** Time and the machine's CPU leave the aftermath out. */
export type Phase = Timed & {
	readonly requests: Counts;
	readonly queries: number;
	readonly cpuSeconds: number;
	/** At its end. */
	readonly rssMb: number;
	readonly fileMb: number;
	readonly peakMb: number;
};

const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** Does it, and tells what the operator asked for meanwhile; `settle` comes after the time is taken, and counts. */
export const measured = async (
	site: Site,
	subject: Subject,
	act: () => Promise<unknown>,
	settle: () => Promise<unknown> = async () => {},
): Promise<{readonly phase: Phase; readonly asked: readonly Asked[]}> => {
	const {plane, metrics} = site;
	const place = await placeIn(plane.auditLog);
	const queries = metrics.queries();
	subject.resetPeak();
	const before = subject.figures();
	const {seconds, machineCpuSeconds} = await timed(act);
	await settle();
	const after = subject.figures();
	const asked = await askedSince(plane.auditLog, ACCOUNT, place);
	return {
		phase: {
			seconds,
			requests: countsOf(asked),
			queries: metrics.queries() - queries,
			cpuSeconds: rounded(after.cpuSeconds - before.cpuSeconds, 2),
			machineCpuSeconds,
			rssMb: rounded(after.rssMb),
			fileMb: rounded(after.fileMb),
			peakMb: rounded(after.peakMb),
		},
		asked,
	};
};

export type Spread = {readonly median: number; readonly p99: number; readonly max: number};

/** Of values in any order, to the hundredth. */
export const spreadOf = (values: readonly number[]): Spread => {
	const sorted = values.toSorted((a, b) => a - b);
	const at = (share: number): number =>
		rounded(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN, 2);
	return {median: at(0.5), p99: at(0.99), max: rounded(sorted.at(-1) ?? Number.NaN, 2)};
};
