// From a Rollout as the API server holds it, however wrong, to the model that the charts run on: that of the first
// shape of a Canary, but for its own words, weights up to 100, one metric, and no limit at which a run would fail.
import {Findings} from './findings.ts';
import {scaledBy, textAt, type Defaults} from './model-of-canary.ts';
import {unlimited} from './model.ts';
import type {CanaryModel, Metric, Origin, Problem} from './model.ts';
import {at, isAbsent, isBag, shown} from './reading.ts';
import {pairedParts} from './shapes.ts';
import {planByWeights, weightsIn} from './strategies/weighted.ts';

/** Its kind, and the component that its events have always had. */
export const rolloutOrigin: Origin = {
	group: 'apps.weave.works',
	version: 'v1beta1',
	plural: 'rollouts',
	kind: 'Rollout',
	component: 'steerer',
};

const STEP = 10;
const WINDOW_MS = 60_000;
const SETTLE_MS = 3000;
const DRAIN_MS = 10_000;

/** Said alone, for all else that is missing follows from it. */
const withoutSpec: Problem = {
	field: 'spec',
	value: '',
	text: 'The Rollout has no spec',
	remedy: 'Write spec.primary, spec.canary, spec.virtualService and spec.metric',
};

/** Reads a Rollout. Total, as `toModel` is for Canaries. */
export const modelOfRollout = (object: unknown, defaults: Defaults): CanaryModel => {
	const findings = new Findings();
	const spec = at(object, 'spec');
	const {target, primary, hosts, route} = pairedParts(spec, findings, defaults.mappings);
	const scaled = scaledBy(defaults.speed);
	const metric = metricOf(at(spec, 'metric'), findings);
	const generation = at(object, 'metadata', 'generation');
	const plan = planByWeights(weightsIn({stepWeight: stepOf(spec, findings)}, 'spec.virtualService', findings));
	return {
		name: textAt(object, 'name'),
		namespace: textAt(object, 'namespace'),
		uid: textAt(object, 'uid'),
		generation: typeof generation === 'number' && Number.isFinite(generation) ? generation : 0,
		shape: 'paired',
		dialect: 'rollout',
		origin: rolloutOrigin,
		suspended: false,
		skipAnalysis: false,
		provider: 'istio',
		target,
		primary,
		hosts,
		route,
		analysis: {
			intervalMs: scaled(defaults.intervalMs),
			threshold: unlimited,
			plan,
			metrics: [{...metric, intervalMs: scaled(metric.intervalMs)}],
			onMissingData: 'halt',
		},
		...(defaults.metricsServer === undefined ? {} : {metricsServer: defaults.metricsServer}),
		readyThreshold: {primary: 100, canary: 100},
		progressDeadlineMs: unlimited,
		failFast: false,
		routeSettleMs: scaled(SETTLE_MS),
		drainMs: scaled(DRAIN_MS),
		problems: isBag(spec) ? findings.problems : [withoutSpec],
		warnings: findings.warnings,
	};
};

const stepOf = (spec: unknown, findings: Findings): number =>
	findings.number('spec.virtualService.weight', at(spec, 'virtualService', 'weight'), STEP, {
		least: 1,
		most: 100,
		whole: true,
	});

const metricOf = (metric: unknown, findings: Findings): Metric => {
	const only = (name: 'type' | 'name', word: string): void => {
		const field = `spec.metric.${name}`;
		const value = findings.text(field, at(metric, name));
		if (value !== '' && value !== word) {
			findings.report(field, value, `${field} is ${shown(value)}, which no Rollout ever measured`, `Write ${word}`);
		}
	};

	only('type', 'counter');
	only('name', 'istio_requests_total');
	const window = findings.duration('spec.metric.interval', at(metric, 'interval'), WINDOW_MS);
	if (window === 0) {
		const text = 'spec.metric.interval is 0, over which no rate can be taken';
		findings.report('spec.metric.interval', at(metric, 'interval'), text, 'Write a duration above zero, such as 1m');
	}

	const threshold = at(metric, 'threshold');
	if (isAbsent(threshold)) {
		const text = 'spec.metric.threshold is missing, so that nothing would be checked';
		findings.report('spec.metric.threshold', '', text, 'Set it to the least success rate in percent, such as 99');
	}

	return {
		name: 'istio_requests_total',
		kind: 'success-rate',
		dialect: 'rollout',
		intervalMs: window || WINDOW_MS,
		min: findings.number('spec.metric.threshold', threshold, 0, {least: 0, most: 100, whole: false}),
	};
};
