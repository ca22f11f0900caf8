// Prometheus: one query over a span of time, for those who look; nothing is judged by it.
import type {Instant} from '../../api/model.ts';
import {at} from '../../api/reading.ts';
import {failure, noAddress, notUnderstood} from './answers.ts';
import {askOnce} from './ask-once.ts';
import {BODY_BYTES_MAX, TIMEOUT_MS} from './asking.ts';
import type {FetchText, NoAnswer} from './metrics.ts';
import {readResponse, urlOf} from './sources/prometheus.ts';

/** Instants from `from` on, `stepMs` apart, up to `to`. */
export type Span = {readonly from: Instant; readonly to: Instant; readonly stepMs: number};

/** One value each step, the first at `from`; null where there is none, or none that is finite. */
export type Values = {readonly kind: 'values'; readonly values: ReadonlyArray<number | null>};

/** Never rejects: every failure is an answer. */
export type RangeProvider = {ask(address: string, query: string, span: Span): Promise<Values | NoAnswer>};

const valuesIn =
	({from, to, stepMs}: Span) =>
	(data: unknown): Values | NoAnswer => {
		const result = at(data, 'result');
		if (at(data, 'resultType') !== 'matrix' || !Array.isArray(result)) return notUnderstood('no range of values');
		if (result.length > 1) return {kind: 'several series', count: result.length};
		const samples = at(result[0], 'values');
		const values = Array.from<number | null>({length: Math.floor((to - from) / stepMs) + 1}).fill(null);
		for (const sample of Array.isArray(samples) ? (samples as unknown[]) : []) {
			const [seconds, text] = Array.isArray(sample) ? (sample as unknown[]) : [];
			const index = Math.round((Number(seconds) * 1000 - from) / stepMs);
			const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
			if (index in values && Number.isFinite(value)) values[index] = value;
		}

		return values.every((value) => value === null) ? {kind: 'no data'} : {kind: 'values', values};
	};

/** Prometheus behind a door. Equal queries that are under way at the same time are asked once. */
export const createPrometheusRange = (fetchText: FetchText): RangeProvider => {
	const once = askOnce<Values | NoAnswer>();
	return {
		async ask(address, query, span) {
			const {from, to, stepMs} = span;
			const over = {query, start: String(from / 1000), end: String(to / 1000), step: String(stepMs / 1000)};
			const url = urlOf(address, `query_range?${new URLSearchParams(over).toString()}`);
			if (url === undefined) return noAddress(address);
			const ask = async (signal: AbortSignal): Promise<Values | NoAnswer> => {
				try {
					const response = await fetchText(url, {timeoutMs: TIMEOUT_MS, signal, maxBytes: BODY_BYTES_MAX});
					return readResponse(response, valuesIn(span));
				} catch (error) {
					return failure(error, TIMEOUT_MS);
				}
			};

			return once(url, ask, undefined);
		},
	};
};
