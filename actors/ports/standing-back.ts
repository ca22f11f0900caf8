// Says why nothing happens to a Canary that another operator acts on. Its status is that one's to write.
import {fromPromise} from 'xstate';
import {formatGoDuration} from '../../api/durations.ts';
import type {CanaryModel} from '../../api/model.ts';
import {aboutOf} from '../life/canary.ts';
import type {HostOptions} from '../life/host-options.ts';

/** Resolves when it is announced, once for each time that we stand back. */
export const sayAnotherIsAtWork = ({services, eventRecorder}: HostOptions) =>
	fromPromise<unknown, {readonly model: CanaryModel}>(async ({input: {model}}) => {
		const canary = `${model.name}.${model.namespace}`;
		const message =
			`Another operator, ${model.otherOperator?.manager ?? ''}, writes the status of ${canary}; Aviary stands back until ` +
			`it has been silent for ${formatGoDuration(2 * model.analysis.intervalMs)}. Stop one of the two`;
		services.log.warn(message, {canary});
		eventRecorder.record(aboutOf(model), {type: 'Warning', message});
	});
