// One round of checks: every metric asked, one verdict.
import type {CanaryModel, Comparison, Evidence, Instant, Metric, Verdict} from '../../api/model.ts';
import {compareWithPrimary} from './comparison.ts';
import {inquiryOf, type Inquiry, type InquiryOptions} from './inquiry.ts';
import {judge} from './judge.ts';
import type {TemplateInquiry} from './templates.ts';
import type {Ask} from '../metrics/asking.ts';
import type {Answer, NoAnswer, Question} from '../metrics/metrics.ts';

export type CheckOptions = InquiryOptions & {
	readonly ask: Ask;
	/** Absent where no metric has a template. */
	readonly templateInquiry?: TemplateInquiry;
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

/** What there is to check of one metric. */
type Checked = {readonly model: CanaryModel; readonly metric: Metric; readonly inquiry: Inquiry};

const answerTo = async (
	{metric: {intervalMs}, inquiry: {source, endpoint}}: Checked,
	question: Question,
	{ask, signal}: CheckOptions,
): Promise<Answer> => {
	const answer = await rateOf(question, (query) => ask({source, query, endpoint, intervalMs}, signal));
	return answer.kind === 'value' ? {...answer, value: answer.value * question.factor} : answer;
};

const checkByBounds = async (checked: Checked, options: CheckOptions): Promise<Evidence> => {
	const {model, metric, inquiry} = checked;
	return judge(model, metric, await answerTo(checked, inquiry.questionOf('canary'), options), options.clock.now());
};

/**
 * Both over the same window. The primary's answer is judged first: without it there is nothing to compare with. One
 * question for both would compare an answer with itself, and always pass.
 */
const checkAgainst = async (checked: Checked, against: Comparison, options: CheckOptions): Promise<Evidence> => {
	const {model, metric, inquiry} = checked;
	const [asked, askedOfPrimary] = [inquiry.questionOf('canary'), inquiry.questionOf('primary')];
	if (asked.query === askedOfPrimary.query) {
		const {name, written = name} = metric;
		const text = `the query of metric ${written} comes out the same for the canary and the primary, so that it tells neither from the other`;
		return {kind: 'not understood', metric: name, text};
	}

	const [own, theirs] = await Promise.all([
		answerTo(checked, asked, options),
		answerTo(checked, askedOfPrimary, options),
	]);
	const now = options.clock.now();
	const compare = (value: number): Evidence => ({
		...judge(model, metric, own, now, {compare: (found) => compareWithPrimary(metric, against, found, value)}),
		primary: value,
	});
	return judge(model, metric, theirs, now, {side: 'primary', compare});
};

const inquire = async (model: CanaryModel, metric: Metric, options: CheckOptions): Promise<Inquiry | NoAnswer> => {
	const {template} = metric;
	if (template === undefined) return inquiryOf(model, metric, options);
	if (options.templateInquiry !== undefined) return options.templateInquiry(model, metric, template, options.signal);
	throw new RangeError('MetricTemplates are not read here');
};

const check = async (model: CanaryModel, metric: Metric, options: CheckOptions): Promise<Evidence> => {
	try {
		const inquiry = await inquire(model, metric, options);
		if ('kind' in inquiry) return judge(model, metric, inquiry, options.clock.now());
		const checked = {model, metric, inquiry};
		return metric.against === undefined
			? await checkByBounds(checked, options)
			: await checkAgainst(checked, metric.against, options);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return {kind: 'not understood', metric: metric.name, text: error.message};
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
