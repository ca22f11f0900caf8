// Objects of one kind followed by a watch, as the caller: what is there, then every change, over breaks of the connection.
import {sleep, wallClock} from '../services/clock.ts';
import {HttpError} from '../services/http/errors.ts';
import {ApiError, type KubeObject, type Resource} from '../services/kubernetes/cluster.ts';
import {resourceName} from '../services/kubernetes/objects.ts';
import {pathOf} from '../services/kubernetes/resources.ts';
import {readEvent} from '../services/kubernetes/watch-lines.ts';
import {ANSWER_MS, type Access} from './cluster-access.ts';

export type Followed = {
	readonly resource: Resource;
	readonly namespace: string | undefined;
	readonly fieldSelector?: string;
	readonly labelSelector?: string;
	readonly signal: AbortSignal;
	/** What a 403 lacks. */
	readonly right: string;
	/** The connection broke, and is tried again; once until it is back. */
	readonly onSilence?: (text: string) => void;
};

/** `all`: everything that there is now, at the beginning and after a break. */
export type Change =
	| {readonly type: 'all'; readonly objects: readonly KubeObject[]}
	| {readonly type: 'put' | 'gone'; readonly object: KubeObject};

/** The longest silence of a watch before it is renewed. */
const IDLE_MS = 330_000;
const BYTES_MAX = 128 * 1024 * 1024;
const PAUSE_MS = 500;
const PAUSE_MS_LEAST = 50;
const PAUSE_MS_MAX = 10_000;

const isLasting = (error: unknown): boolean => error instanceof ApiError && [401, 403, 404].includes(error.code);
const isBreak = (error: unknown): error is Error =>
	(error instanceof ApiError || error instanceof HttpError) && !isLasting(error);

/** The server no longer knows what came after the version: usual after a long silence. */
const isForgotten = (error: Error): boolean => error instanceof ApiError && error.code === 410;

type Page = {readonly version: string; readonly objects: readonly KubeObject[]};

const selectorsOf = ({fieldSelector, labelSelector}: Followed): Record<string, string> => ({
	...(fieldSelector !== undefined && {fieldSelector}),
	...(labelSelector !== undefined && {labelSelector}),
});

const everything = async ({api}: Access, followed: Followed): Promise<Page> => {
	const {resource, namespace, signal} = followed;
	const answer = await api.request({
		verb: 'list',
		resource: resourceName(resource),
		path: pathOf(resource, namespace),
		query: selectorsOf(followed),
		signal,
		timeoutMs: ANSWER_MS,
		maxBytes: BYTES_MAX,
		patient: false,
	});
	const {metadata, items, apiVersion} = (answer ?? {}) as {
		metadata?: {resourceVersion?: string};
		items?: readonly KubeObject[] | null;
		apiVersion?: string;
	};
	const objects = (items ?? []).map((item) => ({...item, apiVersion: apiVersion ?? '', kind: resource.kind}));
	return {version: metadata?.resourceVersion ?? '0', objects};
};

/**
 * Ends when the signal aborts. Rejects with CommandError for what lasts, and for anything that goes wrong before the
 * first answer; later breaks are got over.
 */
export async function* follow(access: Access, followed: Followed): AsyncGenerator<Change, void, undefined> {
	const {resource, namespace, signal, right, onSilence} = followed;
	const name = resourceName(resource);
	const path = pathOf(resource, namespace);
	let version: string | undefined;
	let isKnown = false;
	let failures = 0;
	while (!signal.aborted) {
		try {
			if (version === undefined) {
				const page = await everything(access, followed);
				({version} = page);
				isKnown = true;
				failures = 0;
				yield {type: 'all', objects: page.objects};
			}

			const query = {
				...selectorsOf(followed),
				watch: 'true',
				allowWatchBookmarks: 'true',
				resourceVersion: version,
			};
			const {lines} = await access.api.stream({verb: 'watch', resource: name, path, query, signal, idleMs: IDLE_MS});
			for await (const batch of lines) {
				for (const line of batch) {
					const event = readEvent(line, resource, namespace, `WATCH ${name}`);
					failures = 0;
					if (event.type !== 'foreign') {
						version = String(event.version);
					}

					if (event.type === 'put' || event.type === 'gone') {
						yield {type: event.type, object: event.object};
					}
				}
			}
		} catch (error) {
			if (signal.aborted) {
				return;
			}

			if (!isKnown || !isBreak(error)) {
				await access.explained(Promise.reject(error as Error), right);
				return;
			}

			version = undefined;
			failures += 1;
			if (failures === 1 && !isForgotten(error)) {
				onSilence?.(error.message);
			}
		}

		const pause = failures === 0 ? PAUSE_MS_LEAST : Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** (failures - 1));
		await sleep(wallClock, pause, signal).catch(() => {});
	}
}

/** `namespace/name`. */
export const keyOf = ({metadata}: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Tells of the changes between what was there and what is. */
export const differences = () => {
	const known = new Map<string, KubeObject>();
	return (change: Change): {readonly put: readonly KubeObject[]; readonly gone: readonly KubeObject[]} => {
		if (change.type !== 'all') {
			const isPut = change.type === 'put';
			if (isPut) known.set(keyOf(change.object), change.object);
			else known.delete(keyOf(change.object));
			return {put: isPut ? [change.object] : [], gone: isPut ? [] : [change.object]};
		}

		const present = new Set(change.objects.map(keyOf));
		const gone = [...known.values()].filter((object) => !present.has(keyOf(object)));
		for (const object of gone) known.delete(keyOf(object));
		const put = change.objects.filter(
			(object) => known.get(keyOf(object))?.metadata.resourceVersion !== object.metadata.resourceVersion,
		);
		for (const object of put) known.set(keyOf(object), object);
		return {put, gone};
	};
};
