// Keeps the primary's present template, so that a promotion can be taken back and a deleted primary made anew.
import {fromPromise} from 'xstate';
import type {CanaryModel} from '../api/model.ts';
import {digest} from '../api/canonical.ts';
import type {Answer, RevisionOrder} from '../machines/ports.ts';
import type {Cluster} from '../services/kubernetes/cluster.ts';
import {workloadsOf} from '../services/workloads/index.ts';
import {keepPromotedTemplate} from '../services/workloads/promoted-template.ts';
import {known} from '../services/workloads/rewrite.ts';
import type {Bindings} from './bindings.ts';
import {untilDone} from './retrying.ts';

/** The primary's template as it is; undefined when there is no primary. */
export const primaryTemplate = async (cluster: Cluster, model: CanaryModel) => {
	const workloads = workloadsOf(model.target);
	const primary = workloads && (await known(cluster, workloads.resource, model.namespace, model.primary.name));
	return primary === undefined ? undefined : workloads?.templateOf(primary);
};

export const keepThePromotedTemplate = ({services, gate}: Bindings) => {
	// What was kept last, so that a run which begins where the former ended costs no second write.
	let kept = '';
	return fromPromise<Answer, RevisionOrder>(async ({input: {model, revision}, signal}) =>
		gate.pass('record', signal, async () => {
			const {cluster, clock} = services;
			const what = `keeping the template of ${model.primary.name}.${model.namespace}`;
			await untilDone(services, what, {insist: false, signal}, async () => {
				const template = await primaryTemplate(cluster, model);
				const wanted = template === undefined ? '' : digest([revision, template]);
				if (template !== undefined && wanted !== kept) {
					await keepPromotedTemplate(cluster, model, {template, revision}, {lane: 'report'});
					kept = wanted;
				}
			});
			return {at: clock.now()};
		}),
	);
};
