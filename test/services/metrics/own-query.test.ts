import test from 'ava';
import type {Metric} from '../../../api/model.ts';
import {renderQuery} from '../../../services/metrics/own-query.ts';
import {knativeModel} from '../workloads/knative.ts';
import {managedModel} from '../workloads/podinfo.ts';

const metric: Metric = {name: 'it', kind: 'query', dialect: 'today', intervalMs: 90_000, variables: {team: 'web'}};
const all =
	'{{ name }} {{namespace}} {{- target -}} {{ service }} {{ ingress }} {{ route }} {{ interval }} {{ variables.team }}';

test('every variable of the peer stands for what the Canary is about, on either side', (t) => {
	t.is(renderQuery(all, managedModel, metric, 'canary'), 'podinfo test podinfo podinfo podinfo podinfo 90s web');
	t.is(
		renderQuery(all, managedModel, metric, 'primary'),
		'podinfo test podinfo-primary podinfo podinfo-primary podinfo-primary 90s web',
	);
});

test('of a Knative Service the route is the revision, and the target the Service', (t) => {
	const model = {...knativeModel, target: {...knativeModel.target, name: 'podinfo-00002'}};
	const query = renderQuery('up{a="{{ route }}",b="{{ target }}",c="{{ service }}"}', model, metric, 'canary');
	t.is(query, 'up{a="podinfo-00002",b="podinfo",c="podinfo"}');
});

test('what is no variable is never sent', (t) => {
	for (const query of ['{{ nobody }}', '{{ variables.other }}', '{{ printf "%s" target }}', '{{', '{{ variables }}']) {
		t.throws(() => renderQuery(query, managedModel, metric, 'canary'), {instanceOf: RangeError}, query);
	}
});
