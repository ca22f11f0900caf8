// Renders the analysed template onto the primary; refused as superseded when the target has moved on.
import {fromPromise} from 'xstate';
import type {Answer, PromoteOrder} from '../../machines/ports.ts';
import {workloadsOf} from '../../services/workloads/index.ts';
import type {Bindings} from '../life/bindings.ts';
import {untilDone} from '../life/retrying.ts';

export const promoteRevision = ({services, gate}: Bindings) =>
	fromPromise<Answer, PromoteOrder>(async ({input: {model, ...wanted}, signal}) =>
		gate.pass('record', signal, async () => {
			const what = `promoting ${model.target.name}.${model.namespace} to ${model.primary.name}`;
			await untilDone(services, what, {insist: false, signal}, async () =>
				workloadsOf(model.target)?.promote(services.cluster, model, wanted),
			);
			return {at: services.clock.now()};
		}),
	);
