// What is asked of a port in more than one state, so that every state asks for the same.
import type {Context} from '../model/context.ts';

export const deadline = ({context}: {context: Context}) => ({
	until: context.run.since + context.model.progressDeadlineMs,
});

export const intervalAfterStep = ({context}: {context: Context}) => ({
	until: context.run.stepAt + context.model.analysis.intervalMs,
});

export const drained = ({context}: {context: Context}) => ({until: context.now + context.model.drainMs});

export const toZero = ({context}: {context: Context}) => ({model: context.model, replicas: 0, insist: true});
