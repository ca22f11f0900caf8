// One round of checks: every metric asked, one verdict.
import type {CanaryModel, Comparison, Evidence, Instant, Metric, Verdict} from '../../api/model.ts';
import {compareWithPrimary} from './comparison.ts';
import {judge} from './judge.ts';
import type {Answer, MetricProvider, Question, Questions} from '../metrics/metrics.ts';

export type CheckOptions = {
	readonly provider: MetricProvider;
	readonly questions: Questions;
	/** The daemon's `--metrics-server`, for canaries that name none. */
	readonly metricsServer: string;
	readonly clock: {now(): Instant};
	readonly signal?: AbortSignal;
};

/**
 * Where every request fails, the series of those that did not fail is not there at all, and their rate has no data; but
 * there is traffic, so the rate is 0. Without this, the worst canary would look like an idle one.
 */
const rateOf = async (question: Question, ask: (query: string) => Promise<Answer>): Promise<Answer> => {
	const answer = await ask(question.query);
	if (answer.kind !== 'no data' || question.traffic === undefined) return answer;
	const traffic = await ask(question.traffic);
	// Unless the traffic is known to be there, there is no data.
	if (traffic.kind !== 'value') return traffic.kind === 'no data' ? answer : traffic;
	return traffic.value > 0 ? {...traffic, value: 0} : answer;
};

const answerTo = async (model: CanaryModel, question: Question, options: CheckOptions): Promise<Answer> => {
	const {provider, signal} = options;
	const address = model.metricsServer ?? options.metricsServer;
	const answer = await rateOf(question, (query) => provider.ask(address, query, signal));
	return answer.kind === 'value' ? {...answer, value: answer.value * question.factor} : answer;
};

const notUnderstood = ({name}: Metric, error: unknown): Evidence => {
	if (!(error instanceof RangeError)) throw error;
	return {kind: 'not understood', metric: name, text: error.message};
};

/**
 * Both over the same window. The primary's answer is judged first: without it there is nothing to compare with. One
 * question for both would compare an answer with itself, and always pass. Rejects with a RangeError as `questions` do.
 */
const checkAgainst = async (
	model: CanaryModel,
	metric: Metric,
	against: Comparison,
	options: CheckOptions,
): Promise<Evidence> => {
	const asked = options.questions(model, metric, 'canary');
	const askedOfPrimary = options.questions(model, metric, 'primary');
	if (asked.query === askedOfPrimary.query) {
		const {name, written = name} = metric;
		const text = `the query of metric ${written} comes out the same for the canary and the primary, so that it tells neither from the other`;
		return {kind: 'not understood', metric: name, text};
	}

	const [own, theirs] = await Promise.all([answerTo(model, asked, options), answerTo(model, askedOfPrimary, options)]);
	const now = options.clock.now();
	const compare = (value: number): Evidence => ({
		...judge(model, metric, own, now, {compare: (found) => compareWithPrimary(metric, against, found, value)}),
		primary: value,
	});
	return judge(model, metric, theirs, now, {side: 'primary', compare});
};

const check = async (model: CanaryModel, metric: Metric, options: CheckOptions): Promise<Evidence> => {
	try {
		return metric.against === undefined
			? judge(
					model,
					metric,
					await answerTo(model, options.questions(model, metric, 'canary'), options),
					options.clock.now(),
				)
			: await checkAgainst(model, metric, metric.against, options);
	} catch (error) {
		return notUnderstood(metric, error);
	}
};

const countsAsFailed = (model: CanaryModel, {kind}: Evidence): boolean =>
	kind === 'breached' || (model.analysis.onMissingData === 'fail' && (kind === 'no data' || kind === 'not a number'));

const reasonOf = (evidence: Evidence | undefined): string =>
	evidence === undefined || evidence.kind === 'passed' ? '' : evidence.text;

/**
 * Asks all metrics of the canary at once and judges them together: failed if any is breached, else unknown if any could
 * not be judged, else passed (as when there are none). The text is that of the first metric that decided. With
 * `onMissingData: fail` missing data fails too, as it does for the peer. Rejects only when the signal aborts.
 */
export const runChecks = async (model: CanaryModel, options: CheckOptions): Promise<Verdict> => {
	const evidence = await Promise.all(model.analysis.metrics.map((metric) => check(model, metric, options)));
	const failed = evidence.find((one) => countsAsFailed(model, one));
	const unjudged = evidence.find((one) => one.kind !== 'passed');
	const outcome = failed !== undefined ? 'failed' : unjudged === undefined ? 'passed' : 'unknown';
	return {outcome, text: reasonOf(failed ?? unjudged), evidence, at: options.clock.now()};
};
