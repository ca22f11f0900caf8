// Keeps the primary's present template, so that a promotion can be taken back and a deleted primary made anew.
import {fromPromise} from 'xstate';
import type {CanaryModel} from '../../api/model.ts';
import {digest} from '../../api/canonical.ts';
import type {Answer, KeepOrder} from '../../machines/ports.ts';
import type {Cluster} from '../../services/kubernetes/cluster.ts';
import {workloadsOf} from '../../services/workloads/index.ts';
import {keepPromotedTemplate} from '../../services/workloads/promoted-template.ts';
import type {Promoted} from '../../services/workloads/workload.ts';
import {known} from '../../services/objects/rewrite.ts';
import type {Bindings} from '../life/bindings.ts';
import {untilDone} from '../life/retrying.ts';

/** The primary's template as it is; undefined when there is no primary. */
export const primaryTemplate = async (cluster: Cluster, model: CanaryModel) => {
	const workloads = workloadsOf(model.target);
	const {name} = workloads?.sides === undefined ? model.primary : model.target;
	const primary = workloads && (await known(cluster, workloads.resource, model.namespace, name));
	return primary === undefined ? undefined : workloads?.templateOf(primary);
};

/** What is known of the record without a read: a run that begins where the former ended costs no second write. */
export type Kept = {digest: string};

const digestOf = ({primary}: CanaryModel, promoted: Promoted): string => digest([primary.name, promoted]);

/** Keeps a template unless it was the last one that was kept. Errors are those of `keepPromotedTemplate`. */
export const keepOnce = async (cluster: Cluster, model: CanaryModel, promoted: Promoted, kept: Kept): Promise<void> => {
	const wanted = digestOf(model, promoted);
	if (wanted !== kept.digest) {
		await keepPromotedTemplate(cluster, model, promoted, {lane: 'report'});
		kept.digest = wanted;
	}
};

export const keepThePromotedTemplate = ({services, gate}: Bindings, kept: Kept) =>
	fromPromise<Answer, KeepOrder>(async ({input: {model, revision, wasKept}, signal}) =>
		gate.pass('record', signal, async () => {
			const {cluster, clock} = services;
			const what = `keeping the template of ${model.primary.name}.${model.namespace}`;
			await untilDone(services, what, {insist: false, signal}, async () => {
				const template = await primaryTemplate(cluster, model);
				if (template === undefined) {
					return;
				}

				if (wasKept && kept.digest === '') {
					kept.digest = digestOf(model, {template, revision});
				}

				await keepOnce(cluster, model, {template, revision}, kept);
			});
			return {at: clock.now()};
		}),
	);
