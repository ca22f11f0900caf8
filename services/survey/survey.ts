// The world of one canary as levels: what there is, what runs where, and what is wrong out there.
import type {CanaryModel, Instant, Problem, Route, Scaler, World} from '../../api/model.ts';
import type {KubeObject} from '../kubernetes/cluster.ts';
import type {Acceptance, Router, Surroundings} from '../providers/router.ts';
import {foreignOwner} from '../objects/ownership.ts';
import {defaultLabelling, renderPrimary, selectorLabelOf, type Labelling} from '../workloads/render.ts';
import {workloadSpec, scalerSpec, scalerStatus, serviceSpec} from '../objects/shapes.ts';
import type {Workloads} from '../workloads/workload.ts';

/** The objects that a canary refers to, as far as they are there. */
export type Seen = {
	readonly target?: KubeObject | undefined;
	readonly primary?: KubeObject | undefined;
	/** Pods of the target, while a run follows them. */
	readonly pods: readonly KubeObject[];
	readonly services: readonly KubeObject[];
	readonly scalers: readonly KubeObject[];
	/** False while the cluster does not serve the provider's routing objects. */
	readonly isRoutingServed: boolean;
	/** The objects that carry shares, in the router's order. */
	readonly routes: ReadonlyArray<KubeObject | undefined>;
	/** What else the router follows. */
	readonly routeParts: readonly KubeObject[];
	/** What is wrong with what metrics refer to. */
	readonly templateProblems?: readonly Problem[];
	/** Those of both that are ours to make. */
	readonly generatedParts: readonly KubeObject[];
};

const surroundingsIn = ({routeParts, target, primary}: Seen): Surroundings => ({parts: routeParts, target, primary});

export type Adapters = {readonly workloads: Workloads; readonly router: Router; readonly labelling?: Labelling};

const absent = (kind: string, name: string, {namespace}: CanaryModel, remedy: string): Problem => ({
	field: `${kind} ${name}.${namespace}`,
	value: '',
	text: `${kind.toLowerCase()} ${name}.${namespace} not found`,
	remedy,
});

/** Copies and Services find pods by it; a kind with sides has neither. */
const lacksSelector = (model: CanaryModel, target: KubeObject, {workloads, labelling = defaultLabelling}: Adapters) =>
	model.shape === 'managed' && workloads.sides === undefined && selectorLabelOf(target, labelling) === undefined;

const workloadProblems = (model: CanaryModel, seen: Seen, adapters: Adapters): Problem[] => {
	const {name, namespace, target, shape} = model;
	const {labelling = defaultLabelling} = adapters;
	const problems: Problem[] = [];
	if (seen.target === undefined) {
		const field = shape === 'paired' ? 'spec.canary.name' : 'spec.targetRef.name';
		problems.push(absent(target.kind, target.name, model, `Create it, or mend ${field} of Canary ${name}`));
	} else if (lacksSelector(model, seen.target, adapters)) {
		const what = `${target.kind.toLowerCase()} ${target.name}.${namespace}`;
		problems.push({
			field: `${target.kind} ${target.name}.${namespace}`,
			value: Object.keys(workloadSpec(seen.target).selector?.matchLabels ?? {}).join(', '),
			text: `${what} selects its pods by none of the labels ${labelling.selectorLabels.join(', ')}`,
			remedy: 'Recreate it with one of them in spec.selector.matchLabels, or extend --selector-labels',
		});
	}

	if (shape === 'paired' && seen.primary === undefined) {
		const remedy = `Create it, or mend spec.primary.name of Canary ${name}`;
		problems.push(absent(target.kind, model.primary.name, model, remedy));
	}

	return problems;
};

const speaksHttp = /^(?:https?|http2|grpc|grpc-web)(?:-.*)?$/i;

const hasHttpPort = (service: KubeObject): boolean =>
	(serviceSpec(service).ports ?? []).some(
		({appProtocol = '', name = ''}) => speaksHttp.test(appProtocol) || speaksHttp.test(name),
	);

