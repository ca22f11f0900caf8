// Namespaces, services, secrets: what a real server fills in and refuses.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {invalidValue, required, type FieldError} from './errors.ts';
import {listOf, recordOf, type Json} from './json.ts';
import type {Allocator} from './kinds.ts';
import {setMissing} from './pod-defaults.ts';

/** Defaults of a Namespace. */
export const completeNamespace = (object: KubeObject): void => {
	object.metadata.labels = {...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name};
	object.spec ??= {};
	object.spec['finalizers'] ??= ['kubernetes'];
	object.status ??= {};
	object.status['phase'] ??= 'Active';
};

const completePorts = (spec: Json, before: Json, allocator: Allocator): void => {
	const isOpen = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
	for (const item of listOf(spec['ports'])) {
		const port = recordOf(item);
		setMissing(port, {protocol: 'TCP', targetPort: port['port']});
		const known = listOf(before['ports']).find((one) => recordOf(one)['port'] === port['port']);
		if (isOpen) port['nodePort'] ??= recordOf(known)['nodePort'] ?? allocator.nodePort();
	}
};

/** Defaults of a Service; it keeps the addresses that it was given. */
export const completeService = (object: KubeObject, before: KubeObject | undefined, allocator: Allocator): void => {
	object.spec ??= {};
	const {spec} = object;
	const known = recordOf(before?.spec);
	setMissing(spec, {type: 'ClusterIP', sessionAffinity: 'None'});
	completePorts(spec, known, allocator);
	object.status ??= {loadBalancer: {}};
	if (spec['type'] === 'ExternalName') return;
	if ((spec['clusterIP'] ?? '') === '') spec['clusterIP'] = known['clusterIP'] ?? allocator.clusterIp();
	setMissing(spec, {
		clusterIPs: [spec['clusterIP']],
		internalTrafficPolicy: 'Cluster',
		ipFamilies: ['IPv4'],
		ipFamilyPolicy: 'SingleStack',
	});
	if (spec['type'] !== 'ClusterIP') setMissing(spec, {externalTrafficPolicy: 'Cluster'});
	if (spec['type'] === 'LoadBalancer') setMissing(spec, {allocateLoadBalancerNodePorts: true});
};

/** What is wrong with a Service. */
export const checkService = (object: KubeObject, before: KubeObject | undefined): readonly FieldError[] => {
	const spec = recordOf(object.spec);
	if (spec['type'] === 'ExternalName') return [];
	const errors: FieldError[] = [];
	const ports = listOf(spec['ports']).map((port) => recordOf(port));
	if (ports.length === 0 && spec['clusterIP'] !== 'None') errors.push(required('spec.ports'));
	for (const [index, {name, port}] of ports.entries()) {
		const at = `spec.ports[${index}]`;
		if (ports.length > 1 && (name ?? '') === '') errors.push(required(`${at}.name`));
		if (typeof port !== 'number' || port < 1 || port > 65_535) {
			errors.push(invalidValue(`${at}.port`, port ?? 0, 'must be between 1 and 65535, inclusive'));
		}
	}

	const address = recordOf(before?.spec)['clusterIP'];
	if (address !== undefined && address !== spec['clusterIP']) {
		errors.push(invalidValue('spec.clusterIPs[0]', [spec['clusterIP']], 'may not change once set'));
	}

	return errors;
};

/** Defaults of a Secret: what is given as text is kept as base64. */
export const completeSecret = (object: KubeObject): void => {
	object['type'] ??= 'Opaque';
	const given = Object.entries(recordOf(object['stringData']));
	delete object['stringData'];
	if (given.length === 0) return;
	const encoded = given.map(([name, value]) => [name, Buffer.from(String(value)).toString('base64')] as const);
	object['data'] = {...recordOf(object['data']), ...Object.fromEntries(encoded)};
};

/** Defaults of an Event: what Go's type always writes. */
export const completeEvent = (object: KubeObject): void => {
	setMissing(object, {source: {}, reportingComponent: '', reportingInstance: ''});
	for (const time of ['firstTimestamp', 'lastTimestamp', 'eventTime']) object[time] ??= null;
};

/** What is wrong with an Event: it must be about something in its own namespace. */
export const checkEvent = (object: KubeObject): readonly FieldError[] => {
	const about = recordOf(object['involvedObject'])['namespace'] ?? '';
	const {namespace} = object.metadata;
	const isFine = about === namespace || (about === '' && namespace === 'default');
	return isFine ? [] : [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
};
