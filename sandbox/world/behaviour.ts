// How a pod behaves, as the annotations of its template say.
import type {Labels} from './objects.ts';

const PREFIX = 'sandbox.aviary.dev/';
const UNIT_MS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};
const LATENCY_MS = 10;

/** A share of requests answered with a 5xx, until so long after the pod became ready. */
export type ErrorPhase = {readonly rate: number; readonly untilMs: number};

export type Behaviour = {
	readonly errors: readonly ErrorPhase[];
	readonly latencyMs: number;
	readonly readyAfterMs: number | undefined;
	readonly isNeverReady: boolean;
	readonly crashAfterMs: number | undefined;
};

/** Milliseconds of `500ms`, `3s`, `1m30s` or `1h`; undefined for anything else. */
const parseDuration = (text: string): number | undefined => {
	if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/u.test(text)) return undefined;
	let total = 0;
	for (const [, count = '', unit = ''] of text.matchAll(/([\d.]+)(ms|s|m|h)/gu)) {
		total += Number(count) * (UNIT_MS[unit] ?? 0);
	}

	return total;
};

const parsePhase = (text: string): ErrorPhase | undefined => {
	const [rateText = '', until] = text.trim().split('@');
	const rate = Number(rateText);
	const untilMs = until === undefined ? Infinity : parseDuration(until.trim());
	if (rateText.trim() === '' || !(rate >= 0 && rate <= 1) || untilMs === undefined) return undefined;
	return {rate, untilMs};
};

/** Reads the annotations; what does not parse is named to `onMistake` and ignored. */
export const parseBehaviour = (annotations: Labels, onMistake: (annotation: string) => void): Behaviour => {
	const read = <Value>(name: string, parse: (text: string) => Value | undefined): Value | undefined => {
		const text = annotations[PREFIX + name];
		if (text === undefined) return undefined;
		const value = parse(text);
		if (value === undefined) onMistake(`${PREFIX}${name}: ${text}`);
		return value;
	};

	const errors = read('error-rate', (text) => {
		const phases = text.split(',').map((phase) => parsePhase(phase));
		return phases.every((phase) => phase !== undefined) ? phases : undefined;
	});
	const latencyMs = read('latency-ms', (text) => (Number(text) >= 0 ? Number(text) : undefined));
	return {
		errors: errors ?? [],
		latencyMs: latencyMs ?? LATENCY_MS,
		readyAfterMs: read('ready-after', parseDuration),
		isNeverReady: annotations[`${PREFIX}never-ready`] === 'true',
		crashAfterMs: read('crash-after', parseDuration),
	};
};

/** The share of errors so long (in world time) after the pod became ready. */
export const errorRateAt = (behaviour: Behaviour, sinceReadyMs: number): number =>
	behaviour.errors.find(({untilMs}) => sinceReadyMs < untilMs)?.rate ?? 0;