/** A promotion takes the target's labels along; a Service that selects by one of them would lose the primary's pods. */
const losesPods = (model: CanaryModel, seen: Seen, service: KubeObject): string | undefined => {
	if (seen.target === undefined || seen.primary === undefined) return undefined;
	const before = workloadSpec(seen.primary).template?.metadata?.labels ?? {};
	const after = renderPrimary(model, seen.target, seen.primary).metadata?.labels ?? {};
	const selector = Object.entries(serviceSpec(service).selector ?? {});
	return selector.find(([key, value]) => before[key] === value && after[key] !== value)?.[0];
};

const serviceProblems = (model: CanaryModel, seen: Seen): Problem[] => {
	// Hosts may be written out in full; the Service's name is their first label.
	const names = [...new Set([model.hosts.primary, model.hosts.canary])].map((host) => host.split('.')[0] ?? host);
	return names.flatMap((name): Problem[] => {
		const service = seen.services.find(({metadata}) => metadata.name === name);
		const field = `Service ${name}.${model.namespace}`;
		if (service === undefined) {
			return [absent('Service', name, model, 'Create a ClusterIP Service of that name with a port named http')];
		}

		const problems: Problem[] = [];
		if (!hasHttpPort(service)) {
			const text = `service ${name}.${model.namespace} has no port named http or https`;
			problems.push({field, value: '', text, remedy: 'Name its port http, so that the mesh counts its requests'});
		}

		const lost = name === model.hosts.primary.split('.')[0] ? losesPods(model, seen, service) : undefined;
		if (lost !== undefined) {
			const what = `service ${name}.${model.namespace}`;
			const text = `${what} would lose its pods by a promotion, for it selects by label ${lost}`;
			const remedy = `Select by a label that is in the selector of ${model.target.kind.toLowerCase()} ${model.primary.name}`;
			problems.push({field, value: lost, text, remedy});
		}

		return problems;
	});
};

const refusals = (acceptance: Acceptance | undefined): readonly Problem[] =>
	acceptance?.kind === 'refused' ? [acceptance.problem] : [];

const routeProblems = (model: CanaryModel, seen: Seen, router: Router): readonly Problem[] => {
	const around = surroundingsIn(seen);
	if (seen.isRoutingServed) {
		return seen.routes.flatMap((route) => [
			...router.problems(model, route, around),
			...refusals(route && router.accepted?.(model, route)),
		]);
	}

	const text = `the cluster does not serve the routes of provider ${model.provider}`;
	return [{field: 'spec.provider', value: model.provider, text, remedy: `Install ${model.provider} and its CRDs`}];
};

const scalerProblems = (model: CanaryModel, seen: Seen): Problem[] => {
	const {autoscaler} = model;
	if (autoscaler?.kind !== 'HorizontalPodAutoscaler') return [];
	if (seen.scalers.some(({metadata}) => metadata.name === autoscaler.name)) return [];
	const remedy = `Create it for ${model.target.kind.toLowerCase()} ${model.target.name}, or remove spec.autoscalerRef`;
	return [
		{
			field: `HorizontalPodAutoscaler ${autoscaler.name}.${model.namespace}`,
			value: '',
			text: `HorizontalPodAutoscaler ${autoscaler.name}.${model.namespace} not found, or it scales something else`,
			remedy,
		},
	];
};

const takenProblems = (model: CanaryModel, seen: Seen, {workloads}: Adapters): Problem[] => {
	const primary = workloads.sides === undefined ? seen.primary : undefined;
	const generated = [primary, ...seen.services, ...seen.generatedParts];
	return generated.flatMap((object) => (object && foreignOwner(model, object)) ?? []);
};

