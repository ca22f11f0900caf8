import test from 'ava';
import type {CanaryModel, Comparison, Metric} from '../../../api/model.ts';
import {istioQuestions} from '../../../services/providers/istio/queries.ts';
import {runChecks} from '../../../services/checks/checks.ts';
import type {Door} from '../../../services/http/door.ts';
import {createAsk} from '../../../services/metrics/asking.ts';
import {managedModel} from '../workloads/podinfo.ts';

const now = 1_700_000_000_000;

const duration = (against: Comparison): Metric => ({
	name: 'request-duration against the primary',
	kind: 'duration',
	dialect: 'today',
	intervalMs: 60_000,
	against,
});

const rate = (against: Comparison): Metric => ({
	...duration(against),
	name: 'request-success-rate against the primary',
	kind: 'success-rate',
});

const query = (against: Comparison): Metric => ({
	name: 'queue against the primary',
	written: 'queue',
	kind: 'query',
	dialect: 'today',
	query: 'max(queue{workload="{{ target }}"})',
	unit: 'jobs',
	intervalMs: 60_000,
	against,
});

/** Answers as the canary and as the primary; an empty text is no series. Keeps what was asked. */
const verdictOf = async (metric: Metric, canary: string, primary: string) => {
	const asked: string[] = [];
	const request: Door['request'] = async ({url}) => {
		const text = new URL(url).searchParams.get('query') ?? '';
		asked.push(text);
		const value = text.includes('"podinfo-primary"') ? primary : canary;
		const result = value === '' ? [] : [{metric: {}, value: [now / 1000, value]}];
		return {status: 200, headers: {}, body: JSON.stringify({status: 'success', data: {resultType: 'vector', result}})};
	};
	const model: CanaryModel = {...managedModel, analysis: {...managedModel.analysis, metrics: [metric]}};
	const clock = {now: () => now};
	const ask = createAsk({request}, clock);
	const options = {ask, questions: istioQuestions, metricsServer: 'http://prom:9090', clock};
	return {asked, verdict: await runChecks(model, options)};
};

test('a canary that is worse than the primary by more than is tolerated fails, and is told with both values', async (t) => {
	for (const [metric, canary, primary, text] of [
		[
			duration({by: 'ratio', tolerance: 0.2, worse: 'higher'}),
			'301',
			'250',
			"request duration 301ms is above the primary's 250ms by more than 20% of it",
		],
		[
			duration({by: 'difference', tolerance: 50, worse: 'higher'}),
			'301',
			'250',
			"request duration 301ms is above the primary's 250ms by more than 50ms",
		],
		[
			rate({by: 'difference', tolerance: 1, worse: 'lower'}),
			'97.9',
			'99',
			"success rate 97.90% is below the primary's 99.00% by more than 1.00%",
		],
		[
			query({by: 'ratio', tolerance: 0.1, worse: 'either'}),
			'8',
			'10',
			"queue 8.00 jobs is below the primary's 10.00 jobs by more than 10% of it",
		],
		// A share of nothing is nothing: the first error is worse than none.
		[
			query({by: 'ratio', tolerance: 0.5, worse: 'higher'}),
			'0.1',
			'0',
			"queue 0.10 jobs is above the primary's 0.00 jobs by more than 50% of it",
		],
	] as const) {
		const {verdict} = await verdictOf(metric, canary, primary);
		t.like(verdict, {outcome: 'failed', text});
	}
});

test('what is better, or worse by no more than is tolerated, passes with the canary’s value', async (t) => {
	for (const [metric, canary, primary] of [
		[duration({by: 'ratio', tolerance: 0.2, worse: 'higher'}), '300', '250'],
		[duration({by: 'ratio', tolerance: 0.2, worse: 'higher'}), '10', '250'],
		[rate({by: 'difference', tolerance: 1, worse: 'lower'}), '98', '99'],
		[query({by: 'difference', tolerance: 2, worse: 'either'}), '-12', '-10'],
		[query({by: 'ratio', tolerance: 0.2, worse: 'either'}), '-12', '-10'],
	] as const) {
		const {verdict} = await verdictOf(metric, canary, primary);
		t.like(verdict, {outcome: 'passed', text: ''});
		t.like(verdict.evidence[0], {kind: 'passed', value: Number(canary), primary: Number(primary)});
	}
});

test('the primary is asked what the canary is asked, over the same window', async (t) => {
	const {asked} = await verdictOf(query({by: 'ratio', tolerance: 0, worse: 'either'}), '1', '1');
	t.deepEqual(asked.toSorted(), ['max(queue{workload="podinfo"})', 'max(queue{workload="podinfo-primary"})']);
});

test('without a value of either there is no verdict, and the text says whose is missing', async (t) => {
	const metric = duration({by: 'ratio', tolerance: 0.2, worse: 'higher'});
	const ofPrimary = await verdictOf(metric, '300', '');
	t.is(ofPrimary.verdict.outcome, 'unknown');
	t.regex(ofPrimary.verdict.text, /podinfo-primary\.\w+ is not receiving traffic/u);
	const ofCanary = await verdictOf(metric, '', '300');
	t.is(ofCanary.verdict.outcome, 'unknown');
	t.is(ofCanary.verdict.evidence[0]?.primary, 300, 'what is known of the primary is kept');
	t.regex(ofCanary.verdict.text, /podinfo\.\w+ is not receiving traffic/u);
	const unequal = await verdictOf(metric, 'NaN', '300');
	t.is(unequal.verdict.outcome, 'unknown');
});

test('a query that comes out the same for both says nothing: it never passes, and is not asked', async (t) => {
	const metric = {...query({by: 'ratio', tolerance: 0, worse: 'either'}), query: 'max(queue{ns="{{ namespace }}"})'};
	const {asked, verdict} = await verdictOf(metric, '999', '999');
	t.deepEqual(asked, []);
	t.is(verdict.outcome, 'unknown');
	t.like(verdict.evidence[0], {kind: 'not understood', metric: 'queue against the primary'});
	t.is(
		verdict.text,
		'the query of metric queue comes out the same for the canary and the primary, so that it tells neither from the other',
	);
});

test('what a metric is called decides nothing', async (t) => {
	const named = {...query({by: 'ratio', tolerance: 0, worse: 'higher'}), written: 'jobs against the primary'};
	const {verdict} = await verdictOf(named, '2', '1');
	t.regex(verdict.text, /^jobs against the primary 2\.00 jobs is above the primary's 1\.00 jobs/u);
});
