// What metrics are told of a Canary: its state as a level, and the ends of runs as they happen.
import type {Context} from '../../machines/model/context.ts';
import {factsOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import type {Status} from '../../machines/model/status.ts';
import type {CanaryFacts, Telemetry} from '../../services/telemetry/telemetry.ts';

const observed = ({model, run}: Context, status: Status): CanaryFacts => ({
	name: model.name,
	namespace: model.namespace,
	target: model.target.name,
	state: status.state,
	phase: status.phase,
	weights: {[model.primary.name]: 100 - run.routed.canary, [model.target.name]: run.routed.canary},
	failedChecks: run.failedChecks,
});

/** Where a run ends for the counters; coming to rest after a restart is no end. */
const endOf = (from: Path | '', to: Path): 'succeeded' | 'failed' | undefined => {
	const left = from === '' ? undefined : factsOf(from).course;
	const {course} = factsOf(to);
	if (course === 'rest') {
		return left === 'finishing' ? 'succeeded' : left === 'failing' ? 'failed' : undefined;
	}

	return course === 'holding' && left !== undefined ? 'failed' : undefined;
};

/** Tells what a step of the chart changed. `from` is empty on the first step after a start. */
export const tellTelemetry = (
	telemetry: Telemetry,
	context: Context,
	status: Status,
	from: Path | '',
	to: Path,
): void => {
	telemetry.observeCanary(observed(context, status));
	const end = endOf(from, to);
	if (end !== undefined) {
		telemetry.observeRun(
			{name: context.model.name, namespace: context.model.namespace},
			{
				succeeded: end === 'succeeded',
				strategy: context.model.analysis.plan.strategy,
				status: context.model.skipAnalysis ? 'skipped' : 'completed',
			},
		);
	}
};
