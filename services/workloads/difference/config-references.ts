// The ConfigMaps and Secrets that a template refers to, wherever it does: environment, volumes, and what charts take
// their values from.
import {isBag, type Bag} from '../../../api/reading.ts';
import {membersOf, pathOf} from './members.ts';

export type ConfigKind = 'ConfigMap' | 'Secret';

/** Other configs than before; one side is absent where there was, or is, none in its place. */
export type ConfigChange = {
	readonly kind: ConfigKind;
	readonly before?: string;
	readonly after?: string;
	/** Where in the template: `spec.containers[podinfod].envFrom[0]`. */
	readonly where: readonly string[];
};

type Reference = {readonly kind: ConfigKind; readonly name: string; readonly where: string};

/** How each field names its object. `secret` is a volume's (`secretName`) or a projected source's (`name`). */
const fields: Readonly<Record<string, {readonly kind: ConfigKind; readonly names: readonly string[]}>> = {
	configMapRef: {kind: 'ConfigMap', names: ['name']},
	configMapKeyRef: {kind: 'ConfigMap', names: ['name']},
	configMap: {kind: 'ConfigMap', names: ['name']},
	secretRef: {kind: 'Secret', names: ['name']},
	secretKeyRef: {kind: 'Secret', names: ['name']},
	secret: {kind: 'Secret', names: ['secretName', 'name']},
};

const textAt = (bag: unknown, key: string): string | undefined => {
	const value = isBag(bag) && Object.hasOwn(bag, key) ? bag[key] : undefined;
	return typeof value === 'string' && value !== '' ? value : undefined;
};

const isConfigKind = (kind: string | undefined): kind is ConfigKind => kind === 'ConfigMap' || kind === 'Secret';

/** What an object refers to by one of its fields, or by its own `kind` and `name`, as Flux's `valuesFrom` does. */
const namedBy = (bag: Bag, where: string): readonly Reference[] => {
	const kind = textAt(bag, 'kind');
	const own = isConfigKind(kind) ? textAt(bag, 'name') : undefined;
	const found = Object.entries(fields).flatMap(([field, {kind: of, names}]): readonly Reference[] => {
		const inner = Object.hasOwn(bag, field) ? bag[field] : undefined;
		const name = names.flatMap((key) => textAt(inner, key) ?? [])[0];
		return name === undefined ? [] : [{kind: of, name, where}];
	});
	return own === undefined || !isConfigKind(kind) ? found : [...found, {kind, name: own, where}];
};

/** One that names its object by itself would have another place for each name. */
const isItself = (member: unknown): boolean => isConfigKind(textAt(member, 'kind'));

const referencesIn = (value: unknown, where = ''): readonly Reference[] => [
	...(isBag(value) ? namedBy(value, where) : []),
	...[...(membersOf(value, value) ?? [])].flatMap(([step, member], index) =>
		referencesIn(member, `${where}${Array.isArray(value) && isItself(member) ? `[${index}]` : step}`),
	),
];

const same = (a: Reference, b: Reference): boolean => a.kind === b.kind && a.name === b.name;

/**
 * Which configs a template refers to and the other does not; in one entry where one has taken the other's place. What
 * both refer to is the same object, with nothing to compare.
 */
export const configChanges = (before: unknown, after: unknown): readonly ConfigChange[] => {
	const [were, are] = [referencesIn(before), referencesIn(after)];
	const gone = were.filter((one) => !are.some((other) => same(one, other)));
	const come = are.filter((one) => !were.some((other) => same(one, other)));
	const replaced = gone.flatMap((one) => {
		const successor = come.find((other) => other.where === one.where && other.kind === one.kind);
		return successor === undefined ? [] : [{...one, after: successor.name}];
	});
	const found = [
		...replaced.map(({kind, name, after: other, where}) => ({kind, before: name, after: other, where})),
		...gone
			.filter((one) => !replaced.some((other) => same(one, other)))
			.map(({kind, name, where}) => ({kind, before: name, where})),
		...come
			.filter((one) => !replaced.some((other) => other.kind === one.kind && other.after === one.name))
			.map(({kind, name, where}) => ({kind, after: name, where})),
	];
	const grouped = Map.groupBy(found, ({where: _, ...config}) => JSON.stringify(config));
	return [...grouped.values()].flatMap((group) => {
		const [first] = group;
		return first === undefined ? [] : [{...first, where: group.map(({where}) => pathOf(where))}];
	});
};
