// Fields of today's shape as the first shape has them.
import {Type, type Static, type TSchema} from '@sinclair/typebox';
import type {Notes} from './words.ts';

/** What may be there when nothing is required and any text is taken. */
type Lenient<T> = T extends string
	? string
	: T extends ReadonlyArray<infer Item>
		? ReadonlyArray<Lenient<Item>>
		: T extends object
			? {readonly [Key in keyof T]?: Lenient<T[Key]>}
			: T;

type Field = Notes & {
	readonly properties?: Readonly<Record<string, Field>>;
	readonly required?: readonly string[];
	readonly items?: Field;
	readonly enum?: readonly string[];
	readonly pattern?: string;
};

/** What refuses nothing any more stays as a note, for the reference page. */
const relaxed = ({properties, required = [], items, enum: values, pattern: _, ...field}: Field): Field => ({
	...field,
	...(values && {'x-aviary-values': values}),
	...(items && {items: relaxed(items)}),
	...(properties && {
		properties: Object.fromEntries(
			Object.entries(properties).map(([name, inner]) => {
				const needed = required.includes(name) ? {'x-aviary-default': 'needed'} : {};
				return [name, {...needed, ...relaxed(inner)}];
			}),
		),
	}),
});

/**
 * The same field with nothing required in it, and any text taken: the operator says what is wrong, and the API server
 * refuses no manifest for it.
 */
export const lenient = <T extends TSchema>(field: T, notes: Notes) => {
	const plain = JSON.parse(JSON.stringify(field)) as Field;
	return Type.Optional(Type.Unsafe<Lenient<Static<T>>>({...relaxed(plain), ...notes}));
};
