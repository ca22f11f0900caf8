// Which Deployments of a namespace are marked for rollout, and what belongs to each: its `-canary` and the
// VirtualService that routes to both. Pure; what is missing is said so that a person can mend it.
import {modelOfRollout, rolloutOrigin} from '../../api/model-of-rollout.ts';
import {unlimited} from '../../api/model.ts';
import type {CanaryModel, Origin, Problem} from '../../api/model.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {deployments} from '../../services/kubernetes/resources.ts';
import {istioRouter as istio} from '../../services/providers/istio/router.ts';
import {providers} from '../../services/providers/index.ts';

/** A Deployment with this annotation set to `true` is the GA of a rollout. */
export const MARK = 'apps.weave.works/progressive';
const SUFFIX = '-canary';

/** What the flags say of every rollout; durations in ms. */
export type Settings = {
	readonly intervalMs: number;
	/** Window of the query. */
	readonly windowMs: number;
	/** Percentage by which the canary's traffic grows. */
	readonly step: number;
	/** Least success rate in percent. */
	readonly threshold: number;
	/** Failed checks at which a run is rolled back; 0: it halts and waits. */
	readonly failedChecks: number;
	readonly deadlineMs: number;
	readonly metricsServer: string;
};

/** A marked Deployment; ready to be rolled out unless it has a problem. */
export type Found = {
	readonly name: string;
	readonly namespace: string;
	readonly problem?: Problem;
	readonly route?: KubeObject;
	readonly model?: CanaryModel;
};

export type Seen = {readonly deployments: readonly KubeObject[]; readonly routes: readonly KubeObject[]};

const isCanary = ({metadata: {name}}: KubeObject): boolean => name.endsWith(SUFFIX);

const isMarked = (deployment: KubeObject): boolean =>
	deployment.metadata.annotations?.[MARK] === 'true' && !isCanary(deployment);

/** Whether a Deployment may take part in a rollout at all. */
export const isOfInterest = (deployment: KubeObject): boolean => isMarked(deployment) || isCanary(deployment);

/** What belongs to a rollout is owned by its GA. */
const origin: Origin = {...deployments, component: 'rollout-cli'};

/** The model of a rollout: that of a Rollout object which nobody had to write. */
export const modelOf = (primary: KubeObject, route: string, settings: Settings): CanaryModel => {
	const {name, namespace, uid, generation} = primary.metadata;
	const model = modelOfRollout(
		{
			kind: rolloutOrigin.kind,
			metadata: {name, namespace, uid, generation},
			spec: {
				targetKind: 'Deployment',
				primary: {name, host: name},
				canary: {name: `${name}${SUFFIX}`, host: `${name}${SUFFIX}`},
				virtualService: {name: route, weight: settings.step},
				metric: {interval: `${settings.windowMs}ms`, threshold: settings.threshold},
			},
		},
		{
			meshProvider: 'istio',
			intervalMs: settings.intervalMs,
			metricsServer: settings.metricsServer,
			speed: 1,
			providers,
		},
	);
	return {
		...model,
		origin,
		generation: 0,
		progressDeadlineMs: settings.deadlineMs,
		analysis: {...model.analysis, threshold: settings.failedChecks === 0 ? unlimited : settings.failedChecks},
	};
};

const noCanary = ({metadata: {name, namespace = ''}}: KubeObject): Problem => ({
	field: `Deployment ${name}${SUFFIX}.${namespace}`,
	value: '',
	text: `deployment ${name}${SUFFIX}.${namespace} not found`,
	remedy: `Create it with the version to roll out, or remove the annotation ${MARK} from deployment ${name}`,
});

const noRoute = ({metadata: {name, namespace = ''}}: KubeObject): Problem => ({
	field: `VirtualService ${name}.${namespace}`,
	value: '',
	text: `no VirtualService in ${namespace} routes to both ${name} and ${name}${SUFFIX}`,
	remedy: `Give one http route of VirtualService ${name} two destinations: ${name} with weight 100, ${name}${SUFFIX} with 0`,
});

const severalRoutes = ({metadata: {name}}: KubeObject, routes: readonly KubeObject[]): Problem => {
	const names = routes.map(({metadata}) => metadata.name).join(' and ');
	return {
		field: `VirtualService ${names}`,
		value: names,
		text: `VirtualServices ${names} each route to both ${name} and ${name}${SUFFIX}`,
		remedy: 'Keep one of them; a VirtualService can have several hosts and gateways',
	};
};

const found = (primary: KubeObject, seen: Seen, settings: Settings): Found => {
	const {name, namespace = ''} = primary.metadata;
	const about = {name, namespace};
	if (!seen.deployments.some(({metadata}) => metadata.name === `${name}${SUFFIX}`)) {
		return {...about, problem: noCanary(primary)};
	}

	const routes = seen.routes.filter(
		(route) => istio.read(modelOf(primary, route.metadata.name, settings), route, {parts: []}) !== undefined,
	);
	const [route, ...others] = routes;
	if (route === undefined) {
		return {...about, problem: noRoute(primary)};
	}

	return others.length > 0
		? {...about, problem: severalRoutes(primary, routes)}
		: {...about, route, model: modelOf(primary, route.metadata.name, settings)};
};

/** All marked Deployments, by name. */
export const scan = (seen: Seen, settings: Settings): readonly Found[] =>
	seen.deployments
		.filter((deployment) => isMarked(deployment))
		.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
		.map((primary) => found(primary, seen, settings));
