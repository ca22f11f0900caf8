// From a Rollout, or a Canary of the first shape, to today's Canary, and what changes for its users by that. Pure.
import {formatPromDuration} from './durations.ts';
import {toModel, type Defaults} from './model-of-canary.ts';
import {migratedAlerts, migratedMetrics, renamings} from './migrated-analysis.ts';
import {modelOfRollout, rolloutOrigin} from './model-of-rollout.ts';
import type {CanaryModel, Problem} from './model.ts';
import {maxWeightOf, weightsOf} from './plan.ts';
import {
	delegatingRoute,
	formerRoute,
	notCarried,
	portOfRule,
	routeNotes,
	routingOf,
	written,
	type FormerRoute,
} from './migrated-routing.ts';
import {at, isAbsent, isBag, shown, type Bag} from './reading.ts';
import {templateKinds} from './workload-mapping.ts';

export type MigrationOptions = {
	/** Time between checks of what names none: the old operator's loop interval. */
	readonly intervalMs: number;
	/** Whether somebody said so, or it is a guess that has to be looked at. */
	readonly isIntervalGiven?: boolean;
	/** The port that users call, where no Service tells it. */
	readonly port?: number;
	/** The VirtualService stays, and hands the rule with the weights over to the generated one. */
	readonly isDelegated?: boolean;
};

export type Migration = {
	/** Today's manifest; undefined when there are problems. */
	readonly canary?: Bag;
	/** The VirtualService that stays, to be applied once the Canary is Initialized; undefined where none does. */
	readonly route?: Bag;
	/** What changes and what is to be done, one sentence each. */
	readonly notes: readonly string[];
	readonly problems: readonly Problem[];
};

/** Rollouts had no limit; this is that of the first Canaries' example. */
const THRESHOLD = 10;

const kindOf = (object: unknown): unknown => at(object, 'kind');
const isRollout = (object: unknown): boolean => kindOf(object) === rolloutOrigin.kind;

/** Whether it is what a migration begins with. */
export const isGuard = (object: unknown): boolean =>
	isRollout(object) || (kindOf(object) === 'Canary' && String(at(object, 'apiVersion')).startsWith('flagger.app/'));

/** The object of a kind and name beside the guard; an absent namespace is taken for the same. */
const find = (objects: readonly unknown[], model: CanaryModel, kind: string, isIt: (object: unknown) => boolean) =>
	objects.find((object) => {
		const namespace = at(object, 'metadata', 'namespace');
		return kindOf(object) === kind && (isAbsent(namespace) || namespace === model.namespace) && isIt(object);
	});

const isNamed =
	(name: string) =>
	(object: unknown): boolean =>
		at(object, 'metadata', 'name') === name;

const scales =
	(name: string) =>
	(object: unknown): boolean =>
		at(object, 'spec', 'scaleTargetRef', 'name') === name;

const entries = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);

const portOf = (
	objects: readonly unknown[],
	model: CanaryModel,
	former: FormerRoute,
	{port}: MigrationOptions,
): Bag => {
	const service = find(objects, model, 'Service', isNamed(model.hosts.primary));
	const [first] = entries(at(service, 'spec', 'ports'));
	return written({
		port: port ?? at(first, 'port') ?? portOfRule(former),
		targetPort: at(first, 'targetPort'),
		portName: at(first, 'name'),
	});
};

/** Fields that both shapes have, as they were written. */
const kept = [
	'provider',
	'metricsServer',
	'progressDeadlineSeconds',
	'failFast',
	'suspend',
	'skipAnalysis',
	'drainSeconds',
	'routeSettleSeconds',
	'onRouteChange',
] as const;

const analysisOf = (object: unknown, model: CanaryModel, {intervalMs}: MigrationOptions): Bag => {
	const analysis = isRollout(object) ? {} : at(object, 'spec', 'canaryAnalysis');
	const step = isRollout(object) ? weightsOf(model.analysis.plan)[0] : at(analysis, 'stepWeight');
	return {
		// Today's shape is never checked more often.
		interval: formatPromDuration(
			Math.max(10_000, isAbsent(at(analysis, 'interval')) ? intervalMs : model.analysis.intervalMs),
		),
		threshold: isRollout(object) ? THRESHOLD : model.analysis.threshold,
		...(isAbsent(step) ? {} : {stepWeight: step, maxWeight: maxWeightOf(model.analysis.plan)}),
		...written({stepWeights: at(analysis, 'stepWeights')}),
		metrics: migratedMetrics(model, at(analysis, 'metrics')),
		...migratedAlerts(model),
		...written({onMissingData: at(analysis, 'onMissingData')}),
	};
};

const metadataOf = (object: unknown, {name, namespace}: CanaryModel): Bag => {
	const {'kubectl.kubernetes.io/last-applied-configuration': _, ...annotations} = (at(
		object,
		'metadata',
		'annotations',
	) ?? {}) as Bag;
	const labels = at(object, 'metadata', 'labels');
	return {
		name,
		...(namespace !== '' && {namespace}),
		...(isBag(labels) && {labels}),
		...(Object.keys(annotations).length > 0 && {annotations}),
	};
};

