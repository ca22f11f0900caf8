import test from 'ava';
import type {Metric} from '../../../api/model.ts';
import {podQuestions} from '../../../services/providers/pod-queries.ts';
import {managedModel as model} from '../workloads/podinfo.ts';

const metric = (kind: Metric['kind']): Metric => ({name: 'it', kind, dialect: 'today', intervalMs: 60_000});

test('the queries are to the letter what the peer puts on the wire', (t) => {
	const pods = 'kubernetes_namespace="test", kubernetes_pod_name=~"podinfo-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"';
	t.deepEqual(podQuestions(model, metric('success-rate'), 'canary'), {
		query:
			` sum( rate( http_request_duration_seconds_count{ ${pods}, status!~"5.*" }[1m] ) ) / ` +
			`sum( rate( http_request_duration_seconds_count{ ${pods} }[1m] ) ) * 100`,
		factor: 1,
		traffic: ` sum( rate( http_request_duration_seconds_count{ ${pods} }[1m] ) )`,
	});
	t.deepEqual(podQuestions(model, metric('duration'), 'canary'), {
		query: ` histogram_quantile( 0.99, sum( rate( http_request_duration_seconds_bucket{ ${pods} }[1m] ) ) by (le) )`,
		factor: 1000,
	});
	t.throws(() => podQuestions(model, metric('query'), 'canary'), {instanceOf: RangeError});
});

test('no pod of the primary counts for the canary, whatever their kind', (t) => {
	for (const [kind, canary, primary] of [
		['Deployment', 'podinfo-5d8f9c7b6-x2k4f', 'podinfo-primary-5d8f9c7b6-x2k4f'],
		['DaemonSet', 'podinfo-x2k4f', 'podinfo-primary-x2k4f'],
		['StatefulSet', 'podinfo-0', 'podinfo-primary-0'],
	] as const) {
		const of = {...model, target: {...model.target, kind}};
		for (const [side, own, other] of [
			['canary', canary, primary],
			['primary', primary, canary],
		] as const) {
			const {query} = podQuestions(of, metric('duration'), side);
			const [, pattern = ''] = /kubernetes_pod_name=~"([^"]*)"/.exec(query) ?? [];
			const selects = new RegExp(`^(?:${pattern})$`);
			t.regex(own, selects);
			t.notRegex(other, selects);
		}
	}
});
