// Knative Services as targets: both sides are revisions of the one Service, which shares out its traffic by itself.
import type {Findings} from './findings.ts';
import {checkManagedSpec} from './not-yet.ts';
import {at, isAbsent} from './reading.ts';
import type {Parts} from './shapes.ts';

/** Whether a target, or a reference to one, is a Knative Service and no Service of Kubernetes' own. */
export const isKnative = (target: unknown): boolean =>
	at(target, 'kind') === 'Service' && String(at(target, 'apiVersion')).startsWith('serving.knative.dev/');

/** What a Canary of a Knative Service names. `spec.service` says nothing that the Service does not say itself. */
export const knativeParts = (spec: unknown, findings: Findings): Parts => {
	checkManagedSpec(spec, findings);
	const name = findings.objectName('spec.targetRef.name', at(spec, 'targetRef', 'name'));
	const scaler = at(spec, 'autoscalerRef');
	if (!isAbsent(scaler)) {
		const text = 'spec.autoscalerRef is set, but Knative scales the revisions of its Services by itself';
		const remedy =
			'Remove spec.autoscalerRef, and set autoscaling.knative.dev/min-scale and max-scale on the Service’s template';
		findings.report('spec.autoscalerRef', at(scaler, 'name'), text, remedy);
	}

	return {
		target: {apiVersion: 'serving.knative.dev/v1', kind: 'Service', name},
		// No object has that name; it is what the primary's side is called in words and metrics, as it is by the peer.
		primary: {name: `${name}-primary`},
		hosts: {apex: name, primary: name, canary: name},
		route: {name, generated: true},
		analysis: at(spec, 'analysis'),
		field: 'spec.analysis',
		intervalMs: 60_000,
	};
};
