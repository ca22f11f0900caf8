// Gives the primary the template again that it was last proven with. Without a kept one there is nothing to go back to.
import {fromPromise} from 'xstate';
import {Refused} from '../../machines/ports.ts';
import type {Answer, RevisionOrder} from '../../machines/ports.ts';
import {workloadsOf} from '../../services/workloads/index.ts';
import {takeBack} from '../../services/workloads/promoted-template.ts';
import type {Bindings} from '../life/bindings.ts';
import {untilDone} from '../life/retrying.ts';

export const takePromotionBack = ({services, gate}: Bindings) =>
	fromPromise<Answer, RevisionOrder>(async ({input: {model, revision}, signal}) =>
		gate.pass('record', signal, async () => {
			const {cluster, clock} = services;
			const what = `taking the promotion of ${model.target.name}.${model.namespace} back`;
			await untilDone(services, what, {insist: false, signal}, async () => {
				const workloads = workloadsOf(model.target);
				const primary = workloads && (await takeBack(workloads, cluster, model, {lane: 'rollback', revision}));
				if (primary === undefined) {
					throw new Refused(
						'refused',
						`no promoted template of ${model.primary.name}.${model.namespace} was kept`,
						clock.now(),
					);
				}
			});
			return {at: clock.now()};
		}),
	);
