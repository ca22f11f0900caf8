// The few forms that a Kubernetes structural schema is made of. Every field is optional unless `must` says otherwise,
// for one schema has to accept both shapes of a Canary.
import {Type, type SchemaOptions, type Static, type TOptional, type TSchema} from '@sinclair/typebox';

/**
 * Annotations for the reference pages, stripped from the CRDs. `default` itself would make the API server write the
 * value into the object, which the peer does in a few places only, and so do we.
 */
export type Notes = SchemaOptions & {
	/** What an absent field means. */
	readonly 'x-aviary-default'?: string;
	/** Which shape has the field: inherited by what is inside. */
	readonly 'x-aviary-shape'?: Shape;
	/** The texts that have a meaning, where the schema takes any. */
	readonly 'x-aviary-values'?: readonly string[];
};

/** `aviary`: a field of ours that neither shape of the peer's has. */
export type Shape = 'both' | 'first' | 'today' | 'both, Aviary' | 'first, Aviary' | 'today, Aviary' | 'Aviary';

/** `absent(10)`: the meaning of a field that is not written. */
export const absent = (meaning: string | number | boolean): Notes => ({'x-aviary-default': String(meaning)});

/** Which shape has a field. */
export const shape = (name: Shape): Notes => ({'x-aviary-shape': name});

export const text = (description: string, notes: Notes = {}) => Type.Optional(Type.String({description, ...notes}));

export const number = (description: string, notes: Notes = {}) => Type.Optional(Type.Number({description, ...notes}));

export const integer = (description: string, notes: Notes = {}) => Type.Optional(Type.Integer({description, ...notes}));

/** An int32, as the peer's Istio types have it. */
export const int32 = (description: string, notes: Notes = {}) => integer(description, {format: 'int32', ...notes});

export const flag = (description: string, notes: Notes = {}) => Type.Optional(Type.Boolean({description, ...notes}));

/** A point in time, RFC 3339. */
export const time = (description: string) => text(description, {format: 'date-time'});

/** A duration by the peer's pattern, which has no end; hours are ours. */
export const duration = (description: string, notes: Notes = {}) =>
	text(description, {pattern: '^[0-9]+(h|m|s)', ...notes});

/** One of some texts; the peer lets some of them be empty. */
export const choice = <const T extends string>(values: readonly T[], description: string, notes: Notes = {}) =>
	Type.Optional(Type.Unsafe<T>({type: 'string', enum: [...values], description, ...notes}));

export const list = <T extends TSchema>(items: T, description: string, notes: Notes = {}) =>
	// The item's own optionality means nothing in a list and would leak into its type.
	Type.Optional(Type.Array(Type.Optional(items, false), {description, ...notes}));

export const texts = (description: string, notes: Notes = {}) => list(Type.String(), description, notes);

/** A map with texts as keys; typebox's own Record would write patternProperties, which Kubernetes refuses. */
export const map = <T extends TSchema>(values: T, description: string, notes: Notes = {}) =>
	Type.Optional(
		Type.Unsafe<Readonly<Record<string, Static<T>>>>({
			type: 'object',
			additionalProperties: values,
			description,
			...notes,
		}),
	);

export const textMap = (description: string, notes: Notes = {}) => map(Type.String(), description, notes);

export const group = <T extends Record<string, TSchema>>(fields: T, description?: string, notes: Notes = {}) =>
	Type.Optional(Type.Object(fields, {...(description === undefined ? {} : {description}), ...notes}));

export const intOrText = (description: string, notes: Notes = {}) =>
	Type.Optional(Type.Unsafe<number | string>({'x-kubernetes-int-or-string': true, description, ...notes}));

/** Makes a field required. */
export const must = <T extends TSchema>(field: TOptional<T>) => Type.Optional(field, false);

/** Exactly one of some sets of fields is written. */
export const exactlyOneOf = (...sets: ReadonlyArray<readonly string[]>): Notes => ({
	oneOf: sets.map((required) => ({required: [...required]})),
});

/** None or exactly one of some fields is written: the form of Istio's StringMatch. */
export const atMostOneOf = (...fields: readonly string[]): Notes => ({
	oneOf: [
		{not: {anyOf: fields.map((field) => ({required: [field]}))}},
		...fields.map((field) => ({required: [field]})),
	],
});

/** A reference to one object; `extra` are fields beside the three. */
export const reference = <const K extends string, T extends Record<string, TSchema>>(
	kinds: readonly K[],
	description: string,
	extra: T,
	notes: Notes,
) =>
	group(
		{
			apiVersion: must(text('API group and version')),
			kind: must(choice(kinds, 'Kind')),
			name: must(text('Name')),
			...extra,
		},
		description,
		notes,
	);

/** A whole resource: what every object of Kubernetes has, and its own fields. */
export const resource = <T extends Record<string, TSchema>>(fields: T, description: string) =>
	Type.Object(
		{
			apiVersion: text('Group and version of this representation'),
			kind: text('Kind of this resource'),
			metadata: Type.Optional(Type.Unsafe<Readonly<Record<string, unknown>>>({type: 'object'})),
			...fields,
		},
		{description},
	);
