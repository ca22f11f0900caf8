// The names in a chart as the phrases that they are.
import type {ChartState, Named, Transition} from './walk.ts';

/** Parameters whose names are part of the phrase. */
const PREPOSITIONS = new Set(['of', 'from']);

/** `missingData`, a name of the code, as words. */
const spoken = (value: unknown): string => {
	const text = String(value);
	return /^[a-z]+(?:[A-Z][a-z]+)+$/.test(text)
		? text.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
		: text;
};

/** `announce` with `{what: 'the run'}` reads `announce the run`. */
export const phrase = ({type, params = {}}: Named): string =>
	[
		type,
		...Object.entries(params).map(([name, value]) =>
			PREPOSITIONS.has(name) ? `${name} ${spoken(value)}` : spoken(value),
		),
	].join(' ');

/** What sets a transition off, in words; empty for what is tried at once. */
export type Cause = {readonly kind: 'always' | 'event' | 'done' | 'refused'; readonly text: string};
export type Caused = Transition & {readonly cause: Cause};

/** Every transition that a state writes down itself, with its cause. */
export const causesOf = (state: ChartState): readonly Caused[] => [
	...state.always.map((one) => ({...one, cause: {kind: 'always' as const, text: ''}})),
	...Object.entries(state.on).flatMap(([event, list]) =>
		list.map((one) => ({...one, cause: {kind: 'event' as const, text: event}})),
	),
	...state.invoke.flatMap(({src, onDone, onError}) => [
		...onDone.map((one) => ({...one, cause: {kind: 'done' as const, text: doneText(src)}})),
		...onError.map((one) => ({...one, cause: {kind: 'refused' as const, text: `refused: ${src}`}})),
	]),
];

const doneText = (src: string): string => (src === 'wait until' ? 'the time is up' : `done: ${src}`);

/** Cause and guard on one line: `done: route traffic [users are on the canary]`. */
export const label = ({guard, cause}: Caused): string =>
	[cause.text, guard === undefined ? '' : `[${phrase(guard)}]`].filter((part) => part !== '').join(' ');

/** The same as a sentence: `done: route traffic, and users are on the canary`. */
export const condition = ({cause, guard}: Caused): string => {
	if (guard === undefined) {
		return cause.text === '' ? 'at once' : cause.text;
	}

	return cause.text === '' ? phrase(guard) : `${cause.text}, and ${phrase(guard)}`;
};
