// What a real server fills into a pod's spec.
import {isRecord, listOf, recordOf, type Json} from './json.ts';
import {canonicalQuantity} from './quantity.ts';

/** Sets the fields that are absent. */
export const setMissing = (target: Json, defaults: Json): void => {
	for (const [field, value] of Object.entries(defaults)) target[field] ??= value;
};

// What Go omits when it is the zero of its type. Pointers, as `privileged` and `optional` are, say false aloud.
const zeros = new Set(
	'hostIPC hostNetwork hostPID hostPort initialDelaySeconds minReadySeconds paused readOnly stdin stdinOnce tty'.split(
		' ',
	),
);
const maps = new Set(['annotations', 'labels', 'limits', 'matchLabels', 'nodeSelector', 'requests']);
// Empty texts behind pointers.
const texts = new Set(['service', 'storageClassName', 'type']);

const isOmitted = (field: string, value: unknown): boolean => {
	if (value === null || (Array.isArray(value) && value.length === 0)) return true;
	if (value === '') return !texts.has(field);
	if (value === 0 || value === false) return zeros.has(field);
	return maps.has(field) && isRecord(value) && Object.keys(value).length === 0;
};

/** Drops in depth and in place what a real server does not keep: nulls, empty lists and texts, empty maps of texts. */
export const dropEmpty = (value: unknown): void => {
	if (Array.isArray(value)) for (const item of listOf(value)) dropEmpty(item);
	if (!isRecord(value)) return;
	for (const [field, inner] of Object.entries(value)) {
		if (isOmitted(field, inner)) delete value[field];
		// The values of a map of texts may be empty.
		else if (!maps.has(field)) dropEmpty(inner);
	}
};

const canonicalResources = (resources: Json): void => {
	for (const side of ['limits', 'requests']) {
		const quantities = resources[side];
		if (!isRecord(quantities)) continue;
		for (const [name, value] of Object.entries(quantities)) quantities[name] = canonicalQuantity(value);
	}
};

const pullPolicy = (image: unknown): string => {
	const text = typeof image === 'string' ? image : '';
	if (text.includes('@')) return 'IfNotPresent';
	const tag = /:([^/:]+)$/u.exec(text)?.[1] ?? 'latest';
	return tag === 'latest' ? 'Always' : 'IfNotPresent';
};

const completeProbe = (probe: unknown): void => {
	if (!isRecord(probe)) return;
	setMissing(probe, {timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3});
	if (isRecord(probe['httpGet'])) setMissing(probe['httpGet'], {path: '/', scheme: 'HTTP'});
	if (isRecord(probe['grpc'])) setMissing(probe['grpc'], {service: ''});
};

const completeContainer = (container: Json): void => {
	setMissing(container, {
		resources: {},
		terminationMessagePath: '/dev/termination-log',
		terminationMessagePolicy: 'File',
		imagePullPolicy: pullPolicy(container['image']),
	});
	canonicalResources(recordOf(container['resources']));
	for (const port of listOf(container['ports'])) setMissing(recordOf(port), {protocol: 'TCP'});
	for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) completeProbe(container[probe]);
	for (const hook of Object.values(recordOf(container['lifecycle']))) {
		if (isRecord(recordOf(hook)['httpGet'])) setMissing(recordOf(hook)['httpGet'] as Json, {path: '/', scheme: 'HTTP'});
	}

	for (const variable of listOf(container['env'])) {
		const fieldRef = recordOf(recordOf(variable)['valueFrom'])['fieldRef'];
		if (isRecord(fieldRef)) setMissing(fieldRef, {apiVersion: 'v1'});
		const resource = recordOf(recordOf(variable)['valueFrom'])['resourceFieldRef'];
		if (isRecord(resource)) setMissing(resource, {divisor: '0'});
	}
};

const completeVolume = (volume: Json): void => {
	for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
		if (isRecord(volume[source])) setMissing(volume[source], {defaultMode: 420});
	}

	const sources = listOf(recordOf(volume['projected'])['sources']).map((source) => recordOf(source));
	for (const {serviceAccountToken, downwardAPI} of [...sources, volume as Record<string, unknown>]) {
		if (isRecord(serviceAccountToken)) setMissing(serviceAccountToken, {expirationSeconds: 3600});
		for (const item of listOf(recordOf(downwardAPI)['items'])) {
			const {fieldRef} = recordOf(item);
			if (isRecord(fieldRef)) setMissing(fieldRef, {apiVersion: 'v1'});
		}
	}

	if (isRecord(volume['hostPath'])) setMissing(volume['hostPath'], {type: ''});
	if (Object.keys(volume).length === 1) volume['emptyDir'] = {};
};

/** Completes a pod's spec, or that of a template. */
const completePodSpec = (spec: Json, restartPolicy = 'Always'): void => {
	setMissing(spec, {
		restartPolicy,
		terminationGracePeriodSeconds: 30,
		dnsPolicy: 'ClusterFirst',
		securityContext: {},
		schedulerName: 'default-scheduler',
	});
	if (spec['serviceAccountName'] !== undefined) setMissing(spec, {serviceAccount: spec['serviceAccountName']});
	for (const list of ['containers', 'initContainers']) {
		for (const container of listOf(spec[list])) completeContainer(recordOf(container));
	}

	for (const volume of listOf(spec['volumes'])) completeVolume(recordOf(volume));
	for (const constraint of listOf(spec['topologySpreadConstraints'])) {
		setMissing(recordOf(constraint), {whenUnsatisfiable: 'DoNotSchedule'});
	}
};

const qosClass = (spec: Json): string => {
	const all = listOf(spec['containers']).map((container) => recordOf(recordOf(container)['resources']));
	const isBare = all.every(
		({limits, requests}) => Object.keys(recordOf(limits)).length + Object.keys(recordOf(requests)).length === 0,
	);
	if (isBare) return 'BestEffort';
	const isFull = all.every(({limits, requests}) =>
		['cpu', 'memory'].every((name) => {
			const limit = recordOf(limits)[name];
			return limit !== undefined && limit === recordOf(requests)[name];
		}),
	);
	return isFull ? 'Guaranteed' : 'Burstable';
};

/** Completes a pod: its spec, and its first status. */
export const completePod = (pod: Json): void => {
	const spec = recordOf(pod['spec']);
	dropEmpty(spec);
	completePodSpec(spec);
	setMissing(spec, {
		enableServiceLinks: true,
		preemptionPolicy: 'PreemptLowerPriority',
		priority: 0,
		serviceAccountName: 'default',
		serviceAccount: 'default',
	});
	for (const container of listOf(spec['containers'])) {
		const resources = recordOf(recordOf(container)['resources']);
		// What is not requested but limited is requested in full.
		const limits = recordOf(resources['limits']);
		if (Object.keys(limits).length > 0) resources['requests'] = {...limits, ...recordOf(resources['requests'])};
	}

	pod['status'] ??= {phase: 'Pending', qosClass: qosClass(spec)};
};

/** Canonical quantities wherever a resource list may stand in a template that was completed before. */
export const completeTemplate = (owner: unknown, restartPolicy?: string): void => {
	const template = recordOf(owner)['template'];
	if (!isRecord(template)) return;
	template['metadata'] ??= {};
	// Clients of Go's types send `creationTimestamp: null`, which a real server does not keep.
	dropEmpty(template);
	template['spec'] ??= {};
	completePodSpec(recordOf(template['spec']), restartPolicy);
};
