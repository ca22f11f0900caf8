// What an invariant is: a named statement about every accepted write and every batch of requests.
import type {Accepted} from '../../../sandbox/api/types.ts';
import type {ApiStore} from '../../../sandbox/api/store.ts';
import type {RequestBatch} from '../../../sandbox/world/traffic.ts';
import {canonicalJson} from '../../../api/canonical.ts';
import {toModel} from '../../../api/model-of-canary.ts';
import {modelOfRollout} from '../../../api/model-of-rollout.ts';
import type {CanaryModel} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
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
		const defaults = {meshProvider: 'istio', intervalMs: 60_000, speed};
		return [
			...store.list(keys.canaries, {}).items.map((object) => ({object, model: toModel(object, defaults)})),
			...store.list(keys.rollouts, {}).items.map((object) => ({object, model: modelOfRollout(object, defaults)})),
		];
	},
});

type Destination = {
	readonly destination?: {readonly host?: string; readonly subset?: string};
	readonly weight?: number;
};
type HttpRoute = {readonly route?: readonly Destination[]};

/** The destinations of each http route of a VirtualService. */
export const routesOf = (object: KubeObject | undefined): ReadonlyArray<readonly Destination[]> =>
	((object?.spec?.['http'] ?? []) as readonly HttpRoute[]).map(({route = []}) => route);

/** The weight that a VirtualService gives a host, or its subset named canary; the highest one of its routes. */
export const weightOf = (object: KubeObject | undefined, host: string): number => {
	const weights = routesOf(object).flatMap((route) =>
		route
			.filter(({destination: {host: named, subset} = {}}) =>
				subset === undefined ? named === host : subset === 'canary',
			)
			.map(({weight}) => weight ?? 0),
	);
	return Math.max(0, ...weights);
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
