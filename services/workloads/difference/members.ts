// The members of a value under names that hold in another value, too: keys in objects; in lists what tells their
// members apart, as Kubernetes merges them, else their places.
import {isBag} from '../../../api/reading.ts';

/** By what the members of a list are told apart, the first that all of them have. */
const identities = ['name', 'mountPath', 'devicePath', 'containerPort', 'ip', 'topologyKey'] as const;

const identityOf = (item: unknown, key: string): string | undefined => {
	const value = isBag(item) && Object.hasOwn(item, key) ? item[key] : undefined;
	return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
};

const tellsApart = (list: readonly unknown[], key: string): boolean => {
	const found = list.map((item) => identityOf(item, key));
	return !found.includes(undefined) && new Set(found).size === found.length;
};

/** One step of a path as it is shown: `.image`, `["a.b/c"]`. */
const keyStep = (key: string): string => (/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

/** `[podinfod]`, and `["a b"]` where a plain name could be taken for something else. */
const itemStep = (name: string): string => `[${/^[\w./-]+$/.test(name) ? name : JSON.stringify(name)}]`;

export type Members = ReadonlyMap<string, unknown>;

/** What a value has below it, in its order; undefined for a text, a number and the like. `other` is its counterpart. */
export const membersOf = (value: unknown, other: unknown): Members | undefined => {
	if (isBag(value)) return new Map(Object.entries(value).map(([key, member]) => [keyStep(key), member]));
	if (!Array.isArray(value)) return undefined;
	const list: readonly unknown[] = value;
	const counterpart: readonly unknown[] = Array.isArray(other) ? other : [];
	const key = identities.find((one) => tellsApart(list, one) && tellsApart(counterpart, one));
	return new Map(
		list.map((item, index) => [itemStep(key === undefined ? String(index) : (identityOf(item, key) ?? '')), item]),
	);
};

/** A path begins with a key. */
export const pathOf = (steps: string): string => steps.replace(/^\./, '');
