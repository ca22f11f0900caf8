// The endpoints controllers: the ready pods behind each service, in Endpoints and in an EndpointSlice.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {KindKey} from '../../api/types.ts';
import type {Informer} from '../informer.ts';
import {endpointsKey, endpointSlicesKey} from '../keys.ts';
import {
	controllerReference,
	isEqual,
	isReady,
	isSelected,
	nameOf,
	specOf,
	type Container,
	type Labels,
} from '../objects.ts';
import {createQueue} from '../work-queue.ts';
import type {ControllerParts} from './parts.ts';

const BY = 'endpoint-controller';

type ServicePort = {
	readonly name?: string;
	readonly port: number;
	readonly protocol?: string;
	readonly targetPort?: number | string;
};

type ServiceSpec = {readonly selector?: Labels; readonly ports?: readonly ServicePort[]};

type Port = {readonly name?: string; readonly port: number; readonly protocol: string};

/** The pods that a service selects and that have an address, in order of name. */
const podsOf = (service: KubeObject, pods: Informer): readonly KubeObject[] => {
	const {selector = {}} = specOf<ServiceSpec>(service);
	return [...pods.inNamespace(service.metadata.namespace ?? '')]
		.filter((pod) => isSelected(selector, pod.metadata.labels ?? {}) && pod.status?.['podIP'] !== undefined)
		.sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
};

const portsOf = (service: KubeObject, pod: KubeObject | undefined): readonly Port[] => {
	const {containers = []} = specOf<{readonly containers?: readonly Container[]}>(pod ?? service);
	const named = new Map(
		containers.flatMap(({ports = []}) => ports.map(({name, containerPort}) => [name, containerPort] as const)),
	);
	return (specOf<ServiceSpec>(service).ports ?? []).flatMap(({name, port, protocol = 'TCP', targetPort = port}) => {
		const number = typeof targetPort === 'number' ? targetPort : named.get(targetPort);
		return number === undefined ? [] : [{...(name !== undefined && {name}), port: number, protocol}];
	});
};

const addressOf = ({metadata, spec, status}: KubeObject): Record<string, unknown> => ({
	ip: status?.['podIP'],
	nodeName: spec?.['nodeName'],
	targetRef: {kind: 'Pod', name: metadata.name, namespace: metadata.namespace, uid: metadata.uid},
});

const endpointsFor = (service: KubeObject, pods: readonly KubeObject[]): KubeObject => {
	const {name, namespace = '', labels = {}} = service.metadata;
	const addresses = pods.filter((pod) => isReady(pod)).map((pod) => addressOf(pod));
	const notReadyAddresses = pods.filter((pod) => !isReady(pod)).map((pod) => addressOf(pod));
	const subset = {
		...(addresses.length > 0 && {addresses}),
		...(notReadyAddresses.length > 0 && {notReadyAddresses}),
		ports: portsOf(service, pods[0]),
	};
	return {
		apiVersion: 'v1',
		kind: 'Endpoints',
		metadata: {name, namespace, labels: {...labels, 'endpoints.kubernetes.io/managed-by': BY}},
		...(pods.length > 0 && {subsets: [subset]}),
	};
};

const sliceFor = (service: KubeObject, pods: readonly KubeObject[]): KubeObject => {
	const {name, namespace = '', labels = {}} = service.metadata;
	const managed = {
		'kubernetes.io/service-name': name,
		'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
	};
	return {
		apiVersion: 'discovery.k8s.io/v1',
		kind: 'EndpointSlice',
		metadata: {
			name: `${name}-sandbox`,
			namespace,
			labels: {...labels, ...managed},
			ownerReferences: [controllerReference(service)],
		},
		addressType: 'IPv4',
		endpoints: pods.map((pod) => {
			const {ip, nodeName, targetRef} = addressOf(pod);
			const ready = isReady(pod);
			const terminating = pod.metadata.deletionTimestamp !== undefined;
			return {addresses: [ip], conditions: {ready, serving: ready, terminating}, nodeName, targetRef};
		}),
		ports: portsOf(service, pods[0]),
	};
};

/** Starts the controllers; they work whenever a service or a pod that it selects changes. */
export const startEndpoints = (parts: ControllerParts, services: Informer, pods: Informer): (() => void) => {
	const {store, clock, log} = parts;
	const place = (key: KindKey, object: KubeObject): void => {
		const {namespace, name} = object.metadata;
		const known = store.get(key, namespace, name);
		if (known === undefined) {
			store.create(key, object, BY);
			return;
		}

		const {subsets: _subsets, endpoints: _endpoints, ports: _ports, ...kept} = known;
		const {metadata: _metadata, ...content} = object;
		const next = {...kept, ...content, metadata: {...known.metadata, labels: object.metadata.labels ?? {}}};
		if (!isEqual(next, known)) store.update(key, next, BY);
	};

	const queue = createQueue({
		clock,
		log,
		controller: BY,
		reconcile(name) {
			const service = services.get(name);
			const {selector = {}} = specOf<ServiceSpec>(service ?? ({} as KubeObject));
			if (service === undefined || service.metadata.deletionTimestamp !== undefined) return;
			if (Object.keys(selector).length === 0) return;
			const selected = podsOf(service, pods);
			place(endpointsKey, endpointsFor(service, selected));
			place(endpointSlicesKey, sliceFor(service, selected));
		},
	});

	services.onEvent(({type, object}) => {
		if (type !== 'DELETED') queue.add(nameOf(object));
		else if (store.get(endpointsKey, object.metadata.namespace, object.metadata.name) !== undefined) {
			store.remove(endpointsKey, object.metadata.namespace, object.metadata.name, BY);
		}
	});
	pods.onEvent(({object}) => {
		for (const service of services.inNamespace(object.metadata.namespace ?? '')) {
			const {selector = {}} = specOf<ServiceSpec>(service);
			if (isSelected(selector, object.metadata.labels ?? {})) queue.add(nameOf(service));
		}
	});
	for (const service of services.all()) queue.add(nameOf(service));
	return () => queue.stop();
};
