// DELETE of an object or of a collection.
import {notServed} from './errors.ts';
import {recordOf} from './json.ts';
import {apiVersionOf} from './kinds.ts';
import {bodyObject, jsonAnswer, type ApiAnswer} from './messages.ts';
import {itemsOf, objectAnswer, selectionOf} from './reading.ts';
import type {RemoveOptions} from './write-options.ts';
import {mustGet} from './store.ts';
import {optionsOf, type Write} from './writing.ts';

const removeOptions = ({request, query}: Write): RemoveOptions => {
	const isEmpty = (request.body ?? '').length === 0;
	const body = isEmpty ? {} : bodyObject(request);
	const {uid, resourceVersion} = recordOf(body['preconditions']);
	const policy = body['propagationPolicy'] ?? query.get('propagationPolicy');
	const grace = body['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds');
	return {
		...(typeof uid === 'string' && {uid}),
		...(typeof resourceVersion === 'string' && {resourceVersion}),
		...(policy !== undefined && policy !== null && {propagationPolicy: policy as 'Background'}),
		...(grace !== undefined && grace !== null && {gracePeriodSeconds: Number(grace)}),
	};
};

const dryDelete = ({request, query}: Write): {readonly dryRun?: true} => {
	const asked = (request.body ?? '').length === 0 ? [] : bodyObject(request)['dryRun'];
	const isDry = query.getAll('dryRun').includes('All') || (Array.isArray(asked) && asked.includes('All'));
	return isDry ? {dryRun: true} : {};
};

/** Of these a real server answers the object as it was. */
const answered = new Set(['pods', 'services', 'serviceaccounts']);

/** DELETE of one object: a Status when it is gone, the object while something holds it. */
export const deleteObject = (write: Write): ApiAnswer => {
	const {store, target, request} = write;
	const {kind, namespace, name = '', subresource} = target;
	if (subresource !== undefined) throw notServed();
	const before = mustGet(store, kind.key, namespace, name);
	const {uid} = before.metadata;
	const options = {...optionsOf(write), ...removeOptions(write), ...dryDelete(write)};
	const held = store.removeAs(kind, namespace, name, options);
	if (held !== undefined) return objectAnswer(store, target, request, held);
	if (kind.key.group === '' && answered.has(kind.key.plural)) return objectAnswer(store, target, request, before);
	const group = kind.key.group === '' ? {} : {group: kind.key.group};
	const details = {name, ...group, kind: kind.key.plural, uid};
	return jsonAnswer(200, {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details});
};

/** DELETE of a collection. */
export const deleteObjects = (write: Write): ApiAnswer => {
	const {store, target, query} = write;
	const {kind, version} = target;
	const {items} = store.list(kind.key, selectionOf(target, query));
	const options = {...optionsOf(write), ...removeOptions(write), ...dryDelete(write)};
	for (const {metadata} of items) {
		if (store.get(kind.key, metadata.namespace, metadata.name)?.metadata.uid !== metadata.uid) continue;
		store.removeAs(kind, metadata.namespace, metadata.name, options);
	}

	return jsonAnswer(200, {
		kind: kind.listKind,
		apiVersion: apiVersionOf(kind.key.group, version),
		metadata: {resourceVersion: store.resourceVersion()},
		items: itemsOf(kind, items, version),
	});
};
