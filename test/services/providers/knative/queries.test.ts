import test from 'ava';
import type {Metric} from '../../../../api/model.ts';
import {knativeQuestions} from '../../../../services/providers/knative/queries.ts';
import {knativeModel} from '../../workloads/knative.ts';

const model = {...knativeModel, target: {...knativeModel.target, name: 'podinfo-00002'}};
const metric = (kind: Metric['kind']): Metric => ({name: 'it', kind, dialect: 'today', intervalMs: 60_000});

test('the built-in queries ask Envoy about the revision, to the letter what the peer puts on the wire', (t) => {
	t.deepEqual(knativeQuestions(model, metric('success-rate'), 'canary'), {
		query:
			' sum( rate( envoy_cluster_upstream_rq{ envoy_cluster_name=~"test/podinfo-00002", ' +
			'envoy_response_code!~"5.*" }[1m] ) ) / sum( rate( envoy_cluster_upstream_rq{ ' +
			'envoy_cluster_name=~"test/podinfo-00002", }[1m] ) ) * 100',
		factor: 1,
		traffic: ' sum( rate( envoy_cluster_upstream_rq{ envoy_cluster_name=~"test/podinfo-00002", }[1m] ) )',
	});
	t.deepEqual(knativeQuestions(model, metric('duration'), 'canary'), {
		query:
			' histogram_quantile( 0.99, sum( rate( envoy_cluster_upstream_rq_time_bucket{ ' +
			'envoy_cluster_name=~"test/podinfo-00002", }[1m] ) ) by (le) )',
		factor: 1,
	});
});

test('what is not built in has no query here', (t) => {
	for (const kind of ['query', 'unknown'] as const) {
		t.throws(() => knativeQuestions(model, metric(kind), 'canary'), {instanceOf: RangeError});
	}
});
