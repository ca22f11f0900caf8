// Bodies in protobuf: kubectl 1.32 and newer send them for imperative creates, without falling back to JSON.
import {badRequest} from './errors.ts';
import type {Json} from './json.ts';

type Scalar = 'text' | 'bytes' | 'number' | 'boolean';
type Shape = Scalar | {readonly map: Scalar} | {readonly list: Shape} | (() => Message);
type Message = Readonly<Record<number, readonly [string, Shape]>>;

const texts: Shape = {map: 'text'};
const lines: Shape = {list: 'text'};

// Field numbers are those of generated.proto in k8s.io/api.
const metadata = (): Message => ({
	1: ['name', 'text'],
	2: ['generateName', 'text'],
	3: ['namespace', 'text'],
	11: ['labels', texts],
	12: ['annotations', texts],
	14: ['finalizers', lines],
});
const port = (): Message => ({
	1: ['name', 'text'],
	3: ['containerPort', 'number'],
	4: ['protocol', 'text'],
});
const variable = (): Message => ({1: ['name', 'text'], 2: ['value', 'text']});
const container = (): Message => ({
	1: ['name', 'text'],
	2: ['image', 'text'],
	3: ['command', lines],
	4: ['args', lines],
	6: ['ports', {list: port}],
	7: ['env', {list: variable}],
});
const podSpec = (): Message => ({2: ['containers', {list: container}], 3: ['restartPolicy', 'text']});
const podTemplate = (): Message => ({1: ['metadata', metadata], 2: ['spec', podSpec]});
const labelSelector = (): Message => ({1: ['matchLabels', texts]});
const deploymentSpec = (): Message => ({
	1: ['replicas', 'number'],
	2: ['selector', labelSelector],
	3: ['template', podTemplate],
});
const scaleTarget = (): Message => ({1: ['kind', 'text'], 2: ['name', 'text'], 3: ['apiVersion', 'text']});
const autoscalerSpec = (): Message => ({
	1: ['scaleTargetRef', scaleTarget],
	2: ['minReplicas', 'number'],
	3: ['maxReplicas', 'number'],
	4: ['targetCPUUtilizationPercentage', 'number'],
});
const metricTarget = (): Message => ({1: ['type', 'text'], 4: ['averageUtilization', 'number']});
const resourceMetric = (): Message => ({1: ['name', 'text'], 2: ['target', metricTarget]});
const metric = (): Message => ({1: ['type', 'text'], 4: ['resource', resourceMetric]});
const autoscalerSpecV2 = (): Message => ({
	1: ['scaleTargetRef', scaleTarget],
	2: ['minReplicas', 'number'],
	3: ['maxReplicas', 'number'],
	4: ['metrics', {list: metric}],
});
const resourceAttributes = (): Message => ({
	1: ['namespace', 'text'],
	2: ['verb', 'text'],
	3: ['group', 'text'],
	4: ['version', 'text'],
	5: ['resource', 'text'],
	6: ['subresource', 'text'],
	7: ['name', 'text'],
});
const nonResourceAttributes = (): Message => ({1: ['path', 'text'], 2: ['verb', 'text']});
const reviewSpec = (): Message => ({
	1: ['resourceAttributes', resourceAttributes],
	2: ['nonResourceAttributes', nonResourceAttributes],
});

const namespaceSpec = (): Message => ({1: ['namespace', 'text']});

const messages: Readonly<Record<string, Message>> = {
	'v1 Namespace': {1: ['metadata', metadata]},
	'v1 ConfigMap': {1: ['metadata', metadata], 2: ['data', texts], 3: ['binaryData', {map: 'bytes'}]},
	'v1 Secret': {1: ['metadata', metadata], 2: ['data', {map: 'bytes'}], 3: ['type', 'text'], 4: ['stringData', texts]},
	'v1 ServiceAccount': {1: ['metadata', metadata]},
	'apps/v1 Deployment': {1: ['metadata', metadata], 2: ['spec', deploymentSpec]},
	'autoscaling/v1 HorizontalPodAutoscaler': {1: ['metadata', metadata], 2: ['spec', autoscalerSpec]},
	'autoscaling/v2 HorizontalPodAutoscaler': {1: ['metadata', metadata], 2: ['spec', autoscalerSpecV2]},
	'authentication.k8s.io/v1 SelfSubjectReview': {1: ['metadata', metadata]},
	'authorization.k8s.io/v1 SelfSubjectAccessReview': {1: ['metadata', metadata], 2: ['spec', reviewSpec]},
	'authorization.k8s.io/v1 SelfSubjectRulesReview': {1: ['metadata', metadata], 2: ['spec', namespaceSpec]},
};

