// Durations as users write them, as PromQL wants them, and as the peer's event texts print them (Go's way).

/** The longest duration that is accepted, 24 days: a timer of Node's overflows just above it and would fire at once. */
export const longestDurationMs = 24 * 86_400_000;

const unitMs: ReadonlyMap<string, number> = new Map([
	['ms', 1],
	['s', 1000],
	['m', 60_000],
	['h', 3_600_000],
]);

const whole = /^(?:\d{1,12}(?:\.\d{1,6})?(?:ms|s|m|h)){1,8}$/;
const term = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/**
 * `1m`, `90s`, `2h`, `500ms`, `1m30s`, `1.5m` in whole milliseconds; undefined for anything else, of any type,
 * and for what is longer than `longestDurationMs`.
 */
export const parseDuration = (text: unknown): number | undefined => {
	// The length is checked first, so that a megabyte of digits costs nothing.
	if (typeof text !== 'string' || text.length > 64 || !whole.test(text)) {
		return undefined;
	}

	let sum = 0;
	for (const [, amount, unit] of text.matchAll(term)) {
		sum += Number(amount) * (unitMs.get(unit ?? '') ?? Number.NaN);
	}

	const ms = Math.round(sum);
	return ms <= longestDurationMs ? ms : undefined;
};

/**
 * A PromQL range: the largest unit that divides it (`1m`, `90s`, `1500ms`), never below `1ms`, for Prometheus refuses
 * an empty range.
 */
export const formatPromDuration = (ms: number): string => {
	const bounded = Math.max(1, Math.round(bound(ms)));
	for (const [unit, size] of [...unitMs].toReversed()) {
		if (bounded % size === 0) {
			return `${bounded / size}${unit}`;
		}
	}

	return `${bounded}ms`;
};

const bound = (ms: number): number =>
	Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);

/** A whole part and its decimal fraction without trailing zeros: (2525000000n, 9) is `2.525`. */
const withFraction = (amount: bigint, digits: number): string => {
	const scale = 10n ** BigInt(digits);
	const fraction = (amount % scale).toString().padStart(digits, '0').replace(/0+$/, '');
	return `${amount / scale}${fraction === '' ? '' : `.${fraction}`}`;
};

/** As Go prints a time.Duration: `2.525s`, `823ms`, `1m0s`, `1h0m0s`, `1.5µs`, `0s`; not a number counts as 0. */
export const formatGoDuration = (ms: number): string => {
	// Whole milliseconds and the rest apart, for their product with a million may be past what a double holds.
	const sound = Math.abs(bound(ms));
	const ns = BigInt(Math.trunc(sound)) * 1_000_000n + BigInt(Math.round((sound % 1) * 1e6));
	return `${ms < 0 && ns > 0n ? '-' : ''}${formatNanoseconds(ns)}`;
};

const second = 1_000_000_000n;

const formatNanoseconds = (ns: bigint): string => {
	if (ns === 0n) {
		return '0s';
	}

	if (ns < 1000n) {
		return `${ns}ns`;
	}

	if (ns < 1_000_000n) {
		return `${withFraction(ns, 3)}µs`;
	}

	if (ns < second) {
		return `${withFraction(ns, 6)}ms`;
	}

	const minutes = ns / (60n * second);
	const seconds = `${withFraction(ns % (60n * second), 9)}s`;
	if (minutes === 0n) {
		return seconds;
	}

	return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
};
