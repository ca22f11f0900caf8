// What metrics are told of a Canary: from the chart's context and the status that it is recorded with.
import type {Context} from '../machines/model/context.ts';
import type {Status} from '../machines/model/status.ts';
import type {CanaryFacts} from '../services/telemetry/telemetry.ts';

export const observed = ({model, run}: Context, status: Status): CanaryFacts => ({
	name: model.name,
	namespace: model.namespace,
	target: model.target.name,
	state: status.state,
	phase: status.phase,
	weights: {[model.primary.name]: 100 - run.routed, [model.target.name]: run.routed},
	failedChecks: run.failedChecks,
});
