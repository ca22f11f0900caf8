// Today's shape: makes and mends what the Canary's manifest implies. `workload` first; `routing` moves users, and so is
// only asked for once the primary is ready. Of the first shape's objects none is ours to make.
import {fromPromise} from 'xstate';
import type {CanaryModel} from '../api/model.ts';
import type {Answer} from '../machines/ports.ts';
import type {Cluster} from '../services/kubernetes/cluster.ts';
import {routerOf} from '../services/routers/index.ts';
import {ensureApexService, ensureBackingServices} from '../services/routers/kubernetes-services.ts';
import {ensurePrimaryScaler} from '../services/workloads/generated.ts';
import {workloadsOf} from '../services/workloads/index.ts';
import {readPromotedTemplate} from '../services/workloads/promoted-template.ts';
import type {Bindings} from './bindings.ts';
import {untilDone} from './retrying.ts';

export type BootstrapOrder = {readonly model: CanaryModel; readonly part: 'workload' | 'routing'};

const lane = {lane: 'route'} as const;

/** A deleted primary is made anew from what was last proven on it, never from a target that nobody analysed. */
const makeWorkload = async (cluster: Cluster, model: CanaryModel): Promise<void> => {
	const promoted = await readPromotedTemplate(cluster, model);
	await workloadsOf(model.target.kind)?.ensurePrimary(cluster, model, promoted === undefined ? {} : {promoted});
	await ensureBackingServices(cluster, model, lane);
	await ensurePrimaryScaler(cluster, model, lane);
};

/** The apex Service last: with it users move, and by then the route and its destinations are there. */
const makeRouting = async (cluster: Cluster, model: CanaryModel): Promise<void> => {
	await ensureBackingServices(cluster, model, lane);
	await routerOf(model.provider)?.ensure(cluster, model, {primary: 100, canary: 0}, lane);
	await ensureApexService(cluster, model, lane);
};

export const bootstrapPrimary = ({services, gate}: Bindings) =>
	fromPromise<Answer, BootstrapOrder>(async ({input: {model, part}, signal}) =>
		gate.pass('record', signal, async () => {
			const {cluster, clock} = services;
			const what = `bootstrapping the ${part} of ${model.name}.${model.namespace}`;
			await untilDone(services, what, {insist: false, signal}, async () => {
				if (model.shape === 'managed') {
					await (part === 'workload' ? makeWorkload(cluster, model) : makeRouting(cluster, model));
				}

				if (part === 'routing') {
					await routerOf(model.provider)?.write(cluster, model, 0, lane);
				}
			});
			return {at: clock.now()};
		}),
	);
