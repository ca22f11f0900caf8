// Who answers for a destination: the ready pods of its service, by workload.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Behaviour} from './behaviour.ts';
import type {Informer} from './informer.ts';
import {controllerOf, isReady, isSelected, specOf, type Labels} from './objects.ts';
import {serviceOf} from './routing/hosts.ts';
import type {Destination} from './routing/route.ts';
import {TEMPLATE_HASH} from './workloads/revisions.ts';
import type {Kubelet} from './workloads/pods.ts';

export type Backend = {
	readonly uid: string;
	readonly pod: KubeObject;
	readonly workload: string;
	readonly namespace: string;
	readonly app: string;
	readonly version: string;
	readonly behaviour: Behaviour;
	readonly readySince: number | undefined;
};

export type BackendSources = {
	readonly services: Informer;
	readonly pods: Informer;
	readonly destinationRules: Informer;
	readonly kubelet: Pick<Kubelet, 'readySince' | 'behaviourOf'>;
};

/** The pod's workload as Istio derives it: the owner's name, for a ReplicaSet without its hash. */
export const workloadOf = (pod: KubeObject): string => {
	const owner = controllerOf(pod)?.name ?? pod.metadata.name;
	const suffix = `-${pod.metadata.labels?.[TEMPLATE_HASH] ?? ''}`;
	return suffix !== '-' && owner.endsWith(suffix) ? owner.slice(0, -suffix.length) : owner;
};

type Subset = {readonly name?: string; readonly labels?: Labels};

type ServiceSpec = {readonly selector?: Labels; readonly ports?: ReadonlyArray<{readonly port: number}>};

/** True when a service has the port, and when none is asked for. */
export const hasPort = (service: KubeObject, port: number | undefined): boolean =>
	port === undefined || (specOf<ServiceSpec>(service).ports ?? []).some((one) => one.port === port);

/** Finds backends and remembers them until something changes. */
export class Backends {
	readonly #sources: BackendSources;
	readonly #known = new Map<string, readonly Backend[]>();

	constructor(sources: BackendSources) {
		this.#sources = sources;
	}

	/** To be called after any change of services, pods or DestinationRules. */
	invalidate(): void {
		this.#known.clear();
	}

	of(destination: Destination): readonly Backend[] {
		const {service, namespace, subset, port = ''} = destination;
		const key = `${namespace}/${service}/${subset}/${port}`;
		const known = this.#known.get(key) ?? this.#find(destination);
		this.#known.set(key, known);
		return known;
	}

	#find(destination: Destination): readonly Backend[] {
		const {services, pods} = this.#sources;
		const service = services.get(`${destination.namespace}/${destination.service}`);
		const subset = destination.subset === '' ? {} : this.#subset(destination);
		if (service === undefined || subset === undefined || !hasPort(service, destination.port)) return [];
		const selector = {...specOf<ServiceSpec>(service).selector};
		if (Object.keys(selector).length === 0) return [];
		return [...pods.inNamespace(destination.namespace)]
			.filter((pod) => isReady(pod) && isSelected({...selector, ...subset}, pod.metadata.labels ?? {}))
			.map((pod) => this.backendOf(pod))
			.sort((left, right) => (left.uid < right.uid ? -1 : 1));
	}

	#subset({service, namespace, subset}: Destination): Labels | undefined {
		for (const rule of this.#sources.destinationRules.all()) {
			const {host = '', subsets = []} = specOf<{readonly host?: string; readonly subsets?: readonly Subset[]}>(rule);
			const target = serviceOf(host, rule.metadata.namespace ?? '');
			if (target?.service !== service || target.namespace !== namespace) continue;
			const found = subsets.find(({name}) => name === subset);
			if (found !== undefined) return found.labels ?? {};
		}

		return undefined;
	}

	/** A pod as one that answers, whether or not it is ready. */
	backendOf(pod: KubeObject): Backend {
		const {uid = '', namespace = '', labels = {}} = pod.metadata;
		const workload = workloadOf(pod);
		return {
			uid,
			pod,
			workload,
			namespace,
			app: labels['app'] ?? labels['app.kubernetes.io/name'] ?? workload,
			version: labels['version'] ?? 'unknown',
			behaviour: this.#sources.kubelet.behaviourOf(pod),
			readySince: this.#sources.kubelet.readySince(pod),
		};
	}
}
