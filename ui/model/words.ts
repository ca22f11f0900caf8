// Numbers and instants in words.
import {unitOf} from '../../api/http/limit-words.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in at most two units: `34 s`, `5 min`, `3 h 12 min`, `2 d 4 h`. */
export const spanText = (ms: number): string => {
	const left = Math.max(0, ms);
	if (left < MINUTE) {
		return `${Math.floor(left / SECOND)} s`;
	}

	if (left < HOUR) {
		return `${Math.floor(left / MINUTE)} min`;
	}

	const [large, small, unit, next] = left < DAY ? [HOUR, MINUTE, 'h', 'min'] : [DAY, HOUR, 'd', 'h'];
	const rest = Math.floor((left % large) / small);
	return `${Math.floor(left / large)} ${unit}${rest === 0 ? '' : ` ${rest} ${next}`}`;
};

/** What comes at an instant, said behind what waits for it: ` – the next round of checks in 34 s`; empty once it is past. */
export const countdownText = (until: string | undefined, what: string | undefined, now: number): string => {
	const left = until === undefined ? -1 : Date.parse(until) - now;
	return left < 0 ? '' : ` – ${what ?? 'next'} in ${spanText(left)}`;
};

const two = (value: number): string => String(value).padStart(2, '0');

/** The time of day, as the reader's clock has it. */
export const clockText = (at: number): string => {
	const date = new Date(at);
	return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
};

/** Day and time, as the reader's clock has it. */
export const dateText = (at: number): string => {
	const date = new Date(at);
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockText(at)}`;
};

/** A number with as many digits as one needs to tell it from its threshold. */
export const numberText = (value: number): string => {
	const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
	return String(Number(value.toFixed(digits)));
};

/** A metric's value with its unit. */
export const valueText = (
	metric: {readonly kind?: string | undefined; readonly unit?: string | undefined},
	value: number,
): string => `${numberText(value)}${unitOf(metric)}`;

const names: Readonly<Record<string, string>> = {
	istio_requests_total: 'requests that succeed',
	istio_request_duration_seconds_bucket: 'request duration',
};

/** Built-in metrics are named after the counters that they read; people ask for less. */
export const metricName = (metric: string): string => names[metric] ?? metric;

/** A revision is a digest; its beginning tells it from others. */
export const shortRevision = (revision: string): string => revision.slice(0, 8);
