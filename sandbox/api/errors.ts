// Refusals, worded as kube-apiserver words them: kubectl and scripts show and match these texts.
import {StatusError, type KindKey} from './types.ts';

/** What one field has against it. */
export type FieldError = {readonly field: string; readonly reason: string; readonly message: string};

/** `canaries.flagger.app`, or `pods` for the core group. */
const qualified = (key: KindKey): string => (key.group === '' ? key.plural : `${key.plural}.${key.group}`);

const about = (key: KindKey, name: string): Record<string, unknown> => ({
	name,
	...(key.group !== '' && {group: key.group}),
	kind: key.plural,
});

/** 404 for an object. */
export const notFound = (key: KindKey, name: string): StatusError =>
	new StatusError(404, 'NotFound', `${qualified(key)} "${name}" not found`, about(key, name));

/** 404 for a path or kind that is not served. */
export const notServed = (): StatusError =>
	new StatusError(404, 'NotFound', 'the server could not find the requested resource');

/** 409: the name is taken. */
export const alreadyExists = (key: KindKey, name: string): StatusError =>
	new StatusError(409, 'AlreadyExists', `${qualified(key)} "${name}" already exists`, about(key, name));

const refusedChange = (key: KindKey, name: string, why: string): StatusError =>
	new StatusError(
		409,
		'Conflict',
		`Operation cannot be fulfilled on ${qualified(key)} "${name}": ${why}`,
		about(key, name),
	);

/** 409: the writer's copy is old. */
export const stale = (key: KindKey, name: string): StatusError =>
	refusedChange(
		key,
		name,
		'the object has been modified; please apply your changes to the latest version and try again',
	);

/** 409: the writer means another object of the same name. */
export const otherUid = (key: KindKey, name: string, wanted: string, found: string): StatusError =>
	refusedChange(
		key,
		name,
		`the UID in the precondition (${wanted}) does not match the UID in record (${found}). ` +
			'The object might have been deleted and then recreated',
	);

/** 409: the deleter means another version of the object. */
export const otherVersion = (key: KindKey, name: string, wanted: string, found: string): StatusError =>
	refusedChange(
		key,
		name,
		`the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record (${found}). ` +
			'The object might have been modified',
	);

/** 422 with one cause a field; equal sentences are said once. */
export const invalid = (key: KindKey, kind: string, name: string, errors: readonly FieldError[]): StatusError => {
	const sentences = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
	const said = sentences.length === 1 ? sentences[0] : `[${sentences.join(', ')}]`;
	const qualifiedKind = key.group === '' ? kind : `${kind}.${key.group}`;
	return new StatusError(422, 'Invalid', `${qualifiedKind} "${name}" is invalid: ${said}`, {
		name,
		...(key.group !== '' && {group: key.group}),
		kind,
		causes: errors.map(({reason, message, field}) => ({reason, message, field})),
	});
};

/** 422 of a patch that cannot be read: it names no object. */
export const invalidPatch = (causes: readonly FieldError[]): StatusError =>
	new StatusError(
		422,
		'Invalid',
		` "" is invalid: ${causes.map(({field, message}) => `${field}: ${message}`).join(', ')}`,
		{
			causes: causes.map(({reason, message, field}) => ({reason, message, field})),
		},
	);

/** 400. */
export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

/** 403. */
export const forbidden = (key: KindKey, name: string, why: string, details = {}): StatusError =>
	new StatusError(403, 'Forbidden', `${qualified(key)} "${name}" is forbidden: ${why}`, {
		...about(key, name),
		...details,
	});

/** 410: the watcher asks for what is no longer remembered. */
export const expired = (wanted: number, oldest: number): StatusError =>
	new StatusError(410, 'Expired', `too old resource version: ${wanted} (${oldest})`);

/** 422 of a JSON patch that does not fit; the real server says no more than this. */
export const patchRefused = (): StatusError =>
	new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request');

/** 415. */
export const unknownFormat = (accepted: readonly string[]): StatusError =>
	new StatusError(
		415,
		'UnsupportedMediaType',
		`the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
	);

/** A value as Go's `field.Error` prints it. */
export const printed = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** `Required value`, with the reason for it when there is one. */
export const required = (field: string, why = ''): FieldError => ({
	field,
	reason: 'FieldValueRequired',
	message: why === '' ? 'Required value' : `Required value: ${why}`,
});

/** `Invalid value: …`. */
export const invalidValue = (field: string, value: unknown, why: string): FieldError => ({
	field,
	reason: 'FieldValueInvalid',
	message: `Invalid value: ${printed(value)}: ${why}`,
});
