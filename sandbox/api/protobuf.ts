// Bodies in protobuf: kubectl 1.32 and newer send them for imperative creates, without falling back to JSON.
import {badRequest} from './errors.ts';
import type {Json} from './json.ts';
import {messages, type Message, type Scalar, type Shape} from './protobuf-kinds.ts';

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
	if (shape === 'number' || shape === 'count' || typeof value === 'number') return value;
	return value.toString(shape === 'bytes' ? 'base64' : 'utf8');
};

const amount: Message = {1: ['type', 'number'], 2: ['number', 'number'], 3: ['text', 'text']};

const decoded = (shape: Shape, value: Buffer | number): unknown => {
	if (shape === 'amount') {
		if (typeof value === 'number') return undefined;
		const {type, number = 0, text} = message(amount, value);
		return type === 1 ? text : number;
	}

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
			// Go writes empty texts and counts, which JSON would omit.
			if (inner !== '' && !(shape === 'count' && inner === 0)) result[name] = inner;
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
