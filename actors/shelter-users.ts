// What is done for a Canary whose actor died too often: users go back to the primary, and its status and an event say so.
import {fromPromise} from 'xstate';
import type {CanaryModel} from '../api/model.ts';
import type {Answer} from '../machines/ports.ts';
import {ApiError} from '../services/kubernetes/cluster.ts';
import {canaries} from '../services/kubernetes/resources.ts';
import {routerOf} from '../services/routers/index.ts';
import {aboutOf} from './canary.ts';
import type {HostOptions} from './canary.ts';

export const shelterUsers = ({services, announcer}: HostOptions) =>
	fromPromise<Answer, {readonly model: CanaryModel; readonly error: string}>(async ({input: {model, error}}) => {
		const {cluster, clock, log} = services;
		const text =
			`the actor of ${model.name}.${model.namespace} crashed repeatedly (${error}); traffic goes to the primary, ` +
			'and a change of the Canary starts it again';
		log.error(text, {canary: `${model.name}.${model.namespace}`});
		announcer.announce(aboutOf(model), {type: 'Warning', message: text});
		try {
			await routerOf(model.provider)?.write(cluster, model, 0, {lane: 'rollback'});
			await cluster.patch(
				canaries,
				model.namespace,
				model.name,
				[
					{op: 'test', path: '/metadata/uid', value: model.uid},
					{op: 'add', path: '/status/waitingFor', value: 'a change of the Canary, after its actor crashed repeatedly'},
					{op: 'add', path: '/status/reason', value: error.slice(0, 500)},
				],
				{lane: 'status', subresource: 'status'},
			);
		} catch (failure) {
			// A primary that cannot be given traffic is told; the actor stays down all the same.
			if (!(failure instanceof ApiError)) {
				log.error('sheltering the users failed', {error: (failure as Error).message});
			}
		}

		return {at: clock.now()};
	});
