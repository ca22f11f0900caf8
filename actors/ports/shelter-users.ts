// What is done for a Canary whose actor died too often: users go back to the primary, and its status and an event say so.
import {fromPromise} from 'xstate';
import type {CanaryModel} from '../../api/model.ts';
import {noShare} from '../../api/shares.ts';
import type {Answer} from '../../machines/ports.ts';
import {logWith} from '../../services/log.ts';
import {routerOf} from '../../services/providers/index.ts';
import {aboutOf, resourceOf} from '../life/canary.ts';
import type {HostOptions} from '../life/host-options.ts';
import {untilDone} from '../life/retrying.ts';

export const shelterUsers = ({services, eventRecorder}: HostOptions) =>
	fromPromise<Answer, {readonly model: CanaryModel; readonly error: string}>(
		async ({input: {model, error}, signal}) => {
			const {cluster, clock} = services;
			const canary = `${model.name}.${model.namespace}`;
			const log = logWith(services.log, () => ({canary}));
			const text =
				`the actor of ${canary} crashed repeatedly (${error}); traffic goes to the primary, ` +
				'and a change of the Canary starts it again';
			log.error(text);
			eventRecorder.record(aboutOf(model), {type: 'Warning', message: text});
			const attempt = async (what: string, effect: () => Promise<unknown>): Promise<void> => {
				try {
					await untilDone({...services, log}, what, {insist: false, signal}, effect);
				} catch (failure) {
					signal.throwIfAborted();
					// A primary that cannot be given traffic is told; the actor stays down all the same.
					log.error('sheltering the users failed', {what, error: (failure as Error).message});
				}
			};
			await attempt(`routing all traffic to the primary of ${canary}`, async () =>
				routerOf(model.provider)?.write(cluster, model, noShare, {lane: 'rollback'}),
			);
			await attempt(`marking ${canary}`, async () =>
				cluster.patch(
					resourceOf(model),
					model.namespace,
					model.name,
					[
						{op: 'test', path: '/metadata/uid', value: model.uid},
						{
							op: 'add',
							path: '/status/waitingFor',
							value: 'a change of the Canary, after its actor crashed repeatedly',
						},
						{op: 'add', path: '/status/reason', value: error.slice(0, 500)},
					],
					{lane: 'status', subresource: 'status'},
				),
			);
			return {at: clock.now()};
		},
	);
