import test from 'ava';
import {toModel} from '../../api/model-of-canary.ts';
import {defaults, today} from './manifests.ts';

const targetRef = {apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'podinfo'};
const problemsOf = (spec: Record<string, unknown>, meshProvider = 'istio') =>
	toModel(today({}, spec), {...defaults, meshProvider}).problems;

test('a Knative Service is its own route, and needs neither a provider nor a port', (t) => {
	for (const spec of [{}, {provider: 'knative'}, {service: undefined}]) {
		const model = toModel(today({}, {targetRef, ...spec}), defaults);
		t.deepEqual(model.problems, []);
		t.like(model, {
			shape: 'managed',
			provider: 'knative',
			target: targetRef,
			primary: {name: 'podinfo-primary'},
			route: {name: 'podinfo', generated: true},
			hosts: {apex: 'podinfo', primary: 'podinfo', canary: 'podinfo'},
		});
		t.is(model.service, undefined);
	}

	t.is(toModel(today({}, {targetRef}), {...defaults, meshProvider: 'linkerd'}).provider, 'knative');
});

test('an older version of the kind is spoken to in the one that is served', (t) => {
	const older = {...targetRef, apiVersion: 'serving.knative.dev/v1beta1'};
	t.deepEqual(toModel(today({}, {targetRef: older}), defaults).target, targetRef);
});

test('an autoscaler of a Knative Service is refused', (t) => {
	const autoscalerRef = {apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'podinfo'};
	t.deepEqual(problemsOf({targetRef, autoscalerRef}), [
		{
			field: 'spec.autoscalerRef',
			value: 'podinfo',
			text: 'spec.autoscalerRef is set, but Knative scales the revisions of its Services by itself',
			remedy:
				'Remove spec.autoscalerRef, and set autoscaling.knative.dev/min-scale and max-scale on the Service’s template',
		},
	]);
});

test('another provider cannot route to a Knative Service', (t) => {
	t.deepEqual(problemsOf({targetRef, provider: 'istio'}), [
		{
			field: 'spec.provider',
			value: 'istio',
			text: 'spec.provider is istio, which cannot share out the traffic of a Knative Service',
			remedy: 'Set spec.provider to knative, or remove it',
		},
	]);
});

test('Knative routes to nothing but its own Services', (t) => {
	const remedy =
		'Set spec.provider to istio, or spec.targetRef.apiVersion to serving.knative.dev/v1 and its kind to Service';
	for (const [problems, source] of [
		[problemsOf({provider: 'knative'}), 'spec.provider'],
		[problemsOf({}, 'knative'), 'The daemon’s --mesh-provider'],
	] as const) {
		const text = `${source} is knative, which shares out the traffic of Knative Services alone`;
		t.deepEqual(problems, [{field: 'spec.provider', value: 'knative', text, remedy}]);
	}
});

test('a Service of Kubernetes’ own is none of Knative’s', (t) => {
	for (const apiVersion of ['v1', 'core/v1', undefined]) {
		const fields = problemsOf({targetRef: {...targetRef, apiVersion}}).map(({field}) => field);
		t.deepEqual(fields, ['spec.targetRef.kind']);
	}
});