type Field = {readonly number: number; readonly value: Buffer | number};

const varint = (bytes: Buffer, start: number): readonly [number, number] => {
	let value = 0;
	let factor = 1;
	let offset = start;
	for (;;) {
		const byte = bytes[offset++];
		if (byte === undefined) throw badRequest('the protobuf body ends too early');
		value += (byte % 128) * factor;
		if (byte < 128) return [value, offset];
		factor *= 128;
	}
};

const fixedSizes: Readonly<Record<number, number>> = {1: 8, 5: 4};

const fieldsOf = (bytes: Buffer): readonly Field[] => {
	const fields: Field[] = [];
	for (let offset = 0; offset < bytes.length;) {
		const [tag, afterTag] = varint(bytes, offset);
		const number = Math.floor(tag / 8);
		const wire = tag % 8;
		const fixed = fixedSizes[wire];
		if (wire === 0) {
			const [value, next] = varint(bytes, afterTag);
			fields.push({number, value});
			offset = next;
		} else if (fixed === undefined) {
			const [length, begin] = varint(bytes, afterTag);
			fields.push({number, value: bytes.subarray(begin, begin + length)});
			offset = begin + length;
		} else offset = afterTag + fixed;
	}

	return fields;
};

const scalar = (shape: Scalar, value: Buffer | number): unknown => {
	if (shape === 'boolean') return value === 1;
	if (shape === 'number' || typeof value === 'number') return value;
	return value.toString(shape === 'bytes' ? 'base64' : 'utf8');
};

const decoded = (shape: Shape, value: Buffer | number): unknown => {
	if (typeof shape === 'string') return scalar(shape, value);
	return typeof shape === 'function' && typeof value !== 'number' ? message(shape(), value) : undefined;
};

const message = (shapes: Message, bytes: Buffer): Json => {
	const result: Json = {};
	for (const {number, value} of fieldsOf(bytes)) {
		const [name, shape] = shapes[number] ?? [];
		if (name === undefined || shape === undefined) continue;
		if (typeof shape === 'object' && 'map' in shape && typeof value !== 'number') {
			const entry = message({1: ['key', 'text'], 2: ['value', shape.map]}, value);
			result[name] = {...(result[name] as Json), [entry['key'] as string]: entry['value'] ?? ''};
		} else if (typeof shape === 'object' && 'list' in shape) {
			result[name] = [...((result[name] as unknown[]) ?? []), decoded(shape.list, value)];
		} else {
			const inner = decoded(shape, value);
			// Go writes empty texts, which JSON would omit.
			if (inner !== '') result[name] = inner;
		}
	}

	return result;
};

/** The object of a `k8s` envelope; refuses kinds whose fields we do not know. */
export const decodeProtobuf = (body: Uint8Array): Json => {
	const bytes = Buffer.from(body);
	if (bytes.subarray(0, 4).toString('latin1') !== 'k8s\0') throw badRequest('the body is no Kubernetes protobuf');
	const type = (): Message => ({1: ['apiVersion', 'text'], 2: ['kind', 'text']});
	const envelope = bytes.subarray(4);
	const {typeMeta} = message({1: ['typeMeta', type]}, envelope);
	const {apiVersion, kind} = typeMeta as {apiVersion: string; kind: string};
	const raw = fieldsOf(envelope).find(({number}) => number === 2)?.value;
	const shapes = messages[`${apiVersion} ${kind}`];
	if (shapes === undefined) {
		throw badRequest(`the sandbox does not read ${apiVersion} ${kind} in protobuf; send it with create -f or apply`);
	}

	return {apiVersion, kind, ...message(shapes, Buffer.isBuffer(raw) ? raw : Buffer.alloc(0))};
};
