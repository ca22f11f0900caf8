// The three Services of the managed shape: users' own (`apex`), and the two that routes point to.
import {isDeepStrictEqual} from 'node:util';
import type {CanaryModel} from '../../api/model.ts';
import {at, isBag} from '../../api/reading.ts';
import type {Cluster, KubeObject, Operation, WriteOptions} from '../kubernetes/cluster.ts';
import {deployments, services} from '../kubernetes/resources.ts';
import {workloadsOf} from '../workloads/index.ts';
import {assertFree, fluxDisabled, isOurs, ownerOf} from './ownership.ts';
import {defaultLabelling, selectorLabelOf, type Labelling} from '../workloads/render.ts';
import {known, makeIfAbsent, missing, rewrite} from './rewrite.ts';
import {
	workloadSpec,
	pointerStep,
	serviceSpec,
	templateOf,
	withoutNulls,
	type Labels,
	type ServiceSpec,
} from './shapes.ts';

type Port = {
	name: string;
	protocol: string;
	port: number;
	targetPort: number | string;
	appProtocol?: string;
	nodePort?: number;
};

const sidecars: ReadonlySet<string> = new Set(['istio-proxy', 'envoy']);

const isPort = (value: unknown): value is number | string =>
	(typeof value === 'number' && value !== 0) || (typeof value === 'string' && value !== '' && value !== '0');

const mainPort = (model: CanaryModel): Port => {
	const {port, portName, targetPort, appProtocol} = model.service ?? {};
	const number = typeof port === 'number' ? port : Number(port);
	return {
		name: typeof portName === 'string' && portName !== '' ? portName : 'http',
		protocol: 'TCP',
		port: number,
		targetPort: isPort(targetPort) ? targetPort : number,
		...(typeof appProtocol === 'string' && appProtocol !== '' && {appProtocol}),
	};
};

/** With `portDiscovery`: the containers' other ports, sidecars' left out. */
const discoveredPorts = (model: CanaryModel, target: KubeObject): readonly Port[] => {
	if (model.service?.['portDiscovery'] !== true) return [];
	const main = mainPort(model);
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

const stringMap = (value: unknown): Labels =>
	Object.fromEntries(
		Object.entries(isBag(value) ? value : {}).filter(
			(entry): entry is [string, string] => typeof entry[1] === 'string',
		),
	);

/** Which of the three, its name, and whose pods it selects. */
type Which = {readonly part: 'apex' | 'primary' | 'canary'; readonly name: string; readonly of: 'primary' | 'target'};

const serviceObject = (model: CanaryModel, target: KubeObject, which: Which, labelling: Labelling): KubeObject => {
	const selector = selectorLabelOf(target, labelling);
	if (selector === undefined)
		throw new RangeError(`${model.target.kind.toLowerCase()} ${model.target.name} has no selector label`);
	const {key, value} = selector;
	const custom = model.service?.[which.part];
	const {headless, trafficDistribution} = model.service ?? {};
	return withoutNulls<KubeObject>({
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {
			name: which.name,
			namespace: model.namespace,
			labels: {...stringMap(at(custom, 'labels')), [key]: which.name},
			annotations: {...stringMap(at(custom, 'annotations')), ...fluxDisabled},
			ownerReferences: [ownerOf(model)],
		},
		spec: {
			type: 'ClusterIP',
			clusterIP: headless === true ? 'None' : undefined,
			trafficDistribution,
			selector: {[key]: which.of === 'primary' ? `${value}-primary` : value},
			ports: [mainPort(model), ...discoveredPorts(model, target)],
		},
	});
};

/** Ports as they are to be, with the node ports that the server gave out kept by name. */
const keepingNodePorts = (wanted: ServiceSpec, present: ServiceSpec): Port[] =>
	(wanted.ports as Port[]).map((port) => {
		const nodePort = present.ports?.find(({name}) => name === port.name)?.['nodePort'];
		return typeof nodePort === 'number' ? {...port, nodePort} : port;
	});

const byNumber = (ports: readonly {readonly port: number}[] = []): unknown[] => {
	// A server writes what is the default; we may not have.
	const defaulted = ports.map((port) => ({protocol: 'TCP', targetPort: port.port, ...port}));
	return defaulted.sort((a, b) => a.port - b.port);
};

const adding = (field: 'labels' | 'annotations', present: Labels | undefined, wanted: Labels = {}): Operation[] => {
	const lacking = Object.entries(wanted).filter(([key, value]) => present?.[key] !== value);
	if (lacking.length === 0) return [];
	if (present === undefined) return [{op: 'add', path: `/metadata/${field}`, value: wanted}];
	return lacking.map(([key, value]) => ({op: 'add', path: `/metadata/${field}/${pointerStep(key)}`, value}));
};

/**
 * Selector and ports follow the canary; labels and annotations are added on our own Services only, so that what others
 * put there stays; a user's own apex Service that we take over keeps all else but is marked for Flux.
 */
const updating = (model: CanaryModel, wanted: KubeObject, present: KubeObject): Operation[] => {
	assertFree(model, present);
	const [spec, presentSpec] = [serviceSpec(wanted), serviceSpec(present)];
	const ports = keepingNodePorts(spec, presentSpec);
	const changes: Operation[] = [];
	if (!isDeepStrictEqual(byNumber(presentSpec.ports), byNumber(ports))) {
		changes.push({op: 'add', path: '/spec/ports', value: ports});
	}

	if (!isDeepStrictEqual(presentSpec.selector, spec.selector)) {
		changes.push({op: 'add', path: '/spec/selector', value: spec.selector});
	}

	const {labels, annotations} = wanted.metadata;
	if (isOurs(model, present)) {
		changes.push(...adding('labels', present.metadata.labels, labels));
		changes.push(...adding('annotations', present.metadata.annotations, annotations));
	} else if (changes.length > 0) {
		changes.push(...adding('annotations', present.metadata.annotations, fluxDisabled));
	}

	if (changes.length === 0) return [];
	return [{op: 'test', path: '/metadata/resourceVersion', value: present.metadata.resourceVersion}, ...changes];
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

	for (const one of which) {
		const wanted = serviceObject(model, object, one, labelling);
		const {made} = await makeIfAbsent(cluster, services, wanted, options);
		if (made) continue;
		const at = {namespace, name: one.name};
		await rewrite(cluster, services, at, (present) => updating(model, wanted, present), options);
	}
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
