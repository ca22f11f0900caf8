// Datadog: one query over ten intervals, and the newest point of the one series that it answers.
import {at} from '../../../api/reading.ts';
import {jsonIn, noAddress, notJson, notUnderstood, refused, said, urlBelow} from '../answers.ts';
import type {Answer} from '../metrics.ts';
import type {Source} from '../source.ts';

const KEYS = ['datadog_api_key', 'datadog_application_key'] as const;
/** The peer's, so that a metric that is reported seldom has a point. */
const INTERVALS = 10;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Its own reasons, which it writes as one text or as a list of them. */
const reasonIn = (parsed: unknown): string => said([at(parsed, 'error'), ...list(at(parsed, 'errors'))].join(' '));

/** Points are `[milliseconds, value]`, with no value where there was nothing to count. */
const newestOf = (points: readonly unknown[]): Answer => {
	const newest = points.findLast((point) => list(point)[1] !== null);
	if (newest === undefined) return {kind: 'no data'};
	const [ms, value] = list(newest);
	return typeof ms === 'number' && typeof value === 'number'
		? {kind: 'value', value, at: ms}
		: notUnderstood('a point without a value that is a number');
};

const valueIn = (parsed: unknown): Answer => {
	const series = at(parsed, 'series');
	if (!Array.isArray(series)) return notUnderstood('an answer without series');
	if (series.length === 0) return {kind: 'no data'};
	if (series.length > 1) return {kind: 'several series', count: series.length};
	const points = at(series[0], 'pointlist');
	return Array.isArray(points) ? newestOf(points) : notUnderstood('a series without points');
};

export const datadog: Source = {
	address: 'https://api.datadoghq.com',
	keys: [KEYS],
	isClosed: true,
	async ask(query, {address, headers, credentials = {}}, {now, intervalMs}, exchange) {
		const [apiKey, applicationKey] = KEYS.map((key) => credentials[key]);
		if (apiKey === undefined || applicationKey === undefined) {
			return {kind: 'provider failed', text: `there is no ${KEYS.join(' or no ')} to ask with`};
		}

		const to = Math.floor(now / 1000);
		const from = Math.floor((now - INTERVALS * intervalMs) / 1000);
		const asked = `query=${encodeURIComponent(query.trim())}&from=${from}&to=${to}`;
		const url = urlBelow(address, `/api/v1/query?${asked}`);
		if (url === undefined) return noAddress(address);
		const keys = {'dd-api-key': apiKey, 'dd-application-key': applicationKey};
		const response = await exchange({url, headers: {...headers, ...keys}});
		const {status} = response;
		const parsed = jsonIn(response);
		const reason = reasonIn(parsed);
		if (status === 401 || status === 403)
			return refused(status, ['its keys are refused', reason].filter(Boolean).join(': '));
		if (parsed === undefined) return notJson(status);
		return status === 200 && at(parsed, 'status') !== 'error' ? valueIn(parsed) : refused(status, reason);
	},
};