/** Everything wrong, workloads first, then Services, routes, scalers, templates of metrics, and names taken by others. */
const problemsOf = (model: CanaryModel, seen: Seen, adapters: Adapters): Problem[] => {
	const {workloads, router} = adapters;
	const isPaired = model.shape === 'paired';
	const {target, primary} = seen;
	return [
		...workloadProblems(model, seen, adapters),
		...workloads.problems(model, {...(target && {target}), ...(primary && {primary})}),
		...(isPaired ? serviceProblems(model, seen) : []),
		...routeProblems(model, seen, router),
		...scalerProblems(model, seen),
		...(seen.templateProblems ?? []),
		...(isPaired ? [] : takenProblems(model, seen, adapters)),
	];
};

/** Whose replicas a scaler sets; undefined for those of others. */
export const scaledBy = (model: CanaryModel, object: KubeObject): Scaler['of'] | undefined => {
	const {kind, name} = scalerSpec(object).scaleTargetRef ?? {};
	if (kind !== model.target.kind) return undefined;
	if (name === model.target.name) return 'target';
	return name === model.primary.name ? 'primary' : undefined;
};

const scalerOf = (model: CanaryModel, object: KubeObject): Scaler[] => {
	const of = scaledBy(model, object);
	if (of === undefined) return [];
	const {desiredReplicas = 0, currentReplicas: current = 0, conditions = []} = scalerStatus(object);
	// A scaler that has no metrics yet, or whose target stands at 0, keeps an old or no number: it wants nothing.
	const isIdle = conditions.some(({type, status}) => type === 'ScalingActive' && status === 'False');
	const desired = isIdle || desiredReplicas === 0 ? current : desiredReplicas;
	return [{name: object.metadata.name, of, desired, current, minReplicas: scalerSpec(object).minReplicas ?? 1}];
};

const runsTarget = (model: CanaryModel, {target, primary}: Seen, adapters: Adapters): boolean => {
	if (target === undefined || primary === undefined || lacksSelector(model, target, adapters)) return false;
	const {workloads, labelling} = adapters;
	return workloads.primaryRunsTarget(model, target, primary, labelling);
};

/** What those who are to carry the routes out have yet to take up, in words; empty when it is in force. */
const awaitedIn = (model: CanaryModel, {routes}: Seen, router: Router): string =>
	routes
		.map((route) => route && router.accepted?.(model, route))
		.flatMap((acceptance) => (acceptance?.kind === 'pending' ? [acceptance.text] : []))
		.join(', ');

/** What several objects share out together is what the one gives that gives the canary most; unknown while one lacks. */
const routeIn = (model: CanaryModel, seen: Seen, {router}: Adapters): Route | undefined => {
	const around = surroundingsIn(seen);
	const found = seen.routes.map((route) => route && router.read(model, route, around));
	const routes = found.filter((route) => route !== undefined);
	const [widest, ...others] = routes.toSorted((a, b) => b.canary - a.canary || (b.mirrored ?? 0) - (a.mirrored ?? 0));
	if (widest === undefined || routes.length < found.length) return undefined;
	const awaits = awaitedIn(model, seen, router);
	const resourceVersion = routes.map((route) => route.resourceVersion).join(' ');
	return {...widest, ...(others.length > 0 && {resourceVersion}), ...(awaits !== '' && {awaits})};
};

/** Pure: the world of the canary as `seen`, at `at`. Equal objects give equal worlds, in every order of lists. */
export const survey = (model: CanaryModel, seen: Seen, at: Instant, adapters: Adapters): World => {
	const {target, primary} = seen;
	const {workloads} = adapters;
	const route = routeIn(model, seen, adapters);
	return {
		at,
		...(target && {target: workloads.read(target, seen.pods)}),
		...(primary && {primary: workloads.read(primary)}),
		primaryRunsTarget: runsTarget(model, seen, adapters),
		scalers: seen.scalers
			.flatMap((object) => scalerOf(model, object))
			.sort((a, b) => a.of.localeCompare(b.of) || a.name.localeCompare(b.name)),
		...(route && {route}),
		problems: problemsOf(model, seen, adapters),
	};
};
