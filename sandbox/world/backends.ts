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
	/** Of Knative. */
	readonly revision: string | undefined;
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

/** What is known of a destination; without a selector no pod can be meant. */
type Found = {
	readonly destination: Destination;
	readonly selector: Labels | undefined;
	readonly backends: readonly Backend[];
};

/** True for a destination, by its key, that a change may concern. */
export type Concerned = (key: string) => boolean;

export const destinationKey = ({service, namespace, subset, port}: Destination): string =>
	`${namespace}/${service}/${subset}/${port ?? ''}`;

/** Finds backends and remembers them until something changes. */
export class Backends {
	readonly #sources: BackendSources;
	readonly #known = new Map<string, Found>();

	constructor(sources: BackendSources) {
		this.#sources = sources;
	}

	/** Whom a change of a pod concerns; nobody, as long as it serves neither before nor after. */
	concernedByPod(before: KubeObject | undefined, after: KubeObject | undefined): Concerned | undefined {
		const serving = [before, after].filter((pod) => pod !== undefined && isReady(pod)) as readonly KubeObject[];
		if (serving.length === 0) return undefined;
		return this.#concerned(({destination, selector}) =>
			serving.some(
				({metadata: {namespace, labels = {}}}) =>
					namespace === destination.namespace && selector !== undefined && isSelected(selector, labels),
			),
		);
	}

	concernedByService({metadata}: KubeObject): Concerned {
		return this.#concerned(
			({destination}) => destination.service === metadata.name && destination.namespace === metadata.namespace,
		);
	}

	concernedByRule(): Concerned {
		return this.#concerned(({destination}) => destination.subset !== '');
	}

	/** To be called after a change of services, pods or DestinationRules. */
	forget(isConcerned: Concerned): void {
		for (const key of this.#known.keys()) if (isConcerned(key)) this.#known.delete(key);
	}

	of(destination: Destination, key = destinationKey(destination)): readonly Backend[] {
		const known = this.#known.get(key) ?? this.#find(destination);
		this.#known.set(key, known);
		return known.backends;
	}

	/** True while the service is there, with the port that is asked for; whether pods answer is another matter. */
	hasService({namespace, service, port}: Destination): boolean {
		const found = this.#sources.services.get(`${namespace}/${service}`);
		return found !== undefined && hasPort(found, port);
	}

	/** Who was never asked for may be concerned by anything. */
	#concerned(isMeant: (found: Found) => boolean): Concerned {
		return (key) => {
			const found = this.#known.get(key);
			return found === undefined || isMeant(found);
		};
	}

	#find(destination: Destination): Found {
		const selector = this.#selectorOf(destination);
		if (selector === undefined) return {destination, selector, backends: []};
		const backends = [...this.#sources.pods.inNamespace(destination.namespace)]
			.filter((pod) => isSelected(selector, pod.metadata.labels ?? {}) && isReady(pod))
			.map((pod) => this.backendOf(pod))
			.sort((left, right) => (left.uid < right.uid ? -1 : 1));
		return {destination, selector, backends};
	}

	#selectorOf(destination: Destination): Labels | undefined {
		const service = this.#sources.services.get(`${destination.namespace}/${destination.service}`);
		const subset = destination.subset === '' ? {} : this.#subset(destination);
		if (service === undefined || subset === undefined || !hasPort(service, destination.port)) return undefined;
		const {selector = {}} = specOf<ServiceSpec>(service);
		return Object.keys(selector).length === 0 ? undefined : {...selector, ...subset};
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
			revision: labels['serving.knative.dev/revision'],
			behaviour: this.#sources.kubelet.behaviourOf(pod),
			readySince: this.#sources.kubelet.readySince(pod),
		};
	}
}
