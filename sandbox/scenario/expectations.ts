// Whether a scenario went as its file expects, judged by what happened.
import {parseDuration} from '../../api/durations.ts';
import type {EventPattern, Expect} from './format.ts';
import type {EventLine, Finding, Happening} from './happenings.ts';

/** World time after which a scenario without `within` is judged. */
const WITHIN_DEFAULT = '1h';

type Seen = {
	phase: string;
	state: string;
	readonly states: string[];
	readonly weights: number[];
	readonly events: EventLine[];
};

export type Judge = {
	hear(happening: Happening): void;
	/** Whether the run has ended as expected: the moment to judge all of it. */
	hasEnded(): boolean;
	findings(): readonly Finding[];
};

const patternText = ({message, reason, type}: EventPattern): string =>
	[type, reason, `/${message}/`].filter((part) => part !== undefined).join(' ');

const fits =
	({message, reason, type}: EventPattern) =>
	(event: EventLine): boolean =>
		RegExp(message, 'u').test(event.message) &&
		(reason === undefined || reason === event.reason) &&
		(type === undefined || type === event.type);

/** Whether the items appear in that order, with anything between them. */
const passesThrough = (wanted: readonly string[], found: readonly string[]): boolean => {
	let at = -1;
	return wanted.every((one) => {
		at = found.indexOf(one, at + 1);
		return at !== -1;
	});
};

const list = (items: readonly (string | number)[]): string => items.join(', ') || 'none';

const last = (events: readonly EventLine[]): string => {
	const [event] = events.slice(-1);
	return event === undefined ? 'no event' : `the last event is "${event.message}"`;
};

type Users = {readonly requests: number; readonly errors: number};

const percent = (share: number): string => `${Math.round(share * 10_000) / 100} %`;

const findingsOf = (expect: Expect, seen: Seen, {requests, errors}: Users): readonly Finding[] => {
	const {phase, state, through, never, weights, events = [], noEvents = [], errorShare} = expect;
	const share = requests === 0 ? 0 : errors / requests;
	return [
		...(phase === undefined
			? []
			: [{text: `ends in phase ${phase}`, isMet: seen.phase === phase, found: `phase ${seen.phase || 'none'}`}]),
		...(state === undefined
			? []
			: [{text: `ends in state ${state}`, isMet: seen.state === state, found: `state ${seen.state || 'none'}`}]),
		...(through === undefined
			? []
			: [
					{
						text: `passes through ${list(through)}`,
						isMet: passesThrough(through, seen.states),
						found: `states ${list(seen.states)}`,
					},
				]),
		...(never === undefined
			? []
			: [
					{
						text: `is never ${never.join(' or ')}`,
						isMet: !never.some((one) => seen.states.includes(one)),
						found: `states ${list(seen.states)}`,
					},
				]),
		...(weights === undefined
			? []
			: [
					{
						text: `weights ${list(weights)}`,
						isMet: list(weights) === list(seen.weights),
						found: `weights ${list(seen.weights)}`,
					},
				]),
		...events.map((pattern) => ({
			text: `event ${patternText(pattern)}`,
			isMet: seen.events.some(fits(pattern)),
			found: last(seen.events),
		})),
		...noEvents.map((pattern) => {
			const found = seen.events.find(fits(pattern));
			return {text: `no event ${patternText(pattern)}`, isMet: found === undefined, found: `"${found?.message ?? ''}"`};
		}),
		...(errorShare === undefined
			? []
			: [
					{
						text: `at most ${percent(errorShare)} of users' requests fail`,
						isMet: share <= errorShare,
						found: `${errors} of ${requests} failed, ${percent(share)}`,
					},
				]),
	];
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Hears all that happens. `canary` narrows it to one; without it the first Canary that is heard of. */
export const createJudge = (expect: Expect, users: () => Users): Judge => {
	const seen: Seen = {phase: '', state: '', states: [], weights: [], events: []};
	let meant = expect.canary;

	const findings = (): readonly Finding[] => findingsOf(expect, seen, users());
	return {
		hear(happening) {
			if (happening.kind === 'canary') {
				meant ??= happening.canary;
				if (meant !== happening.canary) return;
				const {phase, state, canaryWeight} = happening.object.status ?? {};
				seen.phase = textOf(phase);
				seen.state = textOf(state);
				if (seen.state !== '' && seen.states.at(-1) !== seen.state) seen.states.push(seen.state);
				const weight = typeof canaryWeight === 'number' ? canaryWeight : 0;
				if (weight !== (seen.weights.at(-1) ?? 0)) seen.weights.push(weight);
			} else if (happening.kind === 'event' && happening.canary === meant) {
				seen.events.push(happening.event);
			} else if (happening.kind === 'gone' && happening.canary === meant) {
				seen.phase = '';
				seen.state = '';
			}
		},
		hasEnded() {
			const {phase, state, through} = expect;
			const isNamed = phase !== undefined || state !== undefined;
			const isEnd = (phase ?? seen.phase) === seen.phase && (state ?? seen.state) === seen.state;
			return isNamed && isEnd && passesThrough(through ?? [], seen.states);
		},
		findings,
	};
};

/** The file's `within` in ms of world time. */
export const withinOf = ({within = WITHIN_DEFAULT}: Expect): number => parseDuration(within) ?? 0;
