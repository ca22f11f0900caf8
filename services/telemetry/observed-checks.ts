// Rounds of checks against Prometheus: each told to the metrics, their queries counted, timed and traced.
import type {CanaryModel, Verdict} from '../../api/model.ts';
import type {Clock} from '../clock.ts';
import type {Door} from '../http/door.ts';
import type {Cluster} from '../kubernetes/cluster.ts';
import {runChecks} from '../checks/checks.ts';
import {questionsOf} from '../metrics/index.ts';
import type {MetricProvider} from '../metrics/metrics.ts';
import {createPrometheus} from '../metrics/prometheus.ts';
import {routerOf} from '../providers/index.ts';
import type {Telemetry} from './telemetry.ts';
import type {Tracing} from './tracing.ts';

export type ObservedChecksOptions = {
	/** Tells the names by which metrics know both sides, where the Canary does not. */
	readonly cluster: Cluster;
	readonly door: Door;
	readonly clock: Clock;
	readonly telemetry: Telemetry;
	readonly tracing: Tracing;
	/** For Canaries that name none. */
	readonly metricsServer: string;
	/** Called with each round. */
	readonly onVerdict?: ((model: CanaryModel, verdict: Verdict) => void) | undefined;
};

/** The provider whose every query is told. `name`: a label, so one of a few. */
export const observedProvider = (
	name: string,
	behind: MetricProvider,
	{clock, telemetry, tracing}: Pick<ObservedChecksOptions, 'clock' | 'telemetry' | 'tracing'>,
): MetricProvider => ({
	ask: (address, query, signal) =>
		tracing.query(name, query, async () => {
			const begun = clock.monotonic();
			const answer = await behind.ask(address, query, signal);
			telemetry.queryAnswered({provider: name, outcome: answer.kind, seconds: (clock.monotonic() - begun) / 1000});
			return answer;
		}),
});

/** One round of checks of a Canary; never rejects for what a provider did, for that is evidence. */
export const observedChecks = (options: ObservedChecksOptions) => {
	const {cluster, door, clock, telemetry, metricsServer, onVerdict} = options;
	const prometheus = createPrometheus((url, asked) => door.request({url, ...asked}));
	const provider = observedProvider('prometheus', prometheus, options);
	return async (model: CanaryModel, signal: AbortSignal): Promise<Verdict> => {
		const questions = questionsOf(model.provider);
		if (questions === undefined) {
			const text = `no metrics are known for provider ${model.provider}`;
			return {outcome: 'unknown', text, evidence: [], at: clock.now()};
		}

		const begun = clock.monotonic();
		const measured = await routerOf(model.provider)?.measured?.(cluster, model, signal);
		const verdict = await runChecks(measured ?? model, {provider, questions, metricsServer, clock, signal});
		telemetry.observeAnalysis(model, (clock.monotonic() - begun) / 1000);
		telemetry.observeCheck(model, verdict.outcome);
		onVerdict?.(model, verdict);
		for (const evidence of verdict.evidence) {
			if ('value' in evidence) {
				const kind = model.analysis.metrics.find(({name}) => name === evidence.metric)?.kind;
				telemetry.observeMetric(model, evidence.metric, kind === 'duration' ? evidence.value / 1000 : evidence.value);
			}
		}

		return verdict;
	};
};
