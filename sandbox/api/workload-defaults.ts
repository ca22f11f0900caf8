// What a real server fills into workloads, and what it refuses in them.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {invalidValue, printed, required, type FieldError} from './errors.ts';
import {isEqual, isRecord, listOf, recordOf, type Json} from './json.ts';
import {completeTemplate, dropEmpty, setMissing} from './pod-defaults.ts';

const specOf = (object: KubeObject): Json => {
	object.spec ??= {};
	return object.spec;
};

const completeRolling = (spec: Json, field: string, limits: Json): void => {
	const strategy = recordOf(spec[field]);
	spec[field] = strategy;
	strategy['type'] ??= 'RollingUpdate';
	if (strategy['type'] !== 'RollingUpdate') return;
	strategy['rollingUpdate'] ??= {};
	setMissing(recordOf(strategy['rollingUpdate']), limits);
};

/** What is wrong with a ControllerRevision: other data than it began with. */
export const checkRevision = (object: KubeObject, before: KubeObject | undefined): readonly FieldError[] => {
	if (before === undefined || isEqual(object['data'], before['data'])) return [];
	return [invalidValue('data', object['data'], 'field is immutable')];
};

/** Defaults of a Deployment. */
export const completeDeployment = (object: KubeObject): void => {
	const spec = specOf(object);
	dropEmpty(spec);
	setMissing(spec, {replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600});
	completeRolling(spec, 'strategy', {maxUnavailable: '25%', maxSurge: '25%'});
	completeTemplate(spec);
	object.status ??= {};
};

/** Defaults of a ReplicaSet or a ReplicationController. */
export const completeReplicaSet = (object: KubeObject): void => {
	setMissing(specOf(object), {replicas: 1});
	completeTemplate(object.spec);
	object.status ??= {replicas: 0};
};

/** Defaults of a DaemonSet. */
export const completeDaemonSet = (object: KubeObject): void => {
	const spec = specOf(object);
	setMissing(spec, {revisionHistoryLimit: 10});
	completeRolling(spec, 'updateStrategy', {maxUnavailable: 1, maxSurge: 0});
	completeTemplate(spec);
	const counts = ['currentNumberScheduled', 'desiredNumberScheduled', 'numberMisscheduled', 'numberReady'];
	object.status ??= Object.fromEntries(counts.map((count) => [count, 0]));
};

/** Defaults of a StatefulSet. */
export const completeStatefulSet = (object: KubeObject): void => {
	const spec = specOf(object);
	setMissing(spec, {
		replicas: 1,
		revisionHistoryLimit: 10,
		podManagementPolicy: 'OrderedReady',
		persistentVolumeClaimRetentionPolicy: {whenDeleted: 'Retain', whenScaled: 'Retain'},
	});
	completeRolling(spec, 'updateStrategy', {partition: 0});
	completeTemplate(spec);
	object.status ??= {replicas: 0, availableReplicas: 0};
};

/** Defaults of a Job. */
export const completeJob = (object: KubeObject): void => {
	setMissing(specOf(object), {
		backoffLimit: 6,
		completions: 1,
		parallelism: 1,
		completionMode: 'NonIndexed',
		suspend: false,
	});
	completeTemplate(object.spec);
	object.status ??= {};
};

/** Defaults of a CronJob. */
export const completeCronJob = (object: KubeObject): void => {
	setMissing(specOf(object), {
		concurrencyPolicy: 'Allow',
		suspend: false,
		successfulJobsHistoryLimit: 3,
		failedJobsHistoryLimit: 1,
	});
	completeTemplate(recordOf(recordOf(object.spec)['jobTemplate'])['spec']);
	object.status ??= {};
};

const checkContainers = (spec: Json, path: string): readonly FieldError[] => {
	const containers = listOf(spec['containers']);
	if (containers.length === 0) return [required(`${path}.containers`)];
	const names = new Set<unknown>();
	return containers.flatMap((item, index) => {
		const container = recordOf(item);
		const at = `${path}.containers[${index}]`;
		const missing = ['name', 'image'].filter((field) => (container[field] ?? '') === '');
		const isTwice = names.has(container['name']);
		names.add(container['name']);
		const twice = {
			field: `${at}.name`,
			reason: 'FieldValueDuplicate',
			message: `Duplicate value: ${printed(container['name'])}`,
		};
		return [...missing.map((field) => required(`${at}.${field}`)), ...(isTwice ? [twice] : [])];
	});
};

/** What is wrong with a pod. */
export const checkPod = (object: KubeObject): readonly FieldError[] => checkContainers(recordOf(object.spec), 'spec');

const checkTemplate = (spec: Json): readonly FieldError[] => {
	const template = recordOf(spec['template']);
	const labels = recordOf(recordOf(template['metadata'])['labels']);
	const wanted = Object.entries(recordOf(recordOf(spec['selector'])['matchLabels']));
	const errors = [...checkContainers(recordOf(template['spec']), 'spec.template.spec')];
	if (wanted.some(([key, value]) => labels[key] !== value)) {
		errors.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
	}

	return errors;
};

/** What is wrong with a Deployment, ReplicaSet, DaemonSet or StatefulSet. */
export const checkWorkload = (object: KubeObject, before: KubeObject | undefined): readonly FieldError[] => {
	const spec = recordOf(object.spec);
	const selector = spec['selector'];
	const errors: FieldError[] = [];
	for (const field of ['replicas', 'minReadySeconds']) {
		const value = spec[field];
		if (typeof value === 'number' && value < 0) {
			errors.push(invalidValue(`spec.${field}`, value, 'must be greater than or equal to 0'));
		}
	}

	if (!isRecord(selector)) errors.push(required('spec.selector'));
	else if (Object.keys(selector).length === 0) {
		errors.push(invalidValue('spec.selector', selector, 'empty selector is invalid for deployment'));
	}

	errors.push(...checkTemplate(spec));
	if (before !== undefined && !isEqual(selector, recordOf(before.spec)['selector'])) {
		errors.push(invalidValue('spec.selector', selector, 'field is immutable'));
	}

	return errors;
};
