// A run's record as people read it, before it has a form: the same facts, tables and words for Markdown and HTML. Pure.
import type {CanaryRun, RunMetric, RunRecord, RunTransition} from '../../api/canary-run.ts';
import {limitText, unitOf} from '../../api/http/limit-words.ts';
import {outermost, pathWords} from '../../api/http/state-words.ts';
import {instantOf} from '../clock.ts';

/** Any object of the kind; whatever is in it is shown as text. */
export type RecordedRun = Pick<CanaryRun, 'spec' | 'status'> & {
	readonly metadata?: {readonly name?: string; readonly namespace?: string};
};

export type Table = {readonly heads: readonly string[]; readonly rows: ReadonlyArray<readonly string[]>};

export type Chart = {
	readonly title: string;
	/** Drawn as steps, and not from point to point. */
	readonly isStepped: boolean;
	/** `at`: ms since the epoch. */
	readonly points: ReadonlyArray<{readonly at: number; readonly value: number; readonly isBad: boolean}>;
	/** The primary's values, where the two were compared. */
	readonly primary: ReadonlyArray<{readonly at: number; readonly value: number}>;
	readonly bounds: ReadonlyArray<{readonly label: string; readonly value: number}>;
	readonly least: number;
	readonly most: number;
};

export type RunStory = {
	readonly title: string;
	readonly outcome: string;
	readonly facts: ReadonlyArray<readonly [string, string]>;
	readonly metrics: Table;
	readonly timeline: Table;
	readonly commands: Table;
	readonly gaps: readonly string[];
	/** What the record left out, in words; empty when it is whole. */
	readonly omitted: string;
	/** The time that charts span, in ms. */
	readonly from: number;
	readonly to: number;
	readonly unseen: ReadonlyArray<{readonly from: number; readonly to: number}>;
	readonly charts: readonly Chart[];
};

/** One line of any value. */
export const lineOf = (value: unknown): string =>
	(typeof value === 'string' || typeof value === 'number' ? String(value) : '')
		.toWellFormed()
		.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
		.replaceAll(/[\u202A-\u202E\u2066-\u2069]/gu, '')
		.trim();

/** `1h 2m 3s`, in the two largest units that it has. */
export const durationText = (seconds: number): string => {
	const whole = Math.max(0, Math.round(seconds));
	const parts = [
		[Math.floor(whole / 86_400), 'd'],
		[Math.floor(whole / 3600) % 24, 'h'],
		[Math.floor(whole / 60) % 60, 'm'],
		[whole % 60, 's'],
	] as const;
	const told = parts.filter(([count]) => count > 0).slice(0, 2);
	return told.length === 0 ? '0s' : told.map(([count, unit]) => `${count}${unit}`).join(' ');
};

const numberText = (value: number): string => String(Math.round(value * 1000) / 1000);
const known = (values: ReadonlyArray<number | undefined>): readonly number[] =>
	values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));

const metricRow = (metric: RunMetric): readonly string[] => {
	const {measurements} = metric;
	const values = known(measurements.map(({value}) => value));
	const text = (value: number | undefined): string =>
		value === undefined ? '–' : lineOf(`${numberText(value)}${unitOf(metric)}`);
	const breaches = measurements.filter(({outcome}) => outcome === 'breached').length;
	const silent = measurements.filter(({value}) => value === undefined).length;
	return [
		lineOf(metric.name),
		lineOf(limitText(metric)) || '–',
		String(measurements.length),
		String(breaches),
		String(silent),
		text(values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b))),
		text(values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b))),
		text(values.at(-1)),
	];
};

/** What a reader wants of the transitions: another state of the six, another weight, or a reason. */
const isTold = (one: RunTransition, index: number, all: readonly RunTransition[]): boolean => {
	const before = all[index - 1];
	return (
		before === undefined ||
		outermost(before.to) !== outermost(one.to) ||
		before.weight !== one.weight ||
		(one.reason !== undefined && one.reason !== before.reason)
	);
};

const timeText = (at: string | undefined): string => lineOf(at).replace('T', ' ').replace('Z', ' UTC');

const chartsOf = ({weights = [], metrics = []}: RunRecord, to: number): readonly Chart[] => {
	const last = weights.at(-1);
	const steps = weights.map(({at, weight}) => ({at: instantOf(at), value: weight, isBad: false}));
	const weight: Chart = {
		title: 'Canary weight, percent',
		isStepped: true,
		points: last === undefined ? [] : [...steps, {at: to, value: last.weight, isBad: false}],
		primary: [],
		bounds: [],
		least: 0,
		most: 100,
	};
	const measured = metrics.map((metric): Chart => {
		const points = metric.measurements.flatMap(({at, value, outcome}) =>
			value === undefined ? [] : [{at: instantOf(at), value, isBad: outcome !== 'passed'}],
		);
		const primary = metric.measurements.flatMap(({at, primary: value}) =>
			value === undefined ? [] : [{at: instantOf(at), value}],
		);
		const bounds = [
			...(metric.min === undefined ? [] : [{label: `at least ${numberText(metric.min)}`, value: metric.min}]),
			...(metric.max === undefined ? [] : [{label: `at most ${numberText(metric.max)}`, value: metric.max}]),
		];
		const all = [...points, ...primary, ...bounds].map(({value}) => value);
		const least = all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
		const most = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
		const room = most > least ? (most - least) * 0.1 : Math.max(1, Math.abs(most) * 0.1);
		return {
			title: [
				lineOf(metric.name),
				unitOf(metric) === '' ? '' : `, ${lineOf(unitOf(metric))}`,
				primary.length === 0 ? '' : '; dashed: the primary',
			].join(''),
			isStepped: false,
			points,
			primary,
			bounds,
			least: least - room,
			most: most + room,
		};
	});
	return [weight, ...measured].filter(({points}) => points.length > 0);
};

