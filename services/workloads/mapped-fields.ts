// The fields that a mapping names: taken out of an object, and written into another one.
import {isDeepStrictEqual} from 'node:util';
import {at, isBag} from '../../api/reading.ts';
import type {FieldPath, WorkloadMapping} from '../../api/workload-mapping.ts';
import type {KubeObject, Operation} from '../kubernetes/cluster.ts';
import {pointerStep, withoutNulls} from '../objects/shapes.ts';
import type {Template} from './workload.ts';

const pointerOf = (path: FieldPath): string => path.map((key) => `/${pointerStep(key)}`).join('');

/** A copy with the value at a path, or without one there; what is on the way is made, or left out when it is empty. */
const withValue = (object: Template, [key = '', ...rest]: FieldPath, value: unknown): Template => {
	const {[key]: present, ...others} = object;
	if (rest.length === 0) return value === undefined ? others : {...others, [key]: value};
	const inner = isBag(present) ? present : {};
	if (value === undefined && !isBag(present)) return object;
	const changed = withValue(inner, rest, value);
	return value === undefined && Object.keys(changed).length === 0 ? others : {...others, [key]: changed};
};

/** The number at a path, undefined when there is none. */
export const numberAt = (object: KubeObject, path: FieldPath | undefined): number | undefined => {
	const value = path === undefined ? undefined : at(object, ...path);
	return typeof value === 'number' ? value : undefined;
};

/** What a promotion takes along of an object: the promoted fields, without the number of replicas. */
export const promotedFields = (object: KubeObject, {promoted, replicas}: WorkloadMapping): Template => {
	const {spec = {}} = object;
	const taken = promoted.reduce<Template>(
		(fields, path) => withValue(fields, path, at({spec: withoutNulls(spec)}, ...path)),
		{spec: {}},
	);
	return replicas === undefined ? taken : {spec: {}, ...withValue(taken, replicas, undefined)};
};

/** Sets a value, with the operations that make what is lacking on its way; undefined removes it. */
export const settingField = (object: KubeObject, path: FieldPath, value: unknown): readonly Operation[] => {
	const present = at(object, ...path);
	if (isDeepStrictEqual(present, value)) return [];
	const pointer = pointerOf(path);
	const seen: Operation =
		present === undefined
			? // Nothing can test that a field is still absent but the version.
				{op: 'test', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion}
			: {op: 'test', path: pointer, value: present};
	if (value === undefined) return [seen, {op: 'remove', path: pointer}];
	const lacking = path
		.slice(0, -1)
		.map((_, index) => path.slice(0, index + 1))
		.filter((ancestor) => !isBag(at(object, ...ancestor)));
	const made = lacking.map((ancestor): Operation => ({op: 'add', path: pointerOf(ancestor), value: {}}));
	return [seen, ...made, {op: 'add', path: pointer, value}];
};

/** Brings the promoted fields of an object to those of a template; its number of replicas stays. */
export const settingFields = (object: KubeObject, template: Template, mapping: WorkloadMapping): Operation[] => {
	const {promoted, replicas} = mapping;
	const own = replicas === undefined ? undefined : at(object, ...replicas);
	const wanted = replicas === undefined || own === undefined ? template : withValue(template, replicas, own);
	let whole = object;
	return promoted.flatMap((path) => {
		const value = at(wanted, ...path);
		const operations = settingField(whole, path, value);
		// Two fields may lack the same ancestor: the first one makes it.
		whole = {...whole, spec: at(withValue({spec: whole.spec}, path, value), 'spec') as Record<string, unknown>};
		return operations;
	});
};
