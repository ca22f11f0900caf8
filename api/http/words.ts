// The few forms that the answers of the HTTP interface are made of. Unlike a resource's, every field is there unless
// `maybe` says otherwise.
import {Type, type SchemaOptions, type TSchema} from '@sinclair/typebox';

export const text = (description: string, notes: SchemaOptions = {}) => Type.String({description, ...notes});

export const number = (description: string, notes: SchemaOptions = {}) => Type.Number({description, ...notes});

export const integer = (description: string, notes: SchemaOptions = {}) => Type.Integer({description, ...notes});

export const flag = (description: string) => Type.Boolean({description});

/** An instant: RFC 3339, UTC, to the millisecond where that is known. */
export const instant = (description: string) => Type.String({description, format: 'date-time'});

export const percent = (description: string) => Type.Number({description, minimum: 0, maximum: 100});

/** One of some texts; typebox's own checks take it for any text. */
export const choice = <const T extends string>(values: readonly T[], description: string) =>
	Type.Unsafe<T>({...Type.String({description}), enum: [...values]});

export const list = <T extends TSchema>(items: T, description: string) => Type.Array(items, {description});

export const texts = (description: string) => list(Type.String(), description);

export const group = <T extends Record<string, TSchema>>(fields: T, description: string) =>
	Type.Object(fields, {description});

/** A field that may be absent. */
export const maybe = <T extends TSchema>(field: T) => Type.Optional(field);
