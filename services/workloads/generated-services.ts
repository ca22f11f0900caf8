// The three Services of the managed shape: users' own (`apex`), and the two that routes point to.
import {isDeepStrictEqual} from 'node:util';
import type {CanaryModel} from '../../api/model.ts';
import type {ServiceModel} from '../../api/service-model.ts';
import type {Cluster, KubeObject, WriteOptions} from '../kubernetes/cluster.ts';
import {deployments, services} from '../kubernetes/resources.ts';
import {workloadsOf} from './index.ts';
import {defaultLabelling, selectorLabelOf, type Labelling} from './render.ts';
import {ensureOwned, type Wanted} from '../objects/owned.ts';
import {fluxDisabled} from '../objects/ownership.ts';
import {known, missing} from '../objects/rewrite.ts';
import {serviceSpec, templateOf, workloadSpec, type Labels, type ServiceSpec} from '../objects/shapes.ts';

type Port = {
	name: string;
	protocol: string;
	port: number;
	targetPort: number | string;
	appProtocol?: string;
	nodePort?: number;
};

const sidecars: ReadonlySet<string> = new Set(['istio-proxy', 'envoy']);

const mainPort = ({port, portName, targetPort, appProtocol}: ServiceModel): Port => ({
	name: portName,
	protocol: 'TCP',
	port,
	targetPort,
	...(appProtocol !== undefined && {appProtocol}),
});

/** With `portDiscovery`: the containers' other ports, sidecars' left out. */
const discoveredPorts = (service: ServiceModel, target: KubeObject): readonly Port[] => {
	if (!service.portDiscovery) return [];
	const main = mainPort(service);
	const found: Port[] = [];
	for (const container of templateOf(target).spec?.containers ?? []) {
		if (sidecars.has(container.name)) continue;
		for (const [index, {name, containerPort}] of (container.ports ?? []).entries()) {
			if (main.targetPort === containerPort || main.targetPort === name) continue;
			const portName = name === undefined || name === '' ? `tcp-${container.name}-${index}` : name;
			found.push({name: portName, protocol: 'TCP', port: containerPort, targetPort: containerPort});
		}
	}

	return found;
};

/** Which of the three, its name, and whose pods it selects. */
type Which = {readonly part: 'apex' | 'primary' | 'canary'; readonly name: string; readonly of: 'primary' | 'target'};

/** Ports as they are to be, with the node ports that the server gave out kept by name. */
const keepingNodePorts = (wanted: readonly Port[], present: ServiceSpec): Port[] =>
	wanted.map((port) => {
		const nodePort = present.ports?.find(({name}) => name === port.name)?.['nodePort'];
		return typeof nodePort === 'number' ? {...port, nodePort} : port;
	});

const byNumber = (ports: readonly {readonly port: number}[] = []): unknown[] => {
	// A server writes what is the default; we may not have.
	const defaulted = ports.map((port) => ({protocol: 'TCP', targetPort: port.port, ...port}));
	return defaulted.sort((a, b) => a.port - b.port);
};

/** Of a Service that is there selector and ports alone are ours to say; ports that mean the same are the same. */
const updated = (selector: Labels, wanted: readonly Port[], present: ServiceSpec): ServiceSpec => {
	const ports = keepingNodePorts(wanted, present);
	const isSame = isDeepStrictEqual(byNumber(present.ports), byNumber(ports));
	return {ports: isSame && present.ports !== undefined ? present.ports : ports, selector};
};

const wantedService = (model: CanaryModel, target: KubeObject, which: Which, labelling: Labelling): Wanted => {
	const {service} = model;
	const label = selectorLabelOf(target, labelling);
	const kind = model.target.kind.toLowerCase();
	if (label === undefined) throw new RangeError(`${kind} ${model.target.name} has no selector label`);
	if (service === undefined) throw new RangeError(`Canary ${model.name} has no spec.service`);
	const {key, value} = label;
	const selector = {[key]: which.of === 'primary' ? `${value}-primary` : value};
	const ports = [mainPort(service), ...discoveredPorts(service, target)];
	const {headless, trafficDistribution} = service;
	return {
		resource: services,
		name: which.name,
		labels: {...service[which.part].labels, [key]: which.name},
		annotations: {...service[which.part].annotations, ...fluxDisabled},
		spec: (present) =>
			present === undefined
				? {type: 'ClusterIP', ...(headless && {clusterIP: 'None'}), trafficDistribution, selector, ports}
				: updated(selector, ports, serviceSpec(present)),
		says: 'members',
	};
};

const ensureServices = async (
	cluster: Cluster,
	model: CanaryModel,
	which: readonly Which[],
	{labelling = defaultLabelling, ...options}: WriteOptions & {readonly labelling?: Labelling},
): Promise<void> => {
	const {namespace, target} = model;
	const {resource, sides} = workloadsOf(target) ?? {resource: deployments};
	if (sides !== undefined) return;
	const object = await known(cluster, resource, namespace, target.name, options.signal);
	if (object === undefined || workloadSpec(object).template === undefined) {
		throw missing(resource, target.name, namespace);
	}

	const wanted = which.map((one) => wantedService(model, object, one, labelling));
	await ensureOwned(cluster, model, wanted, options);
};

type Options = WriteOptions & {readonly labelling?: Labelling};

/**
 * Makes or mends `{apex}-canary` and `{apex}-primary`, which nobody calls yet. Throws Taken when another controller owns
 * one, ApiError 404 without the target, RangeError without a selector label (which the survey reports beforehand). A
 * kind with sides needs no Services.
 */
export const ensureBackingServices = (cluster: Cluster, model: CanaryModel, options: Options): Promise<void> =>
	ensureServices(
		cluster,
		model,
		[
			{part: 'canary', name: model.hosts.canary, of: 'target'},
			{part: 'primary', name: model.hosts.primary, of: 'primary'},
		],
		options,
	);

/**
 * Makes `{apex}`, or points the one that users call already to the primary's pods. Only to be called once the primary is
 * ready, for its callers move with it. Throws as `ensureBackingServices` does.
 */
export const ensureApexService = (cluster: Cluster, model: CanaryModel, options: Options): Promise<void> =>
	ensureServices(cluster, model, [{part: 'apex', name: model.hosts.apex, of: 'primary'}], options);
