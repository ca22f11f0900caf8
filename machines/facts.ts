// What a state of a Canary's chart means: one row a path, and the questions that others ask of it. Whoever has a path
// asks here; nobody else reads one.
import {isOfRun} from '../api/courses.ts';
import type {Course} from '../api/courses.ts';
import {outermost} from '../api/http/state-words.ts';
import {failed} from './facts/failed.ts';
import {finished} from './facts/finished.ts';
import {halted} from './facts/halted.ts';
import {initialized} from './facts/initialized.ts';
import type {Path, State} from './facts/path.ts';
import {progressing} from './facts/progressing.ts';
import {promoting} from './facts/promoting.ts';
import type {StateFacts} from './facts/row.ts';

export {pathOf} from './facts/path.ts';
export type {Path, State} from './facts/path.ts';
export type {Course} from '../api/courses.ts';
export type {Next, Wait} from './facts/row.ts';

const rows: Readonly<Record<Path, Partial<StateFacts>>> = {
	...initialized,
	...progressing,
	...halted,
	...promoting,
	...finished,
	...failed,
};

/** Every state, in the order of life, outer ones first. */
export const paths = Object.keys(rows) as readonly Path[];

/** A state and those around it, the innermost first. Records tell of charts that were, so any path will do. */
export const around = (path: string): readonly string[] => {
	const names = path.split('.');
	return names.map((_, index) => names.slice(0, names.length - index).join('.'));
};

const whole = new Map(
	paths.map((path) => {
		const own = around(path).map((one) => rows[one as Path]);
		return [path, Object.assign({}, ...own.toReversed()) as StateFacts];
	}),
);

/** Whether a text is the path of a state: of this chart, for records tell of older ones. */
export const isPath = (text: string): text is Path => whole.has(text as Path);

/** What is so in a state. */
export const factsOf = (path: Path): StateFacts => whole.get(path) as StateFacts;

/** The outermost state. */
export const stateOf = (path: Path): State => outermost(path) as State;

/** A run is under way, from its beginning until its users and replicas are where its end leaves them. */
export const isUnderWay = (path: Path): boolean => isOfRun(factsOf(path).course);

const still: ReadonlySet<Course> = new Set(['rest', 'holding', 'blocked']);

/** Nothing is done until something else changes. */
export const isStill = (path: Path): boolean => still.has(factsOf(path).course);

/** The states that a status can tell of besides the outermost ones: those in which it may stay for ever. */
const told = paths.filter((path) => isStill(path) && factsOf(path).course !== 'blocked');

/** Where in the chart a Canary is, as far as its status tells. */
export const pathTold = (
	state: State,
	{phase, canaryWeight}: {readonly phase: string; readonly canaryWeight: number},
): Path =>
	told.find(
		(path) =>
			stateOf(path) === state &&
			factsOf(path).phase === phase &&
			(factsOf(path).course === 'holding') === (canaryWeight > 0 && state === 'failed'),
	) ?? state;
