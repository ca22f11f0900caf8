// Which routes a request meets, by its host and where it comes from: VirtualServices, HTTPRoutes, plain Services.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {WatchEvent} from '../../api/types.ts';
import type {Informer} from '../informer.ts';
import {nameOf} from '../objects.ts';
import {fullNameOf, namesOf, serviceOf, suffixOf} from './hosts.ts';
import {byRank, httpRouteHosts, httpRoutesOf, type ParentRef, type RankedRoute} from './http-routes.ts';
import {acceptance} from './parents.ts';
import {countedBy, countedFor, type RowName} from '../series.ts';
import type {ProvidedHost} from './provided.ts';
import type {Incoming, Route, Source} from './route.ts';
import {hostsOf, reachOf, routesOf} from './virtual-services.ts';

/** A host with its routes, the first of which that takes a request has it. */
export type Host = {
	readonly name: string;
	readonly namespace: string;
	readonly routes: readonly Route[];
	/** What the visitors of this host ask for. */
	readonly visit: Incoming;
	/** Who counts its requests. */
	readonly counted: readonly RowName[];
};

export type RouteKind = 'virtualServices' | 'httpRoutes' | 'gateways';

type Hosts = Map<string, Host>;

/** A host with what its visitors ask for, who come through a gateway or are pods. */
const hostOf = (
	routed: Pick<Host, 'name' | 'namespace' | 'routes'>,
	from: Source['kind'],
	counted: readonly RowName[],
): Host => {
	const {name, namespace} = routed;
	const source: Source =
		from === 'gateway' ? {kind: 'gateway'} : {kind: 'pod', namespace, workload: 'sandbox-visitors', labels: {}};
	const visit = {source, method: 'GET', host: name, path: '/', query: '', headers: {}};
	return {...routed, visit, counted};
};

/** Routes as the proxies know them. A change counts from `apply` on. */
export class RouteTable {
	readonly #services: Informer;
	readonly #objects: Readonly<Record<RouteKind, Map<string, KubeObject>>> = {
		virtualServices: new Map(),
		httpRoutes: new Map(),
		gateways: new Map(),
	};
	readonly #provided = new Map<string, ProvidedHost>();
	#mesh: Hosts = new Map();
	#gateway: Hosts = new Map();

	constructor(services: Informer) {
		this.#services = services;
	}

	apply(kind: RouteKind, {type, object}: WatchEvent): void {
		const objects = this.#objects[kind];
		if (type === 'DELETED') objects.delete(nameOf(object));
		else objects.set(nameOf(object), object);
		this.#rebuild();
	}

	/** Sets the host that a Canary's provider routes by itself, or takes it away. */
	provide(canary: string, host: ProvidedHost | undefined): void {
		if (host === undefined) this.#provided.delete(canary);
		else this.#provided.set(canary, host);
		this.#rebuild();
	}

	/** The hosts that routes name, each once: those are visited. */
	routed(): readonly Host[] {
		return [...new Map([...this.#gateway, ...this.#mesh]).values()];
	}

	/** The names that the gateway's port answers to, for people. */
	names(): readonly string[] {
		const services = [...this.#services.all()].map(({metadata}) => `${metadata.name}.${metadata.namespace ?? ''}`);
		const routed = [...this.#gateway.keys()].filter((name) => !name.endsWith('.svc.cluster.local'));
		return [...new Set([...routed, ...services])].sort();
	}

	/** The host that a request asks for; undefined when nobody knows it. */
	find({source, host}: Incoming): Host | undefined {
		const namespace = source.kind === 'pod' ? source.namespace : undefined;
		const names = namesOf(host, namespace);
		// A gateway's port here stands in for a pod, too: what no gateway routes is asked as a pod would.
		const tables = source.kind === 'gateway' ? [this.#gateway, this.#mesh] : [this.#mesh];
		for (const table of tables) {
			// Outside names are a gateway's matter alone.
			if (source.kind === 'gateway' && table === this.#mesh && serviceOf(host, '') === undefined) break;
			const found = named(table, names) ?? wild(table, host);
			if (found !== undefined) return found;
		}

		return this.#plain(host, namespace);
	}

	#plain(host: string, namespace: string | undefined): Host | undefined {
		const service = serviceOf(host, namespace ?? '');
		if (service === undefined || this.#services.get(`${service.namespace}/${service.service}`) === undefined) {
			return undefined;
		}

		const name = fullNameOf(service);
		const leg = {destination: {...service, subset: ''}, share: 1, isMirror: false};
		const routes = [{conditions: [], legs: [leg]}];
		return hostOf({name, namespace: service.namespace, routes}, 'pod', countedBy.service);
	}

	#takes(route: KubeObject, parent: ParentRef): boolean {
		const {gateways} = this.#objects;
		// A Service that is a parent need not be there: nobody resolves its name then.
		if (parent.kind === 'Service') return true;
		return acceptance(route, parent, {gateway: (name) => gateways.get(name), service: () => undefined}).holds;
	}

	#rebuild(): void {
		const [mesh, gateway]: [Hosts, Hosts] = [new Map(), new Map()];
		const {virtualServices, httpRoutes} = this.#objects;
		for (const virtualService of virtualServices.values()) {
			const routes = routesOf(virtualService, (name) => virtualServices.get(name));
			const reach = reachOf(virtualService);
			for (const name of hostsOf(virtualService)) {
				// The first VirtualService of a host has it, as the oldest one does in Istio.
				const named = {name, namespace: virtualService.metadata.namespace ?? '', routes};
				if (reach.mesh) put(mesh, hostOf(named, 'pod', countedBy.virtualService));
				if (reach.gateway) put(gateway, hostOf(named, 'gateway', countedBy.virtualService));
			}
		}

		const ranked = {mesh: new Map<string, RankedRoute[]>(), gateway: new Map<string, RankedRoute[]>()};
		for (const object of httpRoutes.values()) {
			const hosts = httpRouteHosts(object, (parent) => this.#takes(object, parent));
			for (const kind of ['mesh', 'gateway'] as const) {
				const table = kind === 'mesh' ? mesh : gateway;
				for (const name of hosts[kind]) {
					// All HTTPRoutes of a host share it: the most particular match of them all has the request.
					const known = ranked[kind].get(name);
					if (known === undefined && table.has(name)) continue;
					const all = [...(known ?? []), ...httpRoutesOf(object)].sort(byRank);
					ranked[kind].set(name, all);
					table.delete(name);
					const {namespace = ''} = object.metadata;
					const named = {name, namespace, routes: all.map(({route}) => route)};
					put(table, hostOf(named, kind === 'mesh' ? 'pod' : 'gateway', countedBy.httpRoute));
				}
			}
		}

		for (const {provider, ...routed} of this.#provided.values()) {
			put(mesh, hostOf(routed, 'pod', countedFor(provider)));
		}

		this.#mesh = mesh;
		this.#gateway = gateway;
	}
}

const put = (hosts: Hosts, host: Host): void => {
	if (!hosts.has(host.name)) hosts.set(host.name, host);
};

const named = (hosts: Hosts, names: readonly string[]): Host | undefined => {
	for (const name of names) {
		const found = hosts.get(name);
		if (found !== undefined) return found;
	}

	return undefined;
};

/** The longest wildcard that the host ends with. */
const wild = (hosts: Hosts, host: string): Host | undefined =>
	[...hosts.values()]
		.filter(({name}) => {
			const suffix = suffixOf(name);
			return suffix !== undefined && host.endsWith(suffix);
		})
		.sort((left, right) => right.name.length - left.name.length)[0];
