// Writes the share. A return of traffic (`insist`) waits for no record and is tried for ever.
import {fromPromise} from 'xstate';
import type {Answer, RouteOrder} from '../../machines/ports.ts';
import {routerOf} from '../../services/providers/index.ts';
import type {Bindings} from '../life/bindings.ts';
import {untilDone} from '../life/retrying.ts';

export const routeTraffic = ({services, gate}: Bindings) =>
	fromPromise<Answer, RouteOrder>(async ({input: {model, share, insist, revision}, signal}) =>
		gate.pass(insist ? 'nothing' : 'record', signal, async () => {
			await untilDone(
				services,
				`routing ${share.canary} % to the canary of ${model.name}.${model.namespace}`,
				{insist, signal},
				async () => {
					const {cluster} = services;
					const router = routerOf(model.provider);
					// What the Canary says of its route may have changed with the run; a way back waits for none of it.
					if (!insist) await router?.ensure(cluster, model, share, {lane: 'route'});
					await router?.write(cluster, model, share, {
						lane: insist ? 'rollback' : 'route',
						...(revision !== undefined && {revision}),
					});
				},
			);
			return {at: services.clock.now()};
		}),
	);
