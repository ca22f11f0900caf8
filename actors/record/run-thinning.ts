// How a record stays small: of a list that grew too long every second entry goes, those that tell least first.
import type {RunRecord} from '../../api/canary-run.ts';
import {isPath, stateOf} from '../../machines/facts.ts';

/** An object of Kubernetes may have about 1.5 MB; a record is read by people, and ten of them are kept a Canary. */
export const RECORD_BYTES_MAX = 200_000;

/** How many entries each list may have, in memory and in the record. Measurements: of all metrics together. */
export const caps = {
	transitions: 400,
	weights: 300,
	measurements: 2400,
	verdicts: 600,
	commands: 200,
	gaps: 40,
} as const;
export type Listed = keyof typeof caps;

const withoutEverySecond = <T>(items: readonly T[], mayGo: (item: T) => boolean): readonly T[] => {
	let seen = 0;
	return items.filter((item, index) => {
		if (index === 0 || index === items.length - 1 || !mayGo(item)) {
			return true;
		}

		seen += 1;
		return seen % 2 === 0;
	});
};

/**
 * At most `most` of the items (at least two), in their order. Every second item that tells nothing goes, again and again;
 * when none of them is left, every second of the others. The first and the last stay.
 */
export const thinned = <T>(items: readonly T[], most: number, tells: (item: T) => boolean): readonly T[] => {
	let kept = items;
	for (let mayGo = (item: T): boolean => !tells(item); kept.length > Math.max(2, most);) {
		const fewer = withoutEverySecond(kept, mayGo);
		if (fewer.length === kept.length) {
			mayGo = () => true;
		}

		kept = fewer;
	}

	return kept;
};

/** Which entries tell more than that all is as it was. */
export const tells = {
	transitions: ({to}: {to: string}) => !isPath(to) || !['halted', 'progressing'].includes(stateOf(to)),
	weights: () => false,
	measurements: ({outcome}: {outcome: string}) => outcome !== 'passed',
	verdicts: ({outcome}: {outcome: string}) => outcome !== 'passed',
	commands: ({outcome}: {outcome?: string | undefined}) => outcome !== 'Refused',
	gaps: () => false,
} as const;

/** The record with its lists cut to a share of their caps; what goes is counted. */
const cutTo = (record: RunRecord, share: number): RunRecord => {
	const most = (list: Listed): number => Math.floor(caps[list] * share);
	const omitted: Record<string, number> = {...record.omitted};
	const cut = <T>(list: Listed, items: readonly T[] = [], tell: (item: T) => boolean, limit = most(list)): T[] => {
		const kept = thinned(items, limit, tell);
		const dropped = items.length - kept.length;
		if (dropped > 0) {
			omitted[list] = (omitted[list] ?? 0) + dropped;
		}

		return [...kept];
	};

	const {metrics = []} = record;
	const each = Math.floor(most('measurements') / Math.max(1, metrics.length));
	const lists = {
		transitions: cut('transitions', record.transitions, tells.transitions),
		weights: cut('weights', record.weights, tells.weights),
		metrics: metrics.map((metric) => ({
			...metric,
			measurements: cut('measurements', metric.measurements, tells.measurements, each),
		})),
		verdicts: cut('verdicts', record.verdicts, tells.verdicts),
		commands: cut('commands', record.commands, tells.commands),
		gaps: cut('gaps', record.gaps, tells.gaps),
	};
	const filled = Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
	return {...record, ...(filled as typeof lists), ...(Object.keys(omitted).length > 0 && {omitted})};
};

/** The record within its limit in bytes: its lists are halved until it fits. */
export const fitted = (record: RunRecord, most = RECORD_BYTES_MAX): RunRecord => {
	let cut = cutTo(record, 1);
	for (let share = 0.5; Buffer.byteLength(JSON.stringify(cut)) > most && share > 0.001; share /= 2) {
		cut = cutTo(record, share);
	}

	return cut;
};
