// The metrics of a run as the metrics server has them, of canary and primary: asked while somebody looks, never else.
import type {RunView} from '../../api/http/run-views.ts';
import type {MetricSeries, SeriesView} from '../../api/http/series-views.ts';
import type {CanaryModel, Metric} from '../../api/model.ts';
import {unlimited} from '../../api/model.ts';
import {exactTimestamp, instantOf, type Clock} from '../../services/clock.ts';
import {askBothSides, type BothSides} from '../../services/checks/both-sides.ts';
import {questionsOf} from '../../services/providers/index.ts';
import type {RangeProvider, Span} from '../../services/metrics/prometheus-range.ts';
import {BriefMemory} from '../../services/web/brief-memory.ts';
import {fewAtOnce} from '../../services/web/few-at-once.ts';
import {Refusal} from '../../services/web/refusal.ts';
import type {Entry} from './entry.ts';

export type SeriesOptions = {
	readonly clock: Clock;
	readonly provider: RangeProvider;
	/** For Canaries that name none. */
	readonly metricsServer: string;
};

/**
 * The series of a run: of this one, or of the one of this name that `find` reads, which it does not for one that is
 * remembered. The queries are those of the Canary as it is now. Rejects with Refusal, and as `find` does.
 */
export type SeriesOf = (entry: Entry, which: RunView | FoundRun) => Promise<SeriesView>;
export type FoundRun = {readonly id: string; readonly find: () => Promise<RunView>};

/** Enough for a chart, whatever the run's length. */
const STEPS = 120;
const METRICS_MAX = 20;
/** Two queries each are under way at a time, of 16 connections that checks need too. */
const AT_ONCE = 3;
const WAITING_MAX = 32;
const REMEMBERED = {underWay: 2000, unanswered: 10_000, ended: 60_000} as const;
const REMEMBERED_MAX = 32;

/** From whole steps on, so that equal questions are equal. */
const spanOf = ({began, ended, knownUntil}: Pick<RunView, 'began' | 'ended' | 'knownUntil'>): Span => {
	const [first, last] = [instantOf(began), instantOf(ended ?? knownUntil ?? began)];
	const stepMs = Math.max(1000, Math.ceil((last - first) / STEPS / 1000) * 1000);
	const from = Math.floor(first / stepMs) * stepMs;
	return {from, to: Math.max(from, last), stepMs};
};

/** The Canary with the workloads that the run was about. */
const asItWas = (model: CanaryModel, {target, primary}: RunView): CanaryModel => ({
	...model,
	target: {...model.target, name: target.name},
	primary: {name: primary.name},
});

/** Metrics of the record that the Canary still has, and while it is under way those that are yet to be judged. */
const metricsOf = (model: CanaryModel, {metrics = [], outcome}: RunView): readonly Metric[] => {
	const all = model.analysis.metrics;
	const recorded = metrics.flatMap((one) => all.find(({name}) => name === one.name) ?? []);
	return [...new Set([...recorded, ...(outcome === undefined ? all : [])])].slice(0, METRICS_MAX);
};

const viewOf = ({metric, canary, primary}: BothSides): MetricSeries => {
	const {name, kind, unit, min, max, against} = metric;
	return {
		metric: name,
		kind,
		...(unit !== undefined && {unit}),
		...(min !== undefined && {min}),
		...(max !== undefined && max !== unlimited && {max}),
		...(against !== undefined && {against}),
		canary: {...canary, values: [...canary.values]},
		primary: {...primary, values: [...primary.values]},
	};
};

type Remembered = {readonly view: SeriesView; readonly lastingMs: number};

const tooMany = (): Refusal =>
	new Refusal('too-many', 'many runs are being drawn', 'ask again in a moment', {'retry-after': '5'});

/** Answers are remembered for a moment, however many look; little is under way at a time. */
export const createSeries = ({clock, provider, metricsServer}: SeriesOptions): SeriesOf => {
	const memory = new BriefMemory<Remembered>({clock, lastingMs: ({lastingMs}) => lastingMs, most: REMEMBERED_MAX});
	const inTurn = fewAtOnce(AT_ONCE, WAITING_MAX, tooMany);

	const ask = async ({model}: Entry, run: RunView): Promise<Remembered> => {
		const span = spanOf(run);
		const questions = questionsOf(model.provider);
		const metrics = metricsOf(model, run);
		const {sides, isWhole} = await askBothSides(asItWas(model, run), metrics, span, {
			provider,
			questions,
			metricsServer,
		});
		const view = {
			run: run.id,
			from: exactTimestamp(span.from),
			to: exactTimestamp(span.to),
			step: span.stepMs / 1000,
			metrics: sides.map(viewOf),
		};
		const how = isWhole ? (run.outcome === undefined ? 'underWay' : 'ended') : 'unanswered';
		return {view, lastingMs: REMEMBERED[how]};
	};

	return async (entry, which) => {
		const {uid, generation} = entry.model;
		const key = JSON.stringify([uid, generation, which.id, 'find' in which ? '' : (which.outcome ?? 'under way')]);
		const answer = () => inTurn(async () => ask(entry, 'find' in which ? await which.find() : which));
		return (await memory.get(key, answer)).view;
	};
};
