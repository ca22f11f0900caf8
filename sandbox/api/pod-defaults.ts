// What a real server fills into a pod's spec.
import {isRecord, listOf, recordOf, type Json} from './json.ts';
import {canonicalQuantity} from './quantity.ts';

/** Sets the fields that are absent. */
export const setMissing = (target: Json, defaults: Json): void => {
	for (const [field, value] of Object.entries(defaults)) target[field] ??= value;
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
		// An empty value is the same as none.
		if (recordOf(variable)['value'] === '') delete recordOf(variable)['value'];
	}
};

const completeVolume = (volume: Json): void => {
	for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
		if (isRecord(volume[source])) setMissing(volume[source], {defaultMode: 420});
	}

	if (isRecord(volume['hostPath'])) setMissing(volume['hostPath'], {type: ''});
	if (Object.keys(volume).length === 1) volume['emptyDir'] = {};
};

/** Completes a pod's spec, or that of a template. */
export const completePodSpec = (spec: Json, restartPolicy = 'Always'): void => {
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
	const metadata = recordOf(template['metadata']);
	// Clients of Go's types send `creationTimestamp: null`, which a real server does not keep.
	for (const [field, value] of Object.entries(metadata)) if (value === null) delete metadata[field];
	template['spec'] ??= {};
	completePodSpec(recordOf(template['spec']), restartPolicy);
};
