// What metrics are told of a Canary: its state as a level, and the ends of runs as they happen.
import type {Context} from '../../machines/model/context.ts';
import type {Path} from '../../machines/words/explain.ts';
import type {Status} from '../../machines/model/status.ts';
import type {CanaryFacts, Telemetry} from '../../services/telemetry/telemetry.ts';

const observed = ({model, run}: Context, status: Status): CanaryFacts => ({
	name: model.name,
	namespace: model.namespace,
	target: model.target.name,
	state: status.state,
	phase: status.phase,
	weights: {[model.primary.name]: 100 - run.routed, [model.target.name]: run.routed},
	failedChecks: run.failedChecks,
});

/** Where a run ends for the counters; coming to rest after a restart is no end. */
const endOf = (from: Path, to: Path): 'succeeded' | 'failed' | undefined => {
	if (from === 'finished.keeping' && to === 'finished.idle') {
		return 'succeeded';
	}

	const failed = (from === 'failed.scalingDown' && to === 'failed.idle') || (from !== '' && to === 'failed.holding');
	return failed ? 'failed' : undefined;
};

/** Tells what a step of the chart changed. `from` is empty on the first step after a start. */
export const tellTelemetry = (telemetry: Telemetry, context: Context, status: Status, from: Path, to: Path): void => {
	telemetry.observeCanary(observed(context, status));
	const end = endOf(from, to);
	if (end !== undefined) {
		telemetry.observeRun(
			{name: context.model.name, namespace: context.model.namespace},
			{
				succeeded: end === 'succeeded',
				strategy: 'canary',
				status: context.model.skipAnalysis ? 'skipped' : 'completed',
			},
		);
	}
};
