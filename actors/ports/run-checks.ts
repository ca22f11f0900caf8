// One round of checks. Whatever a metrics provider does is evidence; only a suspension makes the round wait.
import {fromPromise} from 'xstate';
import type {Verdict} from '../../api/model.ts';
import type {CheckOrder} from '../../machines/ports.ts';
import type {Bindings} from '../life/bindings.ts';

export const runTheChecks = ({services, gate}: Bindings) =>
	fromPromise<Verdict, CheckOrder>(async ({input: {model}, signal}) => {
		await gate.unsuspended(signal);
		return services.runChecks(model, signal);
	});
