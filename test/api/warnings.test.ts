import test from 'ava';
import {toModel} from '../../api/model-of-canary.ts';
import {defaults, today} from './manifests.ts';

test('the daemon’s own provider is named when the Canary names none', (t) => {
	const {problems} = toModel(today(), {...defaults, meshProvider: 'kubernetes'});
	t.deepEqual(
		problems.map(({text}) => text),
		['The daemon’s --mesh-provider is kubernetes, which is not supported yet'],
	);
});

test('an old canaryAnalysis beside targetRef is told what to become', (t) => {
	const {problems} = toModel(today({}, {analysis: undefined, canaryAnalysis: {threshold: 1}}), defaults);
	t.deepEqual(
		problems.map(({remedy}) => remedy),
		[
			'Rename canaryAnalysis to analysis',
			'Add spec.analysis with interval, threshold, stepWeight, maxWeight and metrics',
		],
	);
});

test('what gates nothing is a warning', (t) => {
	const canary = today(
		{
			metrics: [],
			alerts: [{name: 'a', providerRef: {name: 'slack'}}],
			webhooks: [{name: 'told', type: 'event', url: 'http://told'}],
		},
		{
			autoscalerRef: {
				apiVersion: 'autoscaling/v2',
				kind: 'HorizontalPodAutoscaler',
				name: 'podinfo',
				primaryScalerReplicas: {minReplicas: 2},
			},
		},
	);
	const model = toModel(canary, defaults);
	const warnings = model.warnings ?? [];
	t.deepEqual(model.problems, []);
	t.deepEqual(
		warnings.map(({text}) => text),
		[
			'spec.autoscalerRef.primaryScalerReplicas is not supported yet: the target’s replicas are copied',
			'spec.analysis.webhooks[0] is a webhook of type event, which is not supported yet: it is not called',
			'spec.analysis.metrics is empty, so that every check passes',
		],
	);
});
