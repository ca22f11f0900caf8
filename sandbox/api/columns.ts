// The columns that a real server prints for built-in kinds.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {ageOf} from './ages.ts';
import {isRecord, listOf, recordOf, shown, valueAt, type Json} from './json.ts';
import {podRow} from './pod-columns.ts';

export type Column = {
	readonly name: string;
	readonly type: string;
	readonly priority: number;
	readonly format?: string;
};

/** How a kind is printed: `*` after a name means only with `-o wide`, `#` that the cells are numbers. */
export type Layout = {
	readonly columns: readonly Column[];
	readonly cells: (object: KubeObject, now: number) => readonly unknown[];
};

const column = (name: string): Column => ({
	name: name.replaceAll(/[*#]/gu, ''),
	type: name.includes('#') ? 'integer' : 'string',
	priority: name.includes('*') ? 1 : 0,
	...(name === 'Name' && {format: 'name'}),
});

const layout = (columns: string, cells: Layout['cells']): Layout => ({
	columns: columns.split(',').map((name) => column(name)),
	cells: (object, now) => [object.metadata.name, ...cells(object, now)],
});

const born = (object: KubeObject, now: number): string => ageOf(object.metadata.creationTimestamp, now);
const text = (value: unknown, otherwise = '<none>'): string =>
	typeof value === 'string' && value !== '' ? value : otherwise;
const count = (object: KubeObject, path: string): number => Number(valueAt(object, path) ?? 0);

const containers = (object: KubeObject, field: string): string =>
	listOf(valueAt(object, 'spec.template.spec.containers'))
		.map((container) => text(recordOf(container)[field], ''))
		.join(',');

const pairs = (labels: unknown): string =>
	Object.entries(recordOf(labels))
		.sort(([left], [right]) => (left < right ? -1 : 1))
		.map(([name, value]) => `${name}=${String(value)}`)
		.join(',');

const matchLabels = (object: KubeObject): string => text(pairs(valueAt(object, 'spec.selector.matchLabels')));
const template = (object: KubeObject): readonly unknown[] => [
	containers(object, 'name'),
	containers(object, 'image'),
	matchLabels(object),
];

const servicePort = (item: unknown): string => {
	const {port, nodePort, protocol = 'TCP'} = recordOf(item);
	return `${shown(port)}${nodePort === undefined ? '' : `:${shown(nodePort)}`}/${shown(protocol)}`;
};

const externalIp = ({spec = {}, status = {}}: KubeObject): string => {
	if (spec['type'] === 'ExternalName') return text(spec['externalName']);
	const ingress = listOf(recordOf(status['loadBalancer'])['ingress']).map((one) => recordOf(one));
	const addresses = ingress.map(({ip, hostname}) => text(ip ?? hostname, ''));
	if (spec['type'] === 'LoadBalancer' && addresses.length === 0) return '<pending>';
	return text([...addresses, ...listOf(spec['externalIPs'])].join(','));
};

const metricTarget = (metric: unknown, current: unknown): string => {
	const source = Object.values(recordOf(metric)).find((value) => isRecord(value));
	const {name, target} = recordOf(source);
	const {averageUtilization, averageValue, value} = recordOf(target);
	const known = recordOf(recordOf(Object.values(recordOf(current)).find((one) => isRecord(one)))['current']);
	const isUtilization = averageUtilization !== undefined;
	const wanted = isUtilization ? `${shown(averageUtilization)}%` : text(averageValue ?? value, '<unknown>');
	const used = isUtilization ? known['averageUtilization'] : (known['averageValue'] ?? known['value']);
	const now = used === undefined ? '<unknown>' : `${shown(used)}${isUtilization ? '%' : ''}`;
	return `${text(name, '')}${name === undefined ? '' : ': '}${now}/${wanted}`;
};

const autoscalerTargets = ({spec = {}, status = {}}: KubeObject): string => {
	const current = listOf(status['currentMetrics']);
	const targets = listOf(spec['metrics']).map((metric, index) => metricTarget(metric, current[index]));
	return text(targets.join(', '));
};

const eventCells = (object: KubeObject, now: number): readonly unknown[] => {
	const about = recordOf(object['involvedObject']);
	const source = recordOf(object['source']);
	const first = object['firstTimestamp'] ?? object['eventTime'];
	const last = object['lastTimestamp'] ?? object['eventTime'] ?? first;
	const from = [source['component'] ?? object['reportingComponent'], source['host']].filter(Boolean).join(', ');
	return [
		ageOf(last, now),
		object['type'],
		object['reason'],
		`${text(about['kind'], '').toLowerCase()}/${text(about['name'], '')}`,
		text(about['fieldPath'], ''),
		from,
		text(object['message'], '').trim(),
		ageOf(first, now),
		Number(object['count'] ?? 1),
		object.metadata.name,
	];
};

const nodeAddress = (object: KubeObject, type: string): string => {
	const addresses = listOf(object.status?.['addresses']).map((one) => recordOf(one));
	return text(addresses.find((one) => one['type'] === type)?.['address']);
};

const nodeCells = (object: KubeObject, now: number): readonly unknown[] => {
	const ready = listOf(object.status?.['conditions']).find((one) => recordOf(one)['type'] === 'Ready');
	const info = recordOf(object.status?.['nodeInfo']);
	const state = recordOf(ready)['status'] === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady';
	const prefix = 'node-role.kubernetes.io/';
	const roles = Object.keys(object.metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
	return [
		state,
		text(roles.map((role) => role.slice(prefix.length)).join(',')),
		born(object, now),
		info['kubeletVersion'],
		nodeAddress(object, 'InternalIP'),
		nodeAddress(object, 'ExternalIP'),
		text(info['osImage'], '<unknown>'),
		text(info['kernelVersion'], '<unknown>'),
		text(info['containerRuntimeVersion'], '<unknown>'),
	];
};

const replicaCells = (object: KubeObject, now: number): readonly unknown[] => [
	count(object, 'spec.replicas'),
	count(object, 'status.replicas'),
	count(object, 'status.readyReplicas'),
	born(object, now),
	...template(object),
];

const slicePorts = (object: KubeObject): string =>
	text(
		listOf(object['ports'])
			.map((port) => String(recordOf(port)['port']))
			.join(','),
		'<unset>',
	);

const sliceAddresses = (object: KubeObject): string =>
	text(
		listOf(object['endpoints'])
			.flatMap((endpoint) => listOf(recordOf(endpoint)['addresses']).map(String))
			.join(','),
		'<unset>',
	);

const layouts: Readonly<Record<string, Layout>> = {
	pods: layout('Name,Ready,Status,Restarts,Age,IP*,Node*,Nominated Node*,Readiness Gates*', podRow),
	deployments: layout('Name,Ready,Up-to-date#,Available#,Age,Containers*,Images*,Selector*', (object, now) => [
		`${count(object, 'status.readyReplicas')}/${count(object, 'spec.replicas')}`,
		count(object, 'status.updatedReplicas'),
		count(object, 'status.availableReplicas'),
		born(object, now),
		...template(object),
	]),
	replicasets: layout('Name,Desired#,Current#,Ready#,Age,Containers*,Images*,Selector*', replicaCells),
	replicationcontrollers: layout('Name,Desired#,Current#,Ready#,Age,Containers*,Images*,Selector*', replicaCells),
	statefulsets: layout('Name,Ready,Age,Containers*,Images*', (object, now) => [
		`${count(object, 'status.readyReplicas')}/${count(object, 'spec.replicas')}`,
		born(object, now),
		...template(object).slice(0, 2),
	]),
	daemonsets: layout(
		'Name,Desired#,Current#,Ready#,Up-to-date#,Available#,Node Selector,Age,Containers*,Images*,Selector*',
		(object, now) => [
			count(object, 'status.desiredNumberScheduled'),
			count(object, 'status.currentNumberScheduled'),
			count(object, 'status.numberReady'),
			count(object, 'status.updatedNumberScheduled'),
			count(object, 'status.numberAvailable'),
			text(pairs(valueAt(object, 'spec.template.spec.nodeSelector'))),
			born(object, now),
			...template(object),
		],
	),
	services: layout('Name,Type,Cluster-IP,External-IP,Port(s),Age,Selector*', (object, now) => [
		object.spec?.['type'],
		text(object.spec?.['clusterIP']),
		externalIp(object),
		text(
			listOf(object.spec?.['ports'])
				.map((port) => servicePort(port))
				.join(','),
		),
		born(object, now),
		text(pairs(object.spec?.['selector'])),
	]),
	horizontalpodautoscalers: layout('Name,Reference,Targets,MinPods,MaxPods,Replicas#,Age', (object, now) => [
		['kind', 'name'].map((field) => shown(valueAt(object, `spec.scaleTargetRef.${field}`))).join('/'),
		autoscalerTargets(object),
		String(count(object, 'spec.minReplicas')),
		String(count(object, 'spec.maxReplicas')),
		count(object, 'status.currentReplicas'),
		born(object, now),
	]),
	namespaces: layout('Name,Status,Age', (object, now) => [object.status?.['phase'], born(object, now)]),
	nodes: layout(
		'Name,Status,Roles,Age,Version,Internal-IP*,External-IP*,OS-Image*,Kernel-Version*,Container-Runtime*',
		nodeCells,
	),
	events: {
		columns: 'Last Seen,Type,Reason,Object,Subobject*,Source*,Message,First Seen*,Count*#,Name*'
			.split(',')
			.map((name) => column(name)),
		cells: eventCells,
	},
	configmaps: layout('Name,Data#,Age', (object, now) => [
		Object.keys({...recordOf(object['data']), ...recordOf(object['binaryData'])}).length,
		born(object, now),
	]),
	secrets: layout('Name,Type,Data#,Age', (object, now) => [
		object['type'],
		Object.keys(recordOf(object['data'])).length,
		born(object, now),
	]),
	serviceaccounts: layout('Name,Secrets#,Age', (object, now) => [listOf(object['secrets']).length, born(object, now)]),
	customresourcedefinitions: layout('Name,Created At', (object) => [object.metadata.creationTimestamp]),
	leases: layout('Name,Holder,Age', (object, now) => [object.spec?.['holderIdentity'] ?? '', born(object, now)]),
	endpointslices: layout('Name,AddressType,Ports,Endpoints,Age', (object, now) => [
		object['addressType'],
		slicePorts(object),
		sliceAddresses(object),
		born(object, now),
	]),
};

const plain = layout('Name,Age', (object, now) => [born(object, now)]);

/** The layout of a built-in kind; Name and Age for the others. */
export const layoutOf = (plural: string): Layout => layouts[plural] ?? plain;

/** The labels of a selector as one text. */
export const selectorText = (selector: unknown): string => {
	const {matchLabels: labels} = recordOf(selector) as Json;
	return pairs(labels ?? selector);
};
