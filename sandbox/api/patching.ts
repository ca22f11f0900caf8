// PATCH of objects, their status or their scale, server-side apply included.
import {parse} from 'yaml';
import type {KubeObject, Operation} from '../../services/kubernetes/cluster.ts';
import {applied} from './apply.ts';
import {checkPatched} from './built-in-fields.ts';
import {badRequest, unknownFormat} from './errors.ts';
import {copy, isRecord, type Json} from './json.ts';
import {inVersion} from './kinds.ts';
import {bodyValue, contentType, jsonAnswer, textOf, type ApiAnswer} from './messages.ts';
import {jsonPatched, merged, strategic} from './patches.ts';
import {objectAnswer} from './reading.ts';
import {scaled, scaleOf} from './scale.ts';
import {prune} from './schema.ts';
import type {Target} from './targets.ts';
import {StatusError} from './types.ts';
import {objectOf, optionsOf, strictnessOf, warnOfFinalizers, writerOf, type Write} from './writing.ts';

const jsonFormat = 'application/json-patch+json';
const mergeFormat = 'application/merge-patch+json';
const strategicFormat = 'application/strategic-merge-patch+json';
const applyFormat = 'application/apply-patch+yaml';

type Patcher = (current: KubeObject) => KubeObject;

const patcherOf = ({target, request}: Write): Patcher => {
	const format = contentType(request);
	if (format === jsonFormat) {
		const operations = bodyValue(request);
		if (!Array.isArray(operations)) throw badRequest('a JSON patch is a list of operations');
		return (current) => jsonPatched(current, operations as Operation[]);
	}

	if (format === mergeFormat) {
		const patch = bodyValue(request);
		return (current) => merged(current, patch);
	}

	if (format === strategicFormat && !target.kind.isCustom) {
		const patch = bodyValue(request);
		return (current) => strategic(current, patch);
	}

	throw unknownFormat([jsonFormat, mergeFormat, ...(target.kind.isCustom ? [] : [strategicFormat]), applyFormat]);
};

/** An applied configuration must fit its schema, whatever the request says of strictness. */
const checkTyped = ({kind, version}: Target, configuration: KubeObject): void => {
	const schema = kind.versions.find(({name}) => name === version)?.schema;
	const [unknown] = schema === undefined ? [] : prune(schema, copy(configuration));
	if (unknown === undefined) return;
	const {namespace = '', name} = configuration.metadata;
	const what = `(${namespace}/${name}; ${configuration.apiVersion}, Kind=${kind.kind})`;
	throw new StatusError(
		500,
		'',
		`failed to create typed patch object ${what}: .${unknown}: field not declared in schema`,
	);
};

const applyObject = (write: Write): ApiAnswer => {
	const {store, target, request, query} = write;
	const {kind, namespace, name = ''} = target;
	const body: unknown = parse(textOf(request));
	const manager = query.get('fieldManager') ?? '';
	if (manager === '')
		throw badRequest(
			'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
		);
	if (!isRecord(body)) throw badRequest('the body of an apply patch is an object');
	const configuration = objectOf({...write, request: {...request, headers: {}, body: JSON.stringify(body)}});
	checkTyped(target, configuration);
	const isForced = query.get('force') === 'true';
	const apply = (current: KubeObject | undefined): KubeObject =>
		applied(current, configuration, {...writerOf(write), isForced});
	if (store.get(kind.key, namespace, name) === undefined && target.subresource === undefined) {
		const created = store.createAs(
			kind,
			apply(undefined),
			optionsOf(write, () => configuration),
		);
		return objectAnswer(store, target, request, created, 201);
	}

	const change = (current: KubeObject): KubeObject => apply(inVersion(kind, current, target.version));
	const options = optionsOf(write, () => configuration);
	return objectAnswer(store, target, request, store.change(kind, namespace, name, change, options));
};

/** PATCH of an object, its status or its scale. */
export const patchObject = (write: Write): ApiAnswer => {
	const {store, target, request} = write;
	const {kind, namespace, name = '', version, subresource} = target;
	if (contentType(request) === applyFormat && subresource !== 'scale') return applyObject(write);
	const patcher = patcherOf(write);
	if (subresource === 'scale') {
		const change = (current: KubeObject): KubeObject =>
			scaled(kind, current, patcher(scaleOf(kind, current)) as unknown as Json);
		return jsonAnswer(200, scaleOf(kind, store.change(kind, namespace, name, change, optionsOf(write))));
	}

	const strictness = kind.isCustom ? undefined : strictnessOf(write);
	const patch = strictness && bodyValue(request);
	const isStrategic = contentType(request) === strategicFormat;
	let patched: KubeObject | undefined;
	const change = (current: KubeObject): KubeObject => {
		patched = patcher(inVersion(kind, current, version));
		if (strictness !== undefined) checkPatched(kind, version, patched, {...strictness, patch, isStrategic});
		return patched;
	};

	const options = optionsOf(write, () => patched);
	const before = store.get(kind.key, namespace, name);
	const after = store.change(kind, namespace, name, change, options);
	warnOfFinalizers(write, after, before);
	return objectAnswer(store, target, request, after);
};
