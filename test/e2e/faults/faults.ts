// What can happen to one call on its way to the API server or back.
import {statusBody} from '../../simulation/mortal.ts';
import {brokenAfter, delayedBy, duplicated, expiredAfter, halfOpenAfter, without} from './lines.ts';
import type {Call, Fault, Rule} from './proxy.ts';

export const RETRY_AFTER_MS = 1000;

type Side = 'applied' | 'not applied';

const answers =
	(status: number, reason: string, side: Side, headers: Readonly<Record<string, string>> = {}): Fault =>
	async ({apply, answer}) => {
		if (side === 'applied') await apply();
		answer(status, statusBody(status, reason, 'so the test wants it'), headers);
	};

const resets =
	(side: Side): Fault =>
	async ({apply, reset}) => {
		if (side === 'applied') await apply();
		reset();
	};

/** No answer ever comes: the daemon's own time-out ends it. */
export const hangs =
	(side: Side): Fault =>
	async ({apply}) => {
		if (side === 'applied') await apply();
	};

/** Those that a daemon hears of at once, by name. */
export const quickFaults: Readonly<Record<string, Fault>> = {
	'409': answers(409, 'Conflict', 'not applied'),
	'410': answers(410, 'Expired', 'not applied'),
	'429 with Retry-After': answers(429, 'TooManyRequests', 'not applied', {'retry-after': `${RETRY_AFTER_MS / 1000}`}),
	'500, applied': answers(500, 'InternalError', 'applied'),
	'500, not applied': answers(500, 'InternalError', 'not applied'),
	'503, applied': answers(503, 'ServiceUnavailable', 'applied'),
	'503, not applied': answers(503, 'ServiceUnavailable', 'not applied'),
	'504, applied': answers(504, 'Timeout', 'applied'),
	'504, not applied': answers(504, 'Timeout', 'not applied'),
	'a reset, applied': resets('applied'),
	'a reset, not applied': resets('not applied'),
};

const isWatch = ({what}: Call): boolean => what.startsWith('WATCH ');

/** Every call fails once, and succeeds when it is repeated. */
export const everyCallOnce =
	(fault: Fault): Rule =>
	({attempt}) =>
		attempt % 2 === 1 ? fault : undefined;

/** The first call of this kind fails. */
export const firstOf =
	(kind: string, fault: Fault): Rule =>
	(call) =>
		call.kind === kind && call.attempt === 1 ? fault : undefined;

const watches =
	(change: (lines: AsyncIterable<string>) => AsyncIterable<string>): Rule =>
	(call) =>
		isWatch(call) ? ({pass}) => pass(change) : undefined;

/** What can happen to all watches of a run, by name. */
export const watchFaults: Readonly<Record<string, () => Rule>> = {
	'each event twice and again': () => watches(duplicated),
	'each event late': () => watches(delayedBy(300)),
	'each third event lost with its connection': () => watches(brokenAfter(2)),
	'an end by 410 after each second event': () => watches(expiredAfter(2)),
	'an end by 410, and then a list that is older than what was seen': () => staleLists(),
};

/** Watches that end by 410; each second list is the answer that its kind once got before. */
const staleLists = (): Rule => {
	const recorded = new Map<string, string>();
	const expiring = watches(expiredAfter(2));
	return (call) => {
		if (!call.kind.startsWith('LIST ') || call.url.pathname.split('/').length < 5) return expiring(call);
		const old = recorded.get(call.kind);
		if (old !== undefined && call.attempt % 2 === 0) return ({answer}) => answer(200, old);
		return async ({apply, answer}) => {
			const {status, body} = await apply();
			if (!recorded.has(call.kind)) recorded.set(call.kind, body);
			answer(status, body);
		};
	};
};

/**
 * Of each kind's events every `of`-th is left out, beginning with the `nth`, in streams that go on: so many runs miss
 * each event once. `onLost` is told.
 */
export const missing = (nth: number, of: number, onLost: (kind: string) => void): Rule => {
	const counts = new Map<string, number>();
	return (call) => {
		if (!isWatch(call)) return undefined;
		const isLost = (): boolean => {
			const count = (counts.get(call.kind) ?? 0) + 1;
			counts.set(call.kind, count);
			if (count % of !== nth % of) return false;
			onLost(call.kind);
			return true;
		};
		return ({pass}) => pass(without(isLost));
	};
};

/** The first watch of this kind goes silent after so many events, and stays open. */
export const halfOpen = (kind: string, events: number): Rule => {
	const rule = watches(halfOpenAfter(events));
	return (call) => (call.kind === kind && call.attempt === 1 ? rule(call) : undefined);
};
