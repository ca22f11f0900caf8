// HorizontalPodAutoscaler: kept as autoscaling/v2, also spoken as v1 and v2beta1.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {invalidValue, required, type FieldError} from './errors.ts';
import {copy, isRecord, listOf, recordOf, type Json} from './json.ts';
import {versionIn} from './kinds.ts';
import {setMissing} from './pod-defaults.ts';
import {canonicalQuantity} from './quantity.ts';

const cpuTarget = (averageUtilization: unknown): Json => ({
	type: 'Resource',
	resource: {name: 'cpu', target: {type: 'Utilization', averageUtilization}},
});

const isCpu = (metric: unknown): boolean => recordOf(recordOf(metric)['resource'])['name'] === 'cpu';

const fromV1 = (spec: Json, status: Json): void => {
	const target = spec['targetCPUUtilizationPercentage'];
	if (target !== undefined) spec['metrics'] = [cpuTarget(target)];
	delete spec['targetCPUUtilizationPercentage'];
	const current = status['currentCPUUtilizationPercentage'];
	delete status['currentCPUUtilizationPercentage'];
	if (current !== undefined) {
		status['currentMetrics'] = [
			{type: 'Resource', resource: {name: 'cpu', current: {averageUtilization: current, averageValue: '0'}}},
		];
	}
};

const toV1 = (spec: Json, status: Json): void => {
	const metric = recordOf(listOf(spec['metrics']).find((one) => isCpu(one)));
	const utilization = recordOf(recordOf(metric['resource'])['target'])['averageUtilization'];
	if (utilization !== undefined) spec['targetCPUUtilizationPercentage'] = utilization;
	const current = recordOf(recordOf(listOf(status['currentMetrics']).find((one) => isCpu(one)))['resource']);
	const used = recordOf(current['current'])['averageUtilization'];
	if (used !== undefined) status['currentCPUUtilizationPercentage'] = used;
	for (const field of ['metrics', 'behavior']) delete spec[field];
	for (const field of ['currentMetrics', 'conditions']) delete status[field];
};

// v2beta1 had the targets flat beside the name; only what its users write is spoken here: resources.
const fromBeta = (metric: Json): Json => {
	const {name, targetAverageUtilization, targetAverageValue, ...rest} = recordOf(metric['resource']);
	if (rest['target'] !== undefined || name === undefined) return metric;
	const target =
		targetAverageUtilization === undefined
			? {type: 'AverageValue', averageValue: targetAverageValue}
			: {type: 'Utilization', averageUtilization: targetAverageUtilization};
	return {...metric, resource: {name, target}};
};

const toBeta = (metric: Json): Json => {
	const {name, target} = recordOf(metric['resource']);
	const {averageUtilization, averageValue} = recordOf(target);
	if (name === undefined) return metric;
	return {
		...metric,
		resource: {
			name,
			...(averageUtilization !== undefined && {targetAverageUtilization: averageUtilization}),
			...(averageValue !== undefined && {targetAverageValue: averageValue}),
		},
	};
};

/** Between v1, v2beta1 and v2. */
export const convertAutoscaler = (object: KubeObject, version: string): KubeObject => {
	const result = copy(object);
	const spec = recordOf(result.spec);
	const status = recordOf(result.status);
	const from = versionIn(object.apiVersion);
	const map = (convert: (metric: Json) => Json): void => {
		if (Array.isArray(spec['metrics'])) {
			spec['metrics'] = spec['metrics'].map((metric: unknown) => convert(recordOf(metric)));
		}
	};

	if (from === 'v1') fromV1(spec, status);
	if (from === 'v2beta1') map(fromBeta);
	if (version === 'v1') toV1(spec, status);
	if (version === 'v2beta1') map(toBeta);
	return result;
};

const canonicalTargets = (metric: Json): void => {
	for (const source of Object.values(metric)) {
		const target = recordOf(source)['target'];
		if (!isRecord(target)) continue;
		for (const field of ['averageValue', 'value']) {
			if (target[field] !== undefined) target[field] = canonicalQuantity(target[field]);
		}
	}
};

const policy = (type: string, value: number): Json => ({type, value, periodSeconds: 15});

const completeBehaviour = (behaviour: Json): void => {
	for (const way of ['scaleUp', 'scaleDown']) behaviour[way] ??= {};
	setMissing(recordOf(behaviour['scaleUp']), {
		stabilizationWindowSeconds: 0,
		selectPolicy: 'Max',
		policies: [policy('Pods', 4), policy('Percent', 100)],
	});
	setMissing(recordOf(behaviour['scaleDown']), {selectPolicy: 'Max', policies: [policy('Percent', 100)]});
};

/** Defaults of v2. */
export const completeAutoscaler = (object: KubeObject): void => {
	const spec = recordOf(object.spec);
	spec['minReplicas'] ??= 1;
	if (listOf(spec['metrics']).length === 0) spec['metrics'] = [cpuTarget(80)];
	if (isRecord(spec['behavior'])) completeBehaviour(spec['behavior']);
	for (const metric of listOf(spec['metrics'])) canonicalTargets(recordOf(metric));
	object.status ??= {currentMetrics: null, desiredReplicas: 0};
};

/** What is wrong with an autoscaler. */
export const checkAutoscaler = (object: KubeObject): readonly FieldError[] => {
	const spec = recordOf(object.spec);
	const [least, most] = [Number(spec['minReplicas']), Number(spec['maxReplicas'] ?? 0)];
	const errors: FieldError[] = [];
	const target = recordOf(spec['scaleTargetRef']);
	for (const field of ['kind', 'name']) {
		if ((target[field] ?? '') === '') errors.push(required(`spec.scaleTargetRef.${field}`));
	}

	if (most < 1) errors.push(invalidValue('spec.maxReplicas', most, 'must be greater than 0'));
	else if (most < least) {
		errors.push(invalidValue('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'));
	}

	return errors;
};
