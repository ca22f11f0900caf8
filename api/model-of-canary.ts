// From a Canary as the API server holds it, of either shape and however wrong, to the model that the charts run on.
import {alertsOf} from './alerts.ts';
import {longestDurationMs} from './durations.ts';
import {Findings} from './findings.ts';
import {metricsOf} from './metrics.ts';
import {checkComparable} from './comparison.ts';
import type {CanaryModel, Problem} from './model.ts';
import {isKnative, knativeParts} from './knative.ts';
import {checkHooks, checkStrategy} from './not-yet.ts';
import {otherOperatorOf} from './other-operator.ts';
import {checkNeeds} from './provider-needs.ts';
import {factsIn, providerOf, type ProviderFacts} from './providers.ts';
import {at, isAbsent, isBag, shown} from './reading.ts';
import {planOf} from './strategies/index.ts';
import {planByWeights} from './strategies/weighted.ts';
import {managedParts, pairedParts, shapeOf, type Parts, type Surroundings} from './shapes.ts';
import type {WorkloadMapping} from './workload-mapping.ts';

/** What the daemon's flags say where a Canary is silent. */
export type Defaults = {
	readonly meshProvider: string;
	/** The interval of the first shape, whose Canaries had none of their own. */
	readonly intervalMs: number;
	readonly metricsServer?: string;
	/** How kinds are released that nothing here knows; absent where nobody knows which are declared. */
	readonly mappings?: readonly WorkloadMapping[];
	/** The providers that there are; absent where nobody knows, and then none is refused. */
	readonly providers?: readonly ProviderFacts[];
	/** The sandbox's speed, by which all durations are divided; 1 in a cluster. */
	readonly speed: number;
};

/**
 * Reads a Canary. Total: whatever the input, there is a model, and what is wrong stands in its `problems`;
 * `warnings` tell what is ignored without harm.
 */
export const toModel = (object: unknown, defaults: Defaults): CanaryModel => {
	const findings = new Findings();
	const model = modelOf(object, defaults, findings);
	checkNeeds(model, at(object, 'spec'), defaults.providers, findings);
	const problems = isBag(at(object, 'spec')) ? findings.problems : [withoutSpec];
	return {...model, problems, warnings: findings.warnings};
};

/** Said alone, for all else that is missing follows from it. */
const withoutSpec: Problem = {
	field: 'spec',
	value: '',
	text: 'The Canary has no spec',
	remedy: 'Write spec.targetRef, spec.service and spec.analysis',
};

const modelOf = (object: unknown, defaults: Defaults, findings: Findings): Omit<CanaryModel, 'problems'> => {
	const spec = at(object, 'spec');
	const shape = shapeOf(spec, findings);
	const isOfKnative = shape === 'managed' && isKnative(at(spec, 'targetRef'));
	const {meshProvider, providers} = defaults;
	const written = findings.text('spec.provider', at(spec, 'provider'));
	// Before any name is made, for the route's may be the provider's to say.
	const {provider, facts} = providerOf({written, meshProvider, isOfKnative, providers}, findings);
	const parts = partsOf(shape, spec, findings, {isOfKnative, mappings: defaults.mappings, routeName: facts?.routeName});
	const skipAnalysis = findings.flag('spec.skipAnalysis', at(spec, 'skipAnalysis'));
	const metricsServer = metricsServerOf(spec, findings) ?? defaults.metricsServer;
	const scaled = scaledBy(defaults.speed);
	const generation = at(object, 'metadata', 'generation');
	const otherOperator = otherOperatorOf(object);
	return {
		name: textAt(object, 'name'),
		namespace: textAt(object, 'namespace'),
		uid: textAt(object, 'uid'),
		generation: typeof generation === 'number' && Number.isFinite(generation) ? generation : 0,
		shape,
		suspended: findings.flag('spec.suspend', at(spec, 'suspend')),
		...(otherOperator === undefined ? {} : {otherOperator}),
		skipAnalysis,
		provider,
		...placesOf(parts),
		analysis: analysisOf(parts, {skipAnalysis, provider, namespace: textAt(object, 'namespace')}, defaults, findings),
		...alertsOf(at(parts.analysis, 'alerts'), `${parts.field}.alerts`, textAt(object, 'namespace'), findings),
		...(metricsServer === undefined ? {} : {metricsServer}),
		readyThreshold: {
			primary: percentage(parts, 'primaryReadyThreshold', findings),
			canary: percentage(parts, 'canaryReadyThreshold', findings),
		},
		progressDeadlineMs: scaled(secondsOf(spec, 'progressDeadlineSeconds', 600, findings)),
		failFast: findings.flag('spec.failFast', at(spec, 'failFast')),
		routeSettleMs: scaled(secondsOf(spec, 'routeSettleSeconds', 3, findings)),
		...routeChangeOf(at(spec, 'onRouteChange'), findings),
		drainMs: scaled(secondsOf(spec, 'drainSeconds', 10, findings)),
	};
};

const partsOf = (
	shape: CanaryModel['shape'],
	spec: unknown,
	findings: Findings,
	{isOfKnative, ...around}: Surroundings & {readonly isOfKnative: boolean},
): Parts => {
	if (isOfKnative) return knativeParts(spec, findings);
	return shape === 'managed' ? managedParts(spec, findings, around) : pairedParts(spec, findings, around.mappings);
};

const placesOf = ({analysis: _analysis, field: _field, intervalMs: _interval, ...places}: Parts) => places;

/** `metadata.name` and the like; empty when it is no text. */
export const textAt = (object: unknown, key: string): string => {
	const value = at(object, 'metadata', key);
	return typeof value === 'string' ? value : '';
};

