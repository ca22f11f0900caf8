// A Canary in the live view: what it is in one line; while it runs, its checks and what it waits for.
import {comparisonText, unitOf} from '../../api/http/limit-words.ts';
import type {Evidence, Metric} from '../../api/model.ts';
import {weightsOf} from '../../api/plan.ts';
import {factsOf} from '../../machines/facts.ts';
import type {CanaryView} from '../canary-view.ts';
import {presentRound, roundsNeeded} from '../../machines/model/plan.ts';
import {plain} from '../terminal.ts';
import type {Colors} from './lines.ts';
import {fit, type Piece} from './pieces.ts';
import type {CanaryScene} from './scene.ts';
import {worldTime} from './world-time.ts';

export type BlockOptions = {
	readonly colors: Colors;
	readonly now: number;
	readonly speed: number;
	readonly columns: number;
};

type Paint = (text: string) => string;

const paintOf = (colors: Colors, state: string): Paint => {
	const paints: Readonly<Record<string, Paint>> = {
		failed: colors.red,
		halted: colors.yellow,
		progressing: colors.cyan,
		promoting: colors.cyan,
		finished: colors.green,
	};
	return paints[state] ?? colors.dim;
};

const isRunning = ({path}: CanaryView): boolean => path !== '' && factsOf(path).course === 'run';

const NAME_WIDTH = 24;
const STATE_WIDTH = 13;

/** The canary's share of traffic as a bar; none where the terminal is too narrow. */
const barOf = (weight: number, columns: number, paint: Paint, dim: Paint): readonly Piece[] => {
	const cells = columns >= 90 ? 20 : columns >= 60 ? 10 : 0;
	const full = Math.round((Math.min(100, Math.max(0, weight)) / 100) * cells);
	return cells === 0 ? [] : [['━'.repeat(full), paint], ['─'.repeat(cells - full), dim], [' ']];
};

const summary = ({key, view}: CanaryScene, {colors, columns}: BlockOptions): string => {
	const {state, weight, failedChecks, model} = view;
	const paint = paintOf(colors, state);
	const {plan, threshold} = model.analysis;
	const weights = weightsOf(plan);
	const step = weights.indexOf(weight) + 1;
	const counts = [
		...(roundsNeeded(view.context) > 1
			? [`round ${presentRound(view.context)} of ${roundsNeeded(view.context)}`]
			: step > 0
				? [`step ${step} of ${weights.length}`]
				: []),
		...(failedChecks > 0 ? [`failed checks ${failedChecks} of ${threshold}`] : []),
		...(model.suspended ? ['suspended'] : []),
	];
	return fit(
		[
			[`${key.padEnd(NAME_WIDTH)} `, colors.bold],
			[(state || 'new').padEnd(STATE_WIDTH), paint],
			...barOf(weight, columns, paint, colors.dim),
			[`${weight} %`.padStart(5)],
			[counts.length === 0 ? '' : `  ${counts.join(', ')}`, failedChecks > 0 ? colors.yellow : colors.dim],
		],
		columns,
	);
};

const unitText = (metric: Metric): string => {
	const unit = plain(unitOf(metric));
	return unit === '' ? '' : ` ${unit}`;
};

/** `≥ 99 %`, `≤ 500 ms`, `1 … 5`, `at most 20 % above the primary's`; empty for a metric without a threshold. */
const boundsOf = (metric: Metric): string => {
	const {min, max, against} = metric;
	const unit = unitText(metric);
	if (against !== undefined) {
		return plain(comparisonText(metric, against));
	}

	if (min !== undefined && max !== undefined) {
		return `${min} … ${max}${unit}`;
	}

	return min === undefined ? (max === undefined ? '' : `≤ ${max}${unit}`) : `≥ ${min}${unit}`;
};

const rounded = (value: number): string => String(Math.round(value * 100) / 100);

const checkOf = (metric: Metric, evidence: Evidence | undefined, colors: Colors): readonly Piece[] => {
	const name = plain(metric.name);
	const bounds: Piece = [` ${boundsOf(metric)}`, colors.dim];
	if (evidence === undefined) {
		return [['· ', colors.dim], [name], bounds];
	}

	if (!('value' in evidence)) {
		return [['? ', colors.yellow], [`${name} `], [evidence.kind, colors.yellow], bounds];
	}

	const value = `${rounded(evidence.value)}${unitText(metric)}`;
	return evidence.kind === 'passed'
		? [['✓ ', colors.green], [`${name} ${value}`], bounds]
		: [['✗ ', colors.red], [`${name} `], [value, colors.red], bounds];
};

const checks = ({view, verdict}: CanaryScene, {colors, columns}: BlockOptions): readonly string[] => {
	const {metrics} = view.model.analysis;
	if (metrics.length === 0) {
		return [];
	}

	const pieces = metrics.flatMap((metric): readonly Piece[] => [
		['  '],
		...checkOf(
			metric,
			verdict?.evidence.find((one) => one.metric === metric.name),
			colors,
		),
	]);
	return [fit(pieces, columns)];
};

const waits = ({view, checkedAt}: CanaryScene, {colors, now, speed, columns}: BlockOptions): string => {
	const {intervalMs} = view.model.analysis;
	const left = intervalMs - (now - checkedAt) * speed;
	const isChecked = view.weight > 0 && view.state !== 'promoting' && left > 0;
	// The daemon says it in its own time; everything else here is the world's.
	const waitingFor = view.waitingFor.replace(/asked every [\d.]+ s/, `asked every ${worldTime(intervalMs)}`);
	return fit(
		[
			[isChecked ? `  next check in ${worldTime(left)}` : '', colors.cyan],
			['  waits for ', colors.dim],
			[waitingFor || view.problems || 'an operator'],
		],
		columns,
	);
};

/** The lines of a Canary: three while it runs, two when it failed or cannot start, else one. */
export const blockOf = (canary: CanaryScene, options: BlockOptions): readonly string[] => {
	const {state, reason, problems} = canary.view;
	const head = summary(canary, options);
	if (isRunning(canary.view)) {
		return [head, ...checks(canary, options), waits(canary, options)];
	}

	const trouble = state === 'failed' ? reason : problems;
	return trouble === '' ? [head] : [head, fit([['  '], [trouble, options.colors.red]], options.columns)];
};
