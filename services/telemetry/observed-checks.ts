// Rounds of checks: each timed, their queries counted, timed and traced.
import type {CanaryModel, Verdict} from '../../api/model.ts';
import type {Clock} from '../clock.ts';
import type {Door} from '../http/door.ts';
import type {Cluster} from '../kubernetes/cluster.ts';
import {runChecks} from '../checks/checks.ts';
import {createTemplateInquiry} from '../checks/templates.ts';
import {askedOnce, createAsk, type Ask} from '../metrics/asking.ts';
import {questionsOf, routerOf} from '../providers/index.ts';
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
};

/** Asks so that every query is told, by the type of its source: one of a few. */
const observedAsk =
	(ask: Ask, {clock, telemetry, tracing}: Pick<ObservedChecksOptions, 'clock' | 'telemetry' | 'tracing'>): Ask =>
	(asked, signal) =>
		tracing.query(asked.source, asked.query, async () => {
			const begun = clock.monotonic();
			const answer = await ask(asked, signal);
			const seconds = (clock.monotonic() - begun) / 1000;
			telemetry.queryAnswered({source: asked.source, outcome: answer.kind, seconds});
			return answer;
		});

/** One round of checks of a Canary; never rejects for what a provider did, for that is evidence. */
export const observedChecks = (options: ObservedChecksOptions) => {
	const {cluster, door, clock, telemetry, metricsServer} = options;
	const templateInquiry = createTemplateInquiry({cluster, clock});
	const ask = observedAsk(askedOnce(createAsk(door, clock)), options);
	return async (model: CanaryModel, signal: AbortSignal): Promise<Verdict> => {
		const questions = questionsOf(model.provider);
		const begun = clock.monotonic();
		const measured = await routerOf(model.provider)?.measured?.(cluster, model, signal);
		const verdict = await runChecks(measured ?? model, {
			ask,
			questions,
			metricsServer,
			templateInquiry,
			clock,
			signal,
		});
		telemetry.observeAnalysis(model, (clock.monotonic() - begun) / 1000);
		return verdict;
	};
};
