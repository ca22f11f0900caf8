// Routes that the proxies here do not speak: of such a provider the shares are what its own router reads in the objects,
// and users take them from the Service that they call. So a new provider costs nothing here.
import type {CanaryModel} from '../../../api/model.ts';
import {toModel} from '../../../api/model-of-canary.ts';
import {at} from '../../../api/reading.ts';
import type {Cluster, KubeObject, Resource} from '../../../services/kubernetes/cluster.ts';
import type {Provider} from '../../../services/providers/provider.ts';
import type {RouteParts} from '../../../services/providers/router.ts';
import type {ReadableStore} from '../../api/types.ts';
import {followKind, type Informer} from '../informer.ts';
import {canariesKey} from '../keys.ts';
import {nameOf} from '../objects.ts';
import {fullNameOf} from './hosts.ts';
import type {Leg, Route} from './route.ts';

/** What a Canary's provider makes of the host that its users call. */
export type ProvidedHost = {
	readonly name: string;
	readonly namespace: string;
	readonly routes: readonly Route[];
	readonly provider: string;
};

/** Groups of APIs whose routes the proxies follow by themselves; Knative's become VirtualServices. */
const spoken: ReadonlySet<string> = new Set([
	'networking.istio.io',
	'gateway.networking.k8s.io',
	'serving.knative.dev',
]);

const isSpoken = ({apis}: Provider): boolean => apis.length > 0 && apis.every(({group}) => spoken.has(group));

/** The cluster as far as a router asks it which objects there are: it serves whatever the provider speaks. */
const clusterFor = ({apis}: Provider): Cluster =>
	({
		servedVersions: async (group: string) => apis.find((api) => api.group === group)?.versions ?? [],
	}) as Partial<Cluster> as Cluster;

type Legs = {readonly canary: number; readonly mirrored: number};

const legsOf = ({namespace, hosts}: CanaryModel, {canary, mirrored}: Legs): readonly Leg[] => {
	const to = (service: string, share: number, isMirror = false): Leg => ({
		destination: {service, namespace, subset: ''},
		share: share / 100,
		isMirror,
	});
	const split = canary === 0 ? [to(hosts.apex, 100)] : [to(hosts.primary, 100 - canary), to(hosts.canary, canary)];
	return mirrored === 0 ? split : [...split, to(hosts.canary, mirrored, true)];
};

/** Nobody but the checks reaches a canary without routes: a load test calls it as often as users call the Service. */
const loadTested: Legs = {canary: 0, mirrored: 100};

export type ProvidedParts = {
	readonly store: ReadableStore;
	readonly providers: readonly Provider[];
	/** Told of the Canary's host (`namespace/name`) whenever it differs; undefined once it has none. */
	readonly onHost: (canary: string, host: ProvidedHost | undefined) => void;
};

export class ProvidedRoutes {
	readonly #parts: ProvidedParts;
	readonly #canaries: Informer;
	readonly #informers = new Map<string, Informer>();
	/** What each Canary's router follows. */
	readonly #followed = new Map<string, {readonly model: CanaryModel; readonly parts: readonly RouteParts[]}>();

	constructor(parts: ProvidedParts) {
		this.#parts = parts;
		this.#canaries = followKind(parts.store, canariesKey);
		for (const canary of this.#canaries.all()) void this.#consider(canary);
		this.#canaries.onEvent(({type, object}) => {
			if (type === 'DELETED') this.#drop(nameOf(object));
			else void this.#consider(object);
		});
	}

	close(): void {
		this.#canaries.close();
		for (const informer of this.#informers.values()) informer.close();
	}

	#providerOf(canary: KubeObject): Provider | undefined {
		const name = at(canary, 'spec', 'provider');
		const found = this.#parts.providers.find(({names}) => names.some((one) => one === name));
		return found === undefined || isSpoken(found) ? undefined : found;
	}

	#drop(key: string): void {
		if (this.#followed.delete(key)) this.#parts.onHost(key, undefined);
	}

	async #consider(canary: KubeObject): Promise<void> {
		const key = nameOf(canary);
		const provider = this.#providerOf(canary);
		if (provider === undefined) {
			this.#drop(key);
			return;
		}

		// A status tells nothing of routes.
		if (this.#followed.get(key)?.model.generation === canary.metadata.generation) return;
		const {providers} = this.#parts;
		const model = toModel(canary, {meshProvider: 'istio', intervalMs: 60_000, speed: 1, providers});
		const parts = (await provider.router.parts(clusterFor(provider), model)) ?? [];
		if (this.#canaries.get(key)?.metadata.generation !== canary.metadata.generation) return;
		this.#followed.set(key, {model, parts});
		for (const {resource} of parts) this.#informerOf(resource);
		this.#tell(key);
	}

	#informerOf({group, plural}: Resource): Informer {
		const key = `${group}/${plural}`;
		const known = this.#informers.get(key);
		if (known !== undefined) return known;
		const informer = followKind(this.#parts.store, {group, plural});
		this.#informers.set(key, informer);
		informer.onEvent(({object}) => {
			for (const [canary, {model, parts}] of this.#followed) {
				const isMeant = parts.some((part) => part.resource.plural === plural && part.resource.group === group);
				if (isMeant && model.namespace === object.metadata.namespace) this.#tell(canary);
			}
		});
		return informer;
	}

	#objectsOf({namespace}: CanaryModel, {resource, names, keep}: RouteParts): ReadonlyArray<KubeObject | undefined> {
		const informer = this.#informerOf(resource);
		const kept = keep === undefined ? [] : [...informer.inNamespace(namespace)].filter((object) => keep(object));
		return [...names.map((name) => informer.get(`${namespace}/${name}`)), ...kept];
	}

	#tell(key: string): void {
		const canary = this.#canaries.get(key);
		const followed = this.#followed.get(key);
		const provider = canary && this.#providerOf(canary);
		if (followed === undefined || provider === undefined) return;
		const {model} = followed;
		const {namespace, hosts} = model;
		const legs = legsOf(model, this.#sharesOf(provider, followed));
		this.#parts.onHost(key, {
			name: fullNameOf({service: hosts.apex, namespace}),
			namespace,
			routes: [{conditions: [], legs}],
			provider: model.provider,
		});
	}

	#sharesOf(
		{router, capabilities}: Provider,
		{model, parts}: {readonly model: CanaryModel; readonly parts: readonly RouteParts[]},
	): Legs {
		if (capabilities.includes('routeless')) return loadTested;
		const [carrying = [], ...others] = parts.map((part) => this.#objectsOf(model, part));
		const around = {parts: others.flat().filter((object) => object !== undefined)};
		const read = carrying.map((object) => object && router.read(model, object, around));
		const known = read.filter((route) => route !== undefined);
		return {
			canary: Math.max(0, ...known.map(({canary}) => canary)),
			mirrored: Math.max(0, ...known.map(({mirrored = 0}) => mirrored)),
		};
	}
}
