import test from 'ava';
import type {Metric} from '../../../../api/model.ts';
import {podQuestions} from '../../../../services/providers/gatewayapi/queries.ts';
import {model} from './routes.ts';

const metric = (kind: Metric['kind']): Metric => ({name: 'it', kind, dialect: 'today', intervalMs: 60_000});

const pods = 'kubernetes_namespace="test", kubernetes_pod_name=~"podinfo-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"';

test('the built-in queries ask the pods, to the letter what the peer puts on the wire', (t) => {
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
	t.regex(podQuestions(model, metric('duration'), 'primary').query, /"podinfo-primary-\[0-9a-zA-Z\]\+/);
	t.throws(() => podQuestions(model, metric('query'), 'canary'), {instanceOf: RangeError});
});

test('pods of the primary are none of the target’s', (t) => {
	const pattern = /_pod_name=~"([^"]+)"/.exec(podQuestions(model, metric('duration'), 'canary').query)?.[1] ?? '';
	t.regex('podinfo-7c9d8f6b5-x2x4z', new RegExp(`^${pattern}$`));
	t.notRegex('podinfo-primary-7c9d8f6b5-x2x4z', new RegExp(`^${pattern}$`));
});