/** Divides by the sandbox's speed, in whole milliseconds; what was above zero stays above zero. */
export const scaledBy = (speed: number): ((ms: number) => number) => {
	const divisor = Number.isFinite(speed) && speed > 0 ? speed : 1;
	return (ms) => (ms > 0 ? Math.min(longestDurationMs, Math.max(1, Math.round(ms / divisor))) : 0);
};

const secondsOf = (spec: unknown, name: string, fallback: number, findings: Findings): number =>
	findings.seconds(`spec.${name}`, at(spec, name), fallback);

const percentage = ({analysis, field}: Parts, name: string, findings: Findings): number =>
	findings.number(`${field}.${name}`, at(analysis, name), 100, {least: 0, most: 100, whole: true});

const metricsServerOf = (spec: unknown, findings: Findings): string | undefined => {
	const written = findings.text('spec.metricsServer', at(spec, 'metricsServer'));
	if (written === '') {
		return undefined;
	}

	if (!/^https?:\/\//i.test(written) || !URL.canParse(written)) {
		findings.report(
			'spec.metricsServer',
			written,
			`spec.metricsServer is ${shown(written)}, which is no HTTP address`,
			'Write an address such as http://prometheus.istio-system:9090',
		);
	}

	return written;
};

const analysisOf = (
	{analysis, field, intervalMs}: Parts,
	{skipAnalysis, provider, namespace}: Pick<CanaryModel, 'skipAnalysis' | 'provider' | 'namespace'>,
	defaults: Defaults,
	findings: Findings,
): CanaryModel['analysis'] => {
	const scaled = scaledBy(defaults.speed);
	const interval = intervalOf(analysis, field, intervalMs ?? defaults.intervalMs, intervalMs === undefined, findings);
	const onMissingData = missingDataOf(at(analysis, 'onMissingData'), field, findings);
	if (!isBag(analysis)) {
		// A Canary that skips its analysis needs none.
		if (!skipAnalysis || !isAbsent(analysis)) {
			const remedy = `Add ${field} with interval, threshold, stepWeight, maxWeight and metrics`;
			findings.report(field, analysis, `${field} is missing`, remedy);
		}

		return {intervalMs: scaled(interval), threshold: 1, plan: planByWeights([100]), metrics: [], onMissingData};
	}

	checkStrategy(analysis, field, findings);
	checkHooks(analysis, field, findings);
	const origin = {dialect: dialectOf(field), provider, namespace};
	const metrics = metricsOf(at(analysis, 'metrics'), `${field}.metrics`, origin, findings);
	if (metrics.length === 0 && !skipAnalysis) {
		const text = `${field}.metrics is empty, so that every check passes`;
		findings.warn(`${field}.metrics`, '', text, 'Add a metric, such as request-success-rate');
	}

	const isUnplanned = skipAnalysis && isAbsent(at(analysis, 'stepWeight'));
	const capabilities = factsIn(defaults.providers ?? [], provider)?.capabilities;
	const plan = isUnplanned ? planByWeights([100]) : planOf({analysis, field, provider, capabilities, findings});
	if (!skipAnalysis) {
		checkComparable(metrics, plan, field, findings);
	}

	return {
		intervalMs: scaled(interval),
		threshold: thresholdOf(at(analysis, 'threshold'), field, skipAnalysis, findings),
		plan,
		metrics: metrics.map((metric) => ({...metric, intervalMs: scaled(metric.intervalMs)})),
		onMissingData,
	};
};

const dialectOf = (field: string): 'today' | 'first' => (field === 'spec.analysis' ? 'today' : 'first');

/** Today's shape is never checked more often than every ten seconds, as with the peer; the first never in under one. */
const intervalOf = (
	analysis: unknown,
	field: string,
	fallbackMs: number,
	isFirst: boolean,
	findings: Findings,
): number => {
	const written = at(analysis, 'interval');
	const ms = findings.duration(`${field}.interval`, written, fallbackMs);
	if (isFirst) {
		return isAbsent(written) ? Math.max(1, ms) : Math.max(1000, ms);
	}

	return Math.max(10_000, ms);
};

const thresholdOf = (value: unknown, field: string, skipAnalysis: boolean, findings: Findings): number => {
	if (isAbsent(value) && skipAnalysis) {
		return 1;
	}

	if (typeof value === 'number' && Number.isInteger(value) && value >= 1) {
		return value;
	}

	findings.report(
		`${field}.threshold`,
		value,
		isAbsent(value)
			? `${field}.threshold is missing`
			: `${field}.threshold is ${shown(value)}, not a whole number of at least 1`,
		'Set it to the number of failed checks at which the canary is rolled back',
	);
	return 1;
};

const routeChangeOf = (value: unknown, findings: Findings): Pick<CanaryModel, 'onRouteChange'> => {
	if (value === 'adopt' || value === 'yield') {
		return {onRouteChange: value};
	}

	if (!isAbsent(value) && value !== 'restore') {
		const text = `spec.onRouteChange is ${shown(value)}, neither restore nor adopt nor yield`;
		const remedy = 'Write restore to set weights back, adopt to go on from them, or yield to halt';
		findings.report('spec.onRouteChange', value, text, remedy);
	}

	return {};
};

const missingDataOf = (value: unknown, field: string, findings: Findings): 'halt' | 'fail' => {
	if (isAbsent(value) || value === 'halt') {
		return 'halt';
	}

	if (value !== 'fail') {
		const text = `${field}.onMissingData is ${shown(value)}, neither halt nor fail`;
		findings.report(
			`${field}.onMissingData`,
			value,
			text,
			'Write halt to wait for data, or fail to count a failed check',
		);
	}

	return value === 'fail' ? 'fail' : 'halt';
};
