// Follows one kind of a real cluster for those who play its mesh or write its history: everything, in order, for ever.
import {sleep, wallClock} from '../../services/clock.ts';
import type {WatchEvent} from '../api/types.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {pathOf} from '../../services/kubernetes/resources.ts';
import {ApiError, type Client} from './control-plane/client.ts';
import {eventually} from './control-plane/eventually.ts';

export type FollowedEvent = WatchEvent & {
	/** The version known before; there when a list has told this, which may stand for several changes. */
	readonly since?: string;
};

const RETRY_MS = 100;

/** Before all versions of etcd. */
const NEVER = '0';

type List = {readonly metadata: {readonly resourceVersion: string}; readonly items: readonly KubeObject[] | null};

const apiVersionOf = ({group, version}: Resource): string => (group === '' ? version : `${group}/${version}`);

/** A kind that was defined a moment ago is not served at once: 404, or 429 while its storage is prepared. */
const listed = async (client: Client, path: string): Promise<List | undefined> => {
	try {
		return (await client.call('GET', path)) as List;
	} catch (error) {
		if (error instanceof ApiError && (error.code === 404 || error.code === 429)) {
			return undefined;
		}

		throw error;
	}
};

const keyOf = ({metadata}: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** What has to be told for `known` to become what a list has found. */
const differences = (
	known: ReadonlyMap<string, KubeObject>,
	found: ReadonlyMap<string, KubeObject>,
): readonly FollowedEvent[] => [
	...[...found].flatMap(([key, object]): FollowedEvent[] => {
		const before = known.get(key);
		const since = before?.metadata.resourceVersion ?? NEVER;
		const isSame = since === object.metadata.resourceVersion;
		return isSame ? [] : [{type: before === undefined ? 'ADDED' : 'MODIFIED', object, since}];
	}),
	...[...known].filter(([key]) => !found.has(key)).map(([, object]): FollowedEvent => ({type: 'DELETED', object})),
];

/**
 * Follows a kind in all namespaces until the signal aborts. Resolves when what there is has been told. An API server
 * that comes back from an outage knows no versions from before it: then it lists, and tells the differences.
 */
export const follow = async (
	client: Client,
	kind: Resource,
	onEvent: (event: FollowedEvent) => void,
	signal: AbortSignal,
): Promise<void> => {
	const path = pathOf(kind);
	const known = new Map<string, KubeObject>();
	let version = '';

	const tell = (event: FollowedEvent): void => {
		if (event.type === 'DELETED') {
			known.delete(keyOf(event.object));
		} else {
			known.set(keyOf(event.object), event.object);
		}

		onEvent(event);
	};
	const list = async (): Promise<void> => {
		const {metadata, items} = await eventually(`${path} is served`, () => listed(client, path));
		const found = (items ?? []).map((item) => ({...item, apiVersion: apiVersionOf(kind), kind: kind.kind}));
		for (const event of differences(known, new Map(found.map((object) => [keyOf(object), object])))) {
			tell(event);
		}

		version = metadata.resourceVersion;
	};
	const watch = async (): Promise<void> => {
		const query = new URLSearchParams({watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version});
		for await (const {type, object} of client.watch(`${path}?${query.toString()}`, signal)) {
			if (type === 'ERROR') {
				await list();
				return;
			}

			version = object.metadata.resourceVersion ?? version;
			if (type !== 'BOOKMARK') {
				tell({type, object} as FollowedEvent);
			}
		}
	};
	const loop = async (): Promise<void> => {
		while (!signal.aborted) {
			// An outage of the API server.
			await watch().catch(() => {});
			await sleep(wallClock, RETRY_MS, signal).catch(() => {});
		}
	};
	await list();
	void loop();
};
