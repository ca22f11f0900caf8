// GET: one object, or a list, as JSON or as a Table.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {StatusError, type Selection} from './types.ts';
import {badRequest} from './errors.ts';
import type {Json} from './json.ts';
import {apiVersionOf, inVersion, type Kind} from './kinds.ts';
import {idIn} from './memory.ts';
import {jsonAnswer, type ApiAnswer, type ApiRequest} from './messages.ts';
import {mustGet, type ApiStore} from './store.ts';
import {tableOf} from './tables.ts';
import type {Target} from './targets.ts';

/** True when the client would rather have a Table. */
export const wantsTable = (request: ApiRequest): boolean =>
	/^application\/json;\s*as=Table/iu.test((request.headers['accept'] ?? '').replaceAll(/;(g|v)=[^;,]*/gu, ''));

/** What a query selects. */
export const selectionOf = (target: Target, query: URLSearchParams): Selection => {
	const labelSelector = query.get('labelSelector');
	const fields = [query.get('fieldSelector'), target.name === undefined ? '' : `metadata.name=${target.name}`];
	const fieldSelector = fields.filter(Boolean).join(',');
	return {
		...(target.namespace !== undefined && {namespace: target.namespace}),
		...(labelSelector && {labelSelector}),
		...(fieldSelector !== '' && {fieldSelector}),
	};
};

/** One object's answer; every verb that answers an object ends here. */
export const objectAnswer = (
	store: ApiStore,
	target: Target,
	request: ApiRequest,
	object: KubeObject,
	status = 200,
): ApiAnswer => {
	if (!wantsTable(request)) return jsonAnswer(status, inVersion(target.kind, object, target.version));
	const include = new URL(request.path, 'http://sandbox').searchParams.get('includeObject') ?? undefined;
	const metadata = {resourceVersion: object.metadata.resourceVersion};
	const options = {now: store.clock.now(), metadata, include};
	return jsonAnswer(status, tableOf(target.kind, target.version, [object], options));
};

/** GET of one object. */
export const getObject = (store: ApiStore, target: Target, request: ApiRequest): ApiAnswer => {
	const object = mustGet(store, target.kind.key, target.namespace, target.name ?? '');
	return objectAnswer(store, target, request, object);
};

type Page = {readonly items: readonly KubeObject[]; readonly metadata: Json};

/** Lists that were begun and not yet read to their end: all their pages are of one moment. */
const begunLists = new WeakMap<ApiStore, Map<string, readonly KubeObject[]>>();
const begunMax = 32;

const keep = (store: ApiStore, key: string, all: readonly KubeObject[]): void => {
	const known = begunLists.get(store) ?? new Map<string, readonly KubeObject[]>();
	begunLists.set(store, known.set(key, all));
	const [oldest] = known.keys();
	if (known.size > begunMax && oldest !== undefined) known.delete(oldest);
};

const begunList = (store: ApiStore, key: string): readonly KubeObject[] => {
	const all = begunLists.get(store)?.get(key);
	if (all !== undefined) return all;
	const said = 'The provided continue parameter is too old to display a consistent list result.';
	throw new StatusError(410, 'Expired', said);
};

const pageOf = (store: ApiStore, target: Target, query: URLSearchParams): Page => {
	const selection = selectionOf(target, query);
	const {items: present, resourceVersion: version} = store.list(target.kind.key, selection);
	const keyOf = (at: string): string => JSON.stringify([target.kind.key, selection, at]);
	const limit = Number(query.get('limit') ?? 0);
	const token = query.get('continue') ?? '';
	let begun = version;
	let all = present;
	let rest = present;
	if (token !== '') {
		const [at, after] = Buffer.from(token, 'base64url').toString('utf8').split('\n');
		if (at === undefined || after === undefined) throw badRequest('continue key is not valid');
		begun = at;
		all = begunList(store, keyOf(at));
		rest = all.filter((object) => idIn(object) > after);
	}

	const items = limit > 0 ? rest.slice(0, limit) : rest;
	const last = items.at(-1);
	if (items.length === rest.length || last === undefined) return {items, metadata: {resourceVersion: begun}};
	keep(store, keyOf(begun), all);
	const next = Buffer.from(`${begun}\n${idIn(last)}`).toString('base64url');
	const isWhole = !query.has('labelSelector') && !query.has('fieldSelector');
	const remaining = isWhole ? {remainingItemCount: rest.length - items.length} : {};
	return {items, metadata: {resourceVersion: begun, continue: next, ...remaining}};
};

const refuseFuture = (store: ApiStore, query: URLSearchParams): void => {
	const wanted = Number(query.get('resourceVersion') ?? 0);
	const known = Number(store.resourceVersion());
	if (wanted <= known) return;
	throw new StatusError(504, 'Timeout', `Too large resource version: ${wanted}, current: ${known}`, {
		causes: [{reason: 'ResourceVersionTooLarge', message: 'Too large resource version'}],
		retryAfterSeconds: 1,
	});
};

/** As items of a list: those of built-in kinds do not name their kind, which the list does. */
export const itemsOf = (kind: Kind, objects: readonly KubeObject[], version: string): readonly Json[] =>
	objects.map((object) => {
		const item = inVersion(kind, object, version);
		if (kind.isCustom) return item;
		const {apiVersion: _apiVersion, kind: _kind, ...rest} = item;
		return rest;
	});

/** GET of a collection. */
export const listObjects = (
	store: ApiStore,
	target: Target,
	request: ApiRequest,
	query: URLSearchParams,
): ApiAnswer => {
	refuseFuture(store, query);
	const {kind, version} = target;
	const page = pageOf(store, target, query);
	if (wantsTable(request)) {
		const include = query.get('includeObject') ?? undefined;
		const options = {now: store.clock.now(), metadata: page.metadata, include};
		return jsonAnswer(200, tableOf(kind, version, page.items, options));
	}

	return jsonAnswer(200, {
		kind: kind.listKind,
		apiVersion: apiVersionOf(kind.key.group, version),
		metadata: page.metadata,
		items: itemsOf(kind, page.items, version),
	});
};
