// What the peer can do and we cannot yet: said by name, so that nothing a user relies on is silently left out.
import type {Findings} from './findings.ts';
import {at, isAbsent, isSet, shown} from './reading.ts';

/** Reports the parts of an analysis that would gate, route or promote otherwise than this version does. */
export const checkStrategy = (analysis: unknown, field: string, findings: Findings): void => {
	const refuse = (name: string, what: string, remedy: string): void => {
		const value = at(analysis, name);
		if (isSet(value)) {
			findings.report(
				`${field}.${name}`,
				value,
				`${field}.${name} asks for ${what}, which is not supported yet`,
				remedy,
			);
		}
	};

	refuse('sessionAffinity', 'session affinity', 'Remove sessionAffinity');
};

/** Webhooks that decide something are refused, those that only inform are left out with a warning. */
export const checkHooks = (analysis: unknown, field: string, findings: Findings): void => {
	const hooks = at(analysis, 'webhooks');
	if (!isAbsent(hooks) && !Array.isArray(hooks)) {
		findings.report(
			`${field}.webhooks`,
			hooks,
			`${field}.webhooks is ${shown(hooks)}, which is no list`,
			'Write a list',
		);
	}

	for (const [index, hook] of (Array.isArray(hooks) ? (hooks as unknown[]) : []).slice(0, 100).entries()) {
		const where = `${field}.webhooks[${index}]`;
		const type = at(hook, 'type');
		const kind = isSet(type) ? shown(type) : 'rollout';
		if (kind === 'event') {
			const text = `${where} is a webhook of type event, which is not supported yet: it is not called`;
			findings.warn(where, at(hook, 'name'), text, 'Follow the Kubernetes events instead');
		} else {
			const text = `${where} is a webhook of type ${kind}, which gates a release and is not supported yet`;
			findings.report(where, at(hook, 'name'), text, 'Remove the webhook');
		}
	}
};

/** Parts of today's spec outside of `analysis`. */
export const checkManagedSpec = (spec: unknown, findings: Findings): void => {
	if (at(spec, 'revertOnDeletion') === true) {
		findings.report(
			'spec.revertOnDeletion',
			true,
			'spec.revertOnDeletion asks to undo all changes when the Canary is deleted, which is not supported yet',
			'Remove revertOnDeletion',
		);
	}

	const scaler = at(spec, 'autoscalerRef');
	if (isAbsent(scaler)) {
		return;
	}

	const kind = at(scaler, 'kind');
	if (kind !== 'HorizontalPodAutoscaler') {
		const what = kind === 'ScaledObject' ? 'which is not supported yet' : 'which is no autoscaler';
		const text = `spec.autoscalerRef.kind is ${shown(kind) || 'missing'}, ${what}`;
		findings.report('spec.autoscalerRef.kind', kind, text, 'Refer to a HorizontalPodAutoscaler');
	}

	if (isSet(at(scaler, 'primaryScalerReplicas'))) {
		const text = 'spec.autoscalerRef.primaryScalerReplicas is not supported yet: the target’s replicas are copied';
		findings.warn('spec.autoscalerRef.primaryScalerReplicas', '', text, 'Remove primaryScalerReplicas');
	}
};
