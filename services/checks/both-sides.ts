// The metrics of canary and primary over a span of time: what a check asks of one is asked of both.
import type {CanaryModel, Metric} from '../../api/model.ts';
import {inquiryOf, type Inquiry, type InquiryOptions} from './inquiry.ts';
import {textOf} from './judge.ts';
import type {Question, Side} from '../metrics/metrics.ts';
import type {RangeProvider, Span} from '../metrics/prometheus-range.ts';

/** `text`: why there is no value, empty where there is one. */
export type SideValues = {readonly values: ReadonlyArray<number | null>; readonly text: string};
export type BothSides = {readonly metric: Metric; readonly canary: SideValues; readonly primary: SideValues};

export type BothSidesOptions = InquiryOptions & {readonly provider: RangeProvider};

const without = (text: string): SideValues => ({values: [], text});

/**
 * A rate in one query: where every request fails, the series of those that did not fail is not there, and the rate is 0
 * as long as there is traffic. The checks ask twice for the same.
 */
const overTime = ({query, traffic}: Question): string =>
	traffic === undefined ? query : `${query} or ((${traffic}) > 0) * 0`;

const questionOf = (inquiry: Inquiry, side: Side): Question | string => {
	try {
		return inquiry.questionOf(side);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return error.message;
	}
};

/**
 * Asks one metric after the other, of both sides at once; after a time-out no more, for the rest would take as long.
 * A query that comes out the same for both has no primary, and says so. Never rejects. `isWhole`: the server answered.
 */
export const askBothSides = async (
	model: CanaryModel,
	metrics: readonly Metric[],
	span: Span,
	{provider, ...options}: BothSidesOptions,
): Promise<{readonly sides: readonly BothSides[]; readonly isWhole: boolean}> => {
	const failures = new Set<string>();
	const ask = async (side: Side, metric: Metric, address: string, question: Question): Promise<SideValues> => {
		const answer = await provider.ask(address, overTime(question), span);
		if (answer.kind === 'values') {
			return {values: answer.values.map((value) => (value === null ? null : value * question.factor)), text: ''};
		}

		failures.add(answer.kind);
		return without(textOf(model, metric, answer, side));
	};

	const askBoth = async (metric: Metric): Promise<readonly [canary: SideValues, primary: SideValues]> => {
		const nothing = (text: string) => [without(text), without(text)] as const;
		// A template's source is asked by checks alone, with credentials that nobody who looks on shall use.
		if (metric.template !== undefined) {
			return nothing(`${metric.name} is asked by a MetricTemplate: what checks have measured is in the record`);
		}

		if (failures.has('timed out')) return nothing(`${metric.name} was not asked: the metrics server does not answer`);
		const inquiry = inquiryOf(model, metric, options);
		const {address} = inquiry.endpoint;
		const own = questionOf(inquiry, 'canary');
		const theirs = questionOf(inquiry, 'primary');
		if (typeof own === 'string') return nothing(own);
		if (typeof theirs === 'string') return nothing(theirs);
		const isSame = own.query === theirs.query;
		return Promise.all([
			ask('canary', metric, address, own),
			isSame
				? without(`the query of ${metric.name} does not name the target, so there is none of the primary`)
				: ask('primary', metric, address, theirs),
		]);
	};

	const sides: BothSides[] = [];
	for (const metric of metrics) {
		const [canary, primary] = await askBoth(metric);
		sides.push({metric, canary, primary});
	}

	return {sides, isWhole: !failures.has('timed out') && !failures.has('provider failed')};
};
