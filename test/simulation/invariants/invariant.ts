// What an invariant is: a named statement about every accepted write and every batch of requests.
import type {Accepted} from '../../../sandbox/api/types.ts';
import type {KindKey} from '../../../sandbox/api/types.ts';
import {httpRoutesKey} from '../../../sandbox/world/keys.ts';
import type {ApiStore} from '../../../sandbox/api/store.ts';
import type {RequestBatch} from '../../../sandbox/world/traffic.ts';
import {canonicalJson} from '../../../api/canonical.ts';
import {toModel} from '../../../api/model-of-canary.ts';
import {modelOfRollout} from '../../../api/model-of-rollout.ts';
import type {CanaryModel, Route} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {providerNamed, providers} from '../../../services/providers/index.ts';
import {isRuleOf} from '../../../services/providers/istio/subsets.ts';
import type {Surroundings} from '../../../services/providers/router.ts';
import {workloadsOf} from '../../../services/workloads/index.ts';
import {keys} from '../keys.ts';

export type Violated = (text: string) => void;

export type Watching = {
	/** After an accepted write, before its watchers hear of it. */
	readonly accepted?: (change: Accepted) => void;
	readonly requested?: (batch: RequestBatch) => void;
};

export type Scene = {
	readonly store: ApiStore;
	/** The Canaries and Rollouts as of now, as the daemon has to read them. */
	canaries(): ReadonlyArray<{readonly object: KubeObject; readonly model: CanaryModel}>;
};

export type Invariant = {
	readonly name: string;
	watch(scene: Scene, violated: Violated): Watching;
};

export const isByAviary = ({by}: Accepted): boolean => by.startsWith('aviary');

export const sceneOf = (store: ApiStore, speed: number): Scene => ({
	store,
	canaries: () => {
		const defaults = {meshProvider: 'istio', intervalMs: 60_000, speed, providers};
		return [
			...store.list(keys.canaries, {}).items.map((object) => ({object, model: toModel(object, defaults)})),
			...store.list(keys.rollouts, {}).items.map((object) => ({object, model: modelOfRollout(object, defaults)})),
		];
	},
});

type Weighted = {readonly weight?: number};
type Routing = {readonly route?: readonly Weighted[]; readonly backendRefs?: readonly Weighted[]};

/** The weights that an object writes down, a list for each of its rules; none where they are told otherwise. */
export const weightsIn = (object: KubeObject | undefined): ReadonlyArray<readonly number[]> =>
	['http', 'tcp', 'rules']
		.flatMap((field) => (object?.spec?.[field] ?? []) as readonly Routing[])
		.map(({route, backendRefs}) => (route ?? backendRefs ?? []).map(({weight}) => weight ?? 0));

/** What a Canary's router knows beside the routing object. */
const aroundOf = ({store}: Scene, model: CanaryModel): Surroundings => {
	const {namespace, target, primary} = model;
	const workload = (name: string) =>
		workloadPlurals.map((plural) => store.get(keys[plural], namespace, name)).find((found) => found !== undefined);
	return {
		parts: store.list(keys.destinationrules, {namespace}).items.filter(isRuleOf(model)),
		target: workload(target.name),
		primary: workload(primary.name),
	};
};

/** The kinds that carry shares, of any provider. */
export const routing: readonly KindKey[] = [keys.virtualservices, keys.knativeservices, httpRoutesKey];

/** What an object routes for a Canary, as its provider reads it; undefined when it is no route of it. */
export const routeIn = (scene: Scene, model: CanaryModel, object: KubeObject | undefined): Route | undefined => {
	if (object === undefined || object.metadata.name !== model.route.name) return undefined;
	if (object.metadata.namespace !== model.namespace) return undefined;
	const provider = providerNamed(model.provider);
	const group = object.apiVersion?.split('/')[0] ?? '';
	const isSpoken = provider?.apis.some((api) => api.group === group) === true;
	return isSpoken ? provider.router.read(model, object, aroundOf(scene, model)) : undefined;
};

/** Whether a write is about a kind. */
export const isOf = ({key}: Accepted, plural: keyof typeof keys): boolean =>
	key.plural === keys[plural].plural && key.group === keys[plural].group;

const workloadPlurals = ['deployments', 'daemonsets', 'statefulsets'] as const;

/** Whether a write is about a workload of any kind. */
export const isOfWorkload = (change: Accepted): boolean => workloadPlurals.some((plural) => isOf(change, plural));

/** What the daemon has to read of a workload. */
export const workloadIn = ({kind, apiVersion, ...object}: KubeObject) =>
	workloadsOf({kind, apiVersion, name: object.metadata.name})?.read({kind, apiVersion, ...object});

export const templateOf = (object: KubeObject | undefined): unknown => object?.spec?.['template'];

/** The part of a pod template that promotion carries over unchanged when no config is tracked. */
export const containersOf = (object: KubeObject | undefined): string =>
	canonicalJson((templateOf(object) as {spec?: {containers?: unknown}} | undefined)?.spec?.containers ?? []);