const omittedText = ({omitted = {}}: RunRecord): string => {
	const counts = Object.entries(omitted).filter(([, count]) => typeof count === 'number' && count > 0);
	return counts.length === 0
		? ''
		: `Left out, for a record is bounded: ${counts.map(([list, count]) => `${String(count)} ${list}`).join(', ')}.`;
};

const secondsText = ({seconds}: RunRecord): string =>
	seconds === undefined
		? '–'
		: [
				`progressing ${durationText(seconds.progressing)}`,
				`halted ${durationText(seconds.halted)}`,
				`waiting for people ${durationText(seconds.waitingForPeople)}`,
			].join(', ');

const UNDER_WAY = 'under way';

/** A record is written at the ends of a run: of one under way it may know little more than its beginning. */
const outcomeText = ({outcome, reason, knownUntil}: RunRecord): string => {
	if (outcome !== undefined) {
		return `${outcome}${reason === undefined ? '' : `: ${lineOf(reason)}`}`;
	}

	const recorded =
		knownUntil === undefined
			? 'nothing but its beginning was recorded'
			: `this is what was recorded until ${timeText(knownUntil)}`;
	return `${UNDER_WAY}: the run goes on, and ${recorded}${reason === undefined ? '' : `; ${lineOf(reason)}`}`;
};

/** The story of a run. Total: whatever the record lacks is a dash. */
export const storyOf = ({metadata, spec, status = {}}: RecordedRun): RunStory => {
	const from = instantOf(spec.began);
	const lastWord = instantOf(status.ended) || instantOf(status.knownUntil);
	const to = Math.max(from + 1000, lastWord);
	const isUnderWay = status.outcome === undefined;
	const outcome = status.outcome ?? UNDER_WAY;
	const {template, replaced, configs = {}} = status.digests ?? {};
	const namespace = lineOf(metadata?.namespace);
	const facts: ReadonlyArray<readonly [string, string]> = [
		['Outcome', outcomeText(status)],
		['Run', lineOf(spec.run)],
		['Revision', lineOf(spec.revision)],
		['Target', `${lineOf(spec.target.kind)} ${lineOf(spec.target.name)}`],
		['Primary', `${lineOf(spec.primary.kind)} ${lineOf(spec.primary.name)}`],
		['Began', timeText(spec.began)],
		...(isUnderWay ? [] : ([['Ended', status.ended === undefined ? '–' : timeText(status.ended)]] as const)),
		[isUnderWay ? 'So far' : 'Took', lastWord === 0 ? '–' : durationText((lastWord - from) / 1000)],
		[isUnderWay ? 'Time so far' : 'Time', secondsText(status)],
		...(template === undefined ? [] : ([['Promoted', lineOf(template)]] as const)),
		...(replaced === undefined ? [] : ([['In place of', lineOf(replaced)]] as const)),
		...Object.entries(configs).map(([name, digest]) => [`Config ${lineOf(name)}`, lineOf(digest)] as const),
	];
	return {
		title: `${lineOf(spec.canary)}${namespace === '' ? '' : ` in ${namespace}`}: ${outcome}`,
		outcome,
		facts,
		metrics: {
			heads: ['Metric', 'Wanted', 'Measured', 'Breaches', 'No value', 'Least', 'Most', 'Last'],
			rows: (status.metrics ?? []).map(metricRow),
		},
		timeline: {
			heads: ['After', 'State', 'Weight', 'Why'],
			rows: (status.transitions ?? [])
				.filter(isTold)
				.map(({at, to: state, weight, reason, event}) => [
					durationText((instantOf(at) - from) / 1000),
					pathWords(lineOf(state)),
					`${lineOf(weight)} %`,
					lineOf(reason ?? (event === 'done' ? '' : event)),
				]),
		},
		commands: {
			heads: ['When', 'Who', 'What', 'Why', 'Answer'],
			rows: (status.commands ?? []).map((command) => [
				timeText(command.at),
				lineOf(command.requestedBy),
				[command.verb, command.weight].map(lineOf).join(' ').trim(),
				lineOf(command.reason),
				[command.outcome, command.message]
					.map(lineOf)
					.filter((text) => text !== '')
					.join(': ') || '–',
			]),
		},
		gaps: (status.gaps ?? []).map((gap) => `${timeText(gap.from)} to ${timeText(gap.to)}: ${lineOf(gap.why)}`),
		omitted: omittedText(status),
		from,
		to,
		unseen: (status.gaps ?? []).map((gap) => ({from: instantOf(gap.from), to: instantOf(gap.to)})),
		charts: chartsOf(status, to),
	};
};
