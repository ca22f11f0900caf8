// POST, PUT, PATCH and DELETE of objects.
import {parse} from 'yaml';
import type {KubeObject, Operation} from '../../services/kubernetes/cluster.ts';
import {applied} from './apply.ts';
import type {Unknown} from './crd.ts';
import {badRequest, invalid, printed, unknownFormat} from './errors.ts';
import {isRecord, recordOf, shown, type Json} from './json.ts';
import {apiVersionOf, inVersion} from './kinds.ts';
import {bodyObject, bodyValue, contentType, jsonAnswer, textOf, type ApiAnswer, type ApiRequest} from './messages.ts';
import {jsonPatched, merged, strategic} from './patches.ts';
import {objectAnswer} from './reading.ts';
import type {WriteOptions} from './write-options.ts';
import {scaled, scaleOf} from './scale.ts';
import type {ApiStore} from './store.ts';
import type {Target} from './targets.ts';
import {StatusError} from './types.ts';

/** One writing request, with what all verbs need of it. */
export type Write = {
	readonly store: ApiStore;
	readonly target: Target;
	readonly request: ApiRequest;
	readonly query: URLSearchParams;
	/** Gathers what goes into the answer's `warning` headers. */
	readonly warnings: string[];
};

const strictly = (paths: readonly string[]): string =>
	`strict decoding error: ${paths.map((path) => `unknown field ${printed(path)}`).join(', ')}`;

const onUnknown = ({target, request, query, warnings}: Write, patched: () => unknown): Unknown | undefined => {
	const mode = query.get('fieldValidation') ?? 'Warn';
	if (mode === 'Ignore') return undefined;
	return (kind, paths) => {
		if (mode !== 'Strict') {
			warnings.push(...paths.map((path) => `unknown field ${printed(path)}`));
			return;
		}

		if (request.method !== 'PATCH') {
			const what = `${kind.kind} in version "${target.version}" cannot be handled as a ${kind.kind}`;
			throw badRequest(`${what}: ${strictly(paths)}`);
		}

		const message = `Invalid value: ${printed(JSON.stringify(patched()))}: ${strictly(paths)}`;
		const cause = {field: 'patch', reason: 'FieldValueInvalid', message};
		throw invalid(kind.key, kind.kind, target.name ?? '', [cause]);
	};
};

/** How the store is to take a request: by whom, dry or not, and strict or not about unknown fields. */
export const optionsOf = (write: Write, patched: () => unknown = () => ({})): WriteOptions => {
	const {target, request, query} = write;
	const unknown = onUnknown(write, patched);
	const agent = (request.headers['user-agent'] ?? 'unknown').split(/[/\s]/u)[0] ?? 'unknown';
	return {
		by: query.get('fieldManager') ?? agent,
		...(target.subresource === 'status' && {subresource: 'status' as const}),
		...(target.subresource === 'scale' && {subresource: 'scale' as const}),
		...(query.getAll('dryRun').includes('All') && {dryRun: true}),
		...(unknown && {onUnknown: unknown}),
	};
};

/** The body as an object of the target's kind and place. */
const objectOf = ({target, request}: Write): KubeObject => {
	const {kind, version, namespace, name} = target;
	const body = contentType(request) === 'application/yaml' ? recordOf(parse(textOf(request))) : bodyObject(request);
	const expected = apiVersionOf(kind.key.group, version);
	const apiVersion = body['apiVersion'] ?? expected;
	if (apiVersion !== expected) {
		const said = `the API version in the data (${shown(apiVersion)}) does not match the expected API version`;
		throw badRequest(`${said} (${expected})`);
	}

	if ((body['kind'] ?? kind.kind) !== kind.kind) {
		throw badRequest(`${shown(body['kind'])} in version "${version}" cannot be handled as a ${kind.kind}`);
	}

	const metadata: Json = {...recordOf(body['metadata'])};
	if (name !== undefined && (metadata['name'] ?? name) !== name) {
		const [given, wanted] = [shown(metadata['name']), name];
		throw badRequest(`the name of the object (${given}) does not match the name on the URL (${wanted})`);
	}

	if (namespace !== undefined && (metadata['namespace'] || namespace) !== namespace) {
		throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
	}

	if (name !== undefined) metadata['name'] = name;
	if (namespace !== undefined) metadata['namespace'] = namespace;
	return {...body, apiVersion, kind: kind.kind, metadata: metadata as KubeObject['metadata']};
};

/** POST of a new object. */
export const createObject = (write: Write): ApiAnswer => {
	const {store, target, request} = write;
	if (target.name !== undefined)
		throw new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method');
	const object = objectOf(write);
	if ((object.metadata.resourceVersion ?? '') !== '') {
		throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
	}

	const created = store.createAs(target.kind, object, optionsOf(write));
	return objectAnswer(store, target, request, created, 201);
};

/** PUT of an object, its status or its scale. */
export const replaceObject = (write: Write): ApiAnswer => {
	const {store, target, request} = write;
	const {kind, namespace, name = '', subresource} = target;
	if (subresource === 'scale') {
		const scale = bodyObject(request);
		const change = (current: KubeObject): KubeObject => scaled(kind, current, scale);
		const after = store.change(kind, namespace, name, change, optionsOf(write));
		return jsonAnswer(200, scaleOf(kind, after));
	}

	const object = objectOf(write);
	const options = {...optionsOf(write), isReplacement: true};
	return objectAnswer(
		store,
		target,
		request,
		store.change(kind, namespace, name, () => object, options),
	);
};

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
	const apply = (current: KubeObject | undefined): KubeObject =>
		applied(current, configuration, {kind, manager, now: store.clock.now()});
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

	let patched: KubeObject | undefined;
	const change = (current: KubeObject): KubeObject => {
		patched = patcher(inVersion(kind, current, version));
		return patched;
	};

	const options = optionsOf(write, () => patched);
	return objectAnswer(store, target, request, store.change(kind, namespace, name, change, options));
};
