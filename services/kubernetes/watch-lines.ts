// Lines of a watch to events. A line that cannot be read ends the stream: skipping it would be silent loss.
import {ApiError, type KubeObject, type Resource} from './cluster.ts';
import {garbled, parseObject} from './failures.ts';
import {isObjectOf, versionOf} from './objects.ts';

export type WatchEvent =
	| {readonly type: 'put' | 'gone'; readonly object: KubeObject; readonly version: bigint}
	/** `complete`: all objects of a list-less watch's beginning have been sent. */
	| {readonly type: 'bookmark'; readonly version: bigint; readonly complete: boolean}
	/** Another kind's or namespace's object: no business of ours, and no reason to distrust the rest. */
	| {readonly type: 'foreign'; readonly found: string};

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

type Line = {readonly type?: unknown; readonly object?: unknown};
type StatusLike = {
	readonly code?: unknown;
	readonly reason?: unknown;
	readonly message?: unknown;
	readonly details?: {readonly retryAfterSeconds?: unknown};
};

const errorOf = (status: StatusLike, attempt: string): ApiError => {
	const seconds = status.details?.retryAfterSeconds;
	return new ApiError({
		code: typeof status.code === 'number' ? status.code : 500,
		reason: typeof status.reason === 'string' ? status.reason : 'InternalError',
		outcome: 'refused',
		attempt,
		message: typeof status.message === 'string' ? status.message : 'an ERROR event without a message',
		retryAfterMs: typeof seconds === 'number' ? seconds * 1000 : undefined,
	});
};

/** Reads one line. Throws ApiError: what an ERROR event says, or `MalformedAnswer`. */
export const readEvent = (
	line: string,
	resource: Resource,
	namespace: string | undefined,
	attempt: string,
): WatchEvent => {
	const {type, object} = (parseObject(line) ?? {}) as Line;
	if (typeof type !== 'string' || typeof object !== 'object' || object === null) {
		throw garbled(attempt, 'a line of the watch is no event');
	}

	if (type === 'ERROR') {
		throw errorOf(object as StatusLike, attempt);
	}

	const {metadata, kind} = object as Partial<KubeObject>;
	if (type === 'BOOKMARK') {
		const version = versionOf(metadata?.resourceVersion);
		if (version === undefined) {
			throw garbled(attempt, 'a bookmark without a version');
		}

		return {type: 'bookmark', version, complete: metadata?.annotations?.[INITIAL_EVENTS_END] === 'true'};
	}

	if (kind !== resource.kind || (namespace !== undefined && metadata?.namespace !== namespace)) {
		return {type: 'foreign', found: `${String(kind)} in ${String(metadata?.namespace)}`};
	}

	const version = versionOf(metadata?.resourceVersion);
	if (version === undefined || !isObjectOf(resource, object)) {
		throw garbled(attempt, 'an event whose object has no name or version');
	}

	if (type === 'ADDED' || type === 'MODIFIED') {
		return {type: 'put', object, version};
	}

	if (type === 'DELETED') {
		return {type: 'gone', object, version};
	}

	throw garbled(attempt, `an event of the unknown type ${JSON.stringify(type.slice(0, 40))}`);
};
