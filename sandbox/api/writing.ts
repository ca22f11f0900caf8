// POST and PUT of objects, and what all writes have in common.
import {parse} from 'yaml';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {checkBody, type Strictness} from './built-in-fields.ts';
import type {Unknown} from './crd.ts';
import {badRequest, invalidPatch, printed} from './errors.ts';
import {recordOf, shown, sortedText, type Json} from './json.ts';
import {apiVersionOf} from './kinds.ts';
import {noteUpdate, type Writer} from './ownership.ts';
import {bodyObject, contentType, jsonAnswer, textOf, type ApiAnswer, type ApiRequest} from './messages.ts';
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

		const message = `Invalid value: ${printed(sortedText(patched()))}: ${strictly(paths)}`;
		const cause = {field: 'patch', reason: 'FieldValueInvalid', message};
		throw invalidPatch([cause]);
	};
};

const managerOf = ({request, query}: Write): string =>
	query.get('fieldManager') || ((request.headers['user-agent'] ?? 'unknown').split(/[/\s]/u)[0] ?? 'unknown');

/** The writer of a request, as ownership knows it. */
export const writerOf = (write: Write): Writer => {
	const {store, target} = write;
	const {kind, version, subresource} = target;
	const apiVersion = apiVersionOf(kind.key.group, version);
	return {kind, version, apiVersion, subresource, manager: managerOf(write), now: store.clock.now()};
};

/** Kinds that nobody applies: their owners would cost more than they tell. */
const unowned = new Set(['events', 'leases', 'endpointslices', 'endpoints', 'nodes']);

const isOwned = ({target, request}: Write): boolean =>
	contentType(request) !== 'application/apply-patch+yaml' &&
	target.subresource !== 'status' &&
	!unowned.has(target.kind.key.plural);

/** How the store is to take a request: by whom, dry or not, and strict or not about unknown fields. */
export const optionsOf = (write: Write, patched: () => unknown = () => ({})): WriteOptions => {
	const {target, query} = write;
	const unknown = onUnknown(write, patched);
	return {
		by: managerOf(write),
		...(target.subresource === 'status' && {subresource: 'status' as const}),
		...(target.subresource === 'scale' && {subresource: 'scale' as const}),
		...(query.getAll('dryRun').includes('All') && {dryRun: true}),
		...(isOwned(write) && {
			note: (object: KubeObject, before: KubeObject | undefined) => noteUpdate(writerOf(write), object, before),
		}),
		...(unknown && {onUnknown: unknown}),
	};
};

/** The body as an object of the target's kind and place. */
export const objectOf = ({target, request}: Write): KubeObject => {
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

/** How strictly a request wants to be taken; undefined where it does not say, as all but kubectl's. */
export const strictnessOf = ({query, warnings}: Write): Strictness | undefined => {
	const mode = query.get('fieldValidation');
	return mode === null ? undefined : {mode, warnings};
};

const checkFields = (write: Write, object: KubeObject): void => {
	const strictness = strictnessOf(write);
	if (strictness !== undefined) checkBody(write.target.kind, write.target.version, object, strictness);
};

/** Says of new finalizers of custom resources what a real server says of names without a path. */
export const warnOfFinalizers = (
	{target, warnings}: Write,
	{metadata}: KubeObject,
	before: KubeObject | undefined,
): void => {
	if (!target.kind.isCustom) return;
	const known = before?.metadata.finalizers ?? [];
	for (const name of metadata.finalizers ?? []) {
		if (name.includes('/') || known.includes(name)) continue;
		const why = 'prefer a domain-qualified finalizer name including a path (/)';
		warnings.push(`metadata.finalizers: "${name}": ${why} to avoid accidental conflicts with other finalizer writers`);
	}
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

	checkFields(write, object);
	const created = store.createAs(target.kind, object, optionsOf(write));
	warnOfFinalizers(write, created, undefined);
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
	checkFields(write, object);
	const options = {...optionsOf(write), isReplacement: true};
	return objectAnswer(
		store,
		target,
		request,
		store.change(kind, namespace, name, () => object, options),
	);
};
