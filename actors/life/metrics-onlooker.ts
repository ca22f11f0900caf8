// What metrics are told of Canaries: their states as levels, and verdicts and ends of runs as they happen.
import type {Context} from '../../machines/model/context.ts';
import {factsOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import type {Status} from '../../machines/model/status.ts';
import type {CanaryFacts, Telemetry} from '../../services/telemetry/telemetry.ts';
import type {Judged, LifeOnlooker, Onlooker} from './onlookers.ts';

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

	return course === 'holding' && left !== undefined && left !== 'holding' ? 'failed' : undefined;
};

const observeEnd = (telemetry: Telemetry, {model}: Context, end: 'succeeded' | 'failed'): void => {
	telemetry.observeRun(model, {
		succeeded: end === 'succeeded',
		strategy: model.analysis.plan.strategy,
		status: model.skipAnalysis ? 'skipped' : 'completed',
	});
};

const observeVerdict = (telemetry: Telemetry, {verdict, model}: Judged): void => {
	telemetry.observeCheck(model, verdict.outcome);
	for (const evidence of verdict.evidence) {
		if ('value' in evidence) {
			const kind = model.analysis.metrics.find(({name}) => name === evidence.metric)?.kind;
			telemetry.observeMetric(model, evidence.metric, kind === 'duration' ? evidence.value / 1000 : evidence.value);
		}
	}
};

const lookOn = (telemetry: Telemetry): LifeOnlooker => {
	// The run has been counted, and is still to come to rest.
	let isHeld = false;
	return {
		entered({from, path, context, status}) {
			telemetry.observeCanary(observed(context, status));
			const end = endOf(from, path);
			if (end !== undefined && !isHeld) {
				observeEnd(telemetry, context, end);
			}

			const {course} = factsOf(path);
			isHeld = course === 'holding' || (isHeld && course === 'failing');
		},
		judged(judged) {
			observeVerdict(telemetry, judged);
		},
		crashed() {
			telemetry.actorRestarted();
		},
	};
};

export const metricsOnlooker = (telemetry: Telemetry): Onlooker => ({born: () => lookOn(telemetry)});