const notesOf = (
	object: unknown,
	objects: readonly unknown[],
	model: CanaryModel,
	spec: Bag,
	former: FormerRoute,
	{isIntervalGiven = false, isDelegated = false}: MigrationOptions,
): readonly string[] => {
	const {target, primary, hosts, route} = model;
	const generated = `${primary.name}-primary`;
	const interval = at(spec, 'analysis', 'interval') as string;
	const scaler = find(objects, model, 'HorizontalPodAutoscaler', scales(target.name));
	const isBySubsets = hosts.primary === hosts.canary;
	return [
		`Release new versions by ${target.kind} ${primary.name} from now on, no longer by ${target.name}: ${primary.name} is the ` +
			`target, ${generated} is generated from it and serves the users`,
		`Before you apply it: let a run that is under way end${
			isRollout(object)
				? `, and delete Rollout ${model.name}, or two would act on one route`
				: '; apply it over the Canary of that name'
		}`,
		isDelegated
			? `Services ${hosts.primary} and ${hosts.primary}-canary are taken over, and their selectors rewritten; Service ` +
				`${hosts.primary}-primary and VirtualService ${hosts.primary} are made`
			: `Services ${hosts.primary} and ${hosts.primary}-canary and VirtualService ${route.name} are taken over, and their ` +
				`selectors and routes rewritten; Service ${hosts.primary}-primary is made`,
		...routeNotes(former, model, isDelegated),
		`Delete ${target.kind} ${target.name}${
			hosts.canary === `${hosts.primary}-canary` || isBySubsets ? '' : ` and Service ${hosts.canary}`
		} when the Canary is Initialized`,
		...(isBySubsets
			? [`Delete the DestinationRule with the subsets of ${hosts.primary} then; it is used no more`]
			: []),
		...(scaler === undefined
			? []
			: [
					`Delete HorizontalPodAutoscaler ${String(at(scaler, 'metadata', 'name'))} with it${
						at(spec, 'autoscalerRef') === undefined
							? `; to have it scale on, name ${primary.name} in its scaleTargetRef, and it in spec.autoscalerRef`
							: ''
					}`,
				]),
		...(isRollout(object)
			? [
					`A run is rolled back after ${THRESHOLD} failed checks (spec.analysis.threshold), and when it gets no further for ten ` +
						'minutes (spec.progressDeadlineSeconds); a Rollout only halted',
					'Phases, events and statuses are those of a Canary; scripts that wait for a Rollout’s have to be changed',
				]
			: []),
		...(isAbsent(at(object, 'spec', 'canaryAnalysis', 'interval')) && !isIntervalGiven
			? [`spec.analysis.interval is ${interval}, for none was written; set it to the old --control-loop-interval`]
			: []),
		...renamings(model, at(object, 'spec', 'canaryAnalysis', 'metrics')),
	];
};

const todays: Problem = {
	field: 'spec.targetRef',
	value: '',
	text: 'spec.targetRef is there, so the Canary has today’s shape already',
	remedy: 'Apply it as it is',
};

/** Migrates one Rollout or Canary; `objects` are the manifests around it, which tell its port, hosts and scaler. */
export const migrate = (object: unknown, objects: readonly unknown[], options: MigrationOptions): Migration => {
	if (isBag(at(object, 'spec', 'targetRef'))) {
		return {notes: [], problems: [{...todays, value: String(at(object, 'spec', 'targetRef', 'name'))}]};
	}

	const defaults: Defaults = {meshProvider: 'istio', intervalMs: options.intervalMs, speed: 1};
	const model = (isRollout(object) ? modelOfRollout : toModel)(object, defaults);
	const {isDelegated = false} = options;
	const former = formerRoute(find(objects, model, 'VirtualService', isNamed(model.route.name)), model);
	const port = portOf(objects, model, former, options);
	const problems = [...model.problems, ...(model.problems.length > 0 ? [] : notCarried(former, model, isDelegated))];
	if (isAbsent(port['port'])) {
		problems.push({
			field: 'spec.service.port',
			value: '',
			text: `spec.service.port is not known, for there is neither Service ${model.hosts.primary} nor a port in its route`,
			remedy: 'Add the manifests of both to the file, or say --port',
		});
	}

	const {kind} = model.target;
	if (kind !== '' && problems.length === 0 && !templateKinds.has(kind)) {
		const text = `spec.targetKind is ${shown(kind)}, of which today’s shape can generate no primary`;
		problems.push({field: 'spec.targetKind', value: shown(kind), text, remedy: 'Keep the Canary as it is'});
	}

	if (problems.length > 0) {
		return {notes: [], problems};
	}

	const {primary, target, hosts} = model;
	const scaler = find(objects, model, 'HorizontalPodAutoscaler', scales(primary.name));
	const spec = {
		targetRef: {apiVersion: target.apiVersion, kind: target.kind, name: primary.name},
		...(scaler !== undefined && {
			autoscalerRef: {
				apiVersion: 'autoscaling/v2',
				kind: 'HorizontalPodAutoscaler',
				name: at(scaler, 'metadata', 'name'),
			},
		}),
		...Object.fromEntries(
			kept.flatMap((name) => (isAbsent(at(object, 'spec', name)) ? [] : [[name, at(object, 'spec', name)]])),
		),
		service: {
			...(hosts.primary !== primary.name && {name: hosts.primary}),
			...port,
			...routingOf(former, model, isDelegated),
		},
		analysis: analysisOf(object, model, options),
	};
	const canary = {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: metadataOf(object, model), spec};
	return {
		canary,
		...(isDelegated && {route: delegatingRoute(former, model)}),
		notes: notesOf(object, objects, model, spec, former, options),
		problems: [],
	};
};
