// What a path means: a kind in a version, perhaps in a namespace, perhaps one object, perhaps a subresource of it.
import {notServed} from './errors.ts';
import type {Kind, Kinds} from './kinds.ts';

export type Target = {
	readonly kind: Kind;
	readonly version: string;
	readonly namespace: string | undefined;
	readonly name: string | undefined;
	readonly subresource: string | undefined;
};

/** A path below `/api/v1` or `/apis/G/V`, cut into its parts. */
export type Cut = {
	readonly group: string;
	readonly version: string;
	readonly plural: string;
	readonly namespace?: string;
	readonly name?: string;
	readonly subresource?: string;
};

/** Cuts a path; undefined when it is not one of a resource. */
export const cut = (path: string): Cut | undefined => {
	const [root, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
	const group = root === 'apis' ? rest.shift() : root === 'api' ? '' : undefined;
	const version = rest.shift();
	if (group === undefined || version === undefined) return undefined;
	const isOfNamespace = rest.length <= 2 || (rest.length === 3 && ['status', 'finalize'].includes(rest[2] ?? ''));
	const hasScope = rest[0] === 'namespaces' && !(group === '' && isOfNamespace);
	const [, namespace] = hasScope ? rest.splice(0, 2) : [];
	const [plural, name, subresource, more] = rest;
	if (plural === undefined || plural === '' || more !== undefined) return undefined;
	return {
		group,
		version,
		plural,
		...(namespace !== undefined && {namespace}),
		...(name !== undefined && {name}),
		...(subresource !== undefined && {subresource}),
	};
};

/** Finds the kind of a path, or refuses with 404. */
export const targetOf = (kinds: Kinds, path: Cut): Target => {
	const {group, version, plural, namespace, name, subresource} = path;
	const kind = kinds.get({group, plural});
	const isServed = kind?.versions.some((served) => served.name === version);
	if (kind === undefined || !isServed || (!kind.namespaced && namespace !== undefined)) throw notServed();
	return {kind, version, namespace, name, subresource};
};
