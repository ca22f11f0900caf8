// Today's shape: makes and mends what the Canary's manifest implies. `workload` first; `routing` moves users, and so is
// only asked for once the primary is ready. Of the first shape's objects none is ours to make.
import {fromPromise} from 'xstate';
import type {CanaryModel} from '../../api/model.ts';
import type {Share} from '../../api/shares.ts';
import type {Answer, BootstrapOrder} from '../../machines/ports.ts';
import type {Cluster} from '../../services/kubernetes/cluster.ts';
import {routerOf} from '../../services/providers/index.ts';
import {ensureApexService, ensureBackingServices} from '../../services/workloads/generated-services.ts';
import {ensurePrimaryScaler} from '../../services/workloads/generated.ts';
import {workloadsOf} from '../../services/workloads/index.ts';
import {readPromotedTemplate} from '../../services/workloads/promoted-template.ts';
import type {Bindings} from '../life/bindings.ts';
import {keepOnce, primaryTemplate, type Kept} from './keep-promoted-template.ts';
import {untilDone} from '../life/retrying.ts';

const lane = {lane: 'route'} as const;

/** A deleted primary is made anew from what was last proven on it, never from a target that nobody analysed. */
const makeWorkload = async (cluster: Cluster, model: CanaryModel, kept: Kept): Promise<void> => {
	const promoted = await readPromotedTemplate(cluster, model);
	const workloads = workloadsOf(model.target);
	const primary = await workloads?.ensurePrimary(cluster, model, promoted === undefined ? {} : {promoted});
	const template = promoted === undefined ? await primaryTemplate(cluster, model) : undefined;
	if (primary !== undefined && template !== undefined) {
		// From the first moment on: it may be deleted during the first run, when the target is not analysed yet.
		kept.digest = '';
		await keepOnce(cluster, model, {template, revision: primary.promoted ?? primary.revision}, kept);
	}

	await ensureBackingServices(cluster, model, lane);
	await ensurePrimaryScaler(cluster, model, lane);
};

/** The apex Service last: with it users move, and by then the route and its destinations are there. */
const makeRouting = async (cluster: Cluster, model: CanaryModel, share: Share): Promise<void> => {
	await ensureBackingServices(cluster, model, lane);
	await routerOf(model.provider)?.ensure(cluster, model, share, lane);
	await ensureApexService(cluster, model, lane);
};

export const bootstrapPrimary = ({services, gate}: Bindings, kept: Kept) =>
	fromPromise<Answer, BootstrapOrder>(async ({input: {model, part, share, revision}, signal}) =>
		gate.pass('record', signal, async () => {
			const {cluster, clock} = services;
			const what = `bootstrapping the ${part} of ${model.name}.${model.namespace}`;
			await untilDone(services, what, {insist: false, signal}, async () => {
				if (model.shape === 'managed') {
					await (part === 'workload' ? makeWorkload(cluster, model, kept) : makeRouting(cluster, model, share));
				}

				if (part === 'routing') {
					const of = revision === undefined ? {} : {revision};
					await routerOf(model.provider)?.write(cluster, model, share, {...lane, ...of});
				}
			});
			return {at: clock.now()};
		}),
	);
