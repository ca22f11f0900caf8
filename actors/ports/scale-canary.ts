// Scales the target: up from zero to what it is to serve with, or to zero. A target that is gone is at zero.
import {fromPromise} from 'xstate';
import type {Answer, ScaleOrder} from '../../machines/ports.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import {workloadsOf} from '../../services/workloads/index.ts';
import type {Bindings} from '../life/bindings.ts';
import {untilDone} from '../life/retrying.ts';

const isGone = (error: unknown): boolean => error instanceof ApiError && error.code === 404;

export const scaleCanary = ({services, gate}: Bindings) =>
	fromPromise<Answer, ScaleOrder>(async ({input: {model, replicas, insist}, signal}) =>
		gate.pass('record', signal, async () => {
			const what = `scaling ${model.target.name}.${model.namespace} to ${replicas}`;
			await untilDone(services, what, {insist, signal}, async () => {
				try {
					await workloadsOf(model.target)?.scale(services.cluster, model, replicas);
				} catch (error) {
					if (replicas > 0 || !isGone(error)) {
						throw error;
					}
				}
			});
			return {at: services.clock.now()};
		}),
	);
