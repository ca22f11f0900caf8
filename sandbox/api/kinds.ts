// What the store serves: kinds by group and plural, each in one version or more.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {FieldError} from './errors.ts';
import {notServed} from './errors.ts';
import type {KindKey} from './types.ts';

/** A structural OpenAPI v3 schema, as a CRD carries it. */
export type Schema = Readonly<Record<string, unknown>>;

export type PrinterColumn = {
	readonly name: string;
	readonly type: string;
	readonly jsonPath: string;
	readonly format?: string;
	readonly description?: string;
	readonly priority?: number;
};

export type Version = {
	readonly name: string;
	readonly schema?: Schema;
	readonly columns?: readonly PrinterColumn[];
	readonly selectable?: readonly string[];
};

export type ScalePaths = {
	readonly specReplicas: string;
	readonly statusReplicas: string;
	/** Where the selector stands: as text, or (built-in kinds) as a LabelSelector. */
	readonly selector?: string;
};

/** What defaulting may ask of the store. */
export type Allocator = {clusterIp(): string; nodePort(): number; podIp(): string};

/** What the kinds of the store have in common. */
export type Kind = {
	readonly key: KindKey;
	readonly kind: string;
	readonly listKind: string;
	readonly singular: string;
	readonly shortNames: readonly string[];
	readonly categories: readonly string[];
	readonly namespaced: boolean;
	/** The served ones, preferred first. */
	readonly versions: readonly Version[];
	/** The version in which objects are kept and in which the store (not HTTP) hands them out. */
	readonly storage: string;
	readonly hasStatus: boolean;
	/** True where a creation may carry a status, as a kubelet's of its Node does. */
	readonly isBornWithStatus?: boolean;
	/** True for the kinds whose `metadata.generation` a real server keeps. */
	readonly hasGeneration: boolean;
	readonly isCustom: boolean;
	readonly scale?: ScalePaths;
	/** From any served version to another; changes nothing but `apiVersion` when absent. */
	readonly convert?: (object: KubeObject, version: string) => KubeObject;
	/** Fills in defaults in place. */
	readonly complete?: (object: KubeObject, before: KubeObject | undefined, allocator: Allocator) => void;
	readonly check?: (object: KubeObject, before: KubeObject | undefined) => readonly FieldError[];
};

/** `apps/v1`, or `v1` for the core group. */
export const apiVersionOf = (group: string, version: string): string =>
	group === '' ? version : `${group}/${version}`;

/** The version part of `apps/v1` or `v1`. */
export const versionIn = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1);

/** The object in another version of its kind; the object itself when it is in that version. */
export const inVersion = (kind: Kind, object: KubeObject, version: string): KubeObject => {
	const apiVersion = apiVersionOf(kind.key.group, version);
	if (object.apiVersion === apiVersion && object.kind === kind.kind) return object;
	return {...(kind.convert?.(object, version) ?? object), apiVersion, kind: kind.kind};
};

/** The kinds that are served now; custom ones come and go with their CRDs. */
export class Kinds {
	readonly #kinds = new Map<string, Kind>();

	register(kind: Kind): void {
		this.#kinds.set(`${kind.key.group}/${kind.key.plural}`, kind);
	}

	unregister(key: KindKey): void {
		this.#kinds.delete(`${key.group}/${key.plural}`);
	}

	get(key: KindKey): Kind | undefined {
		return this.#kinds.get(`${key.group}/${key.plural}`);
	}

	/** The kind, or a 404 as for a path that is not served. */
	require(key: KindKey): Kind {
		const kind = this.get(key);
		if (kind === undefined) throw notServed();
		return kind;
	}

	all(): readonly Kind[] {
		return [...this.#kinds.values()];
	}
}
