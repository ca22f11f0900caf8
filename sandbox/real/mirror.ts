// What a real cluster holds of some kinds, as of its last watch event, for those who only watch a store.
import type {KindKey, ReadableStore, WatchEvent} from '../api/types.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import type {Client} from './control-plane/client.ts';
import {follow, type FollowedEvent} from './follow.ts';

export type Mirror = {
	readonly store: ReadableStore;
	get(plural: string, namespace: string, name: string): KubeObject | undefined;
	stop(): void;
};

const nameIn = ({metadata}: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Begins to follow the kinds, whose plurals must differ; resolves when everything that there is has been seen. */
export const startMirror = async (
	client: Client,
	kinds: readonly Resource[],
	onEvent: (plural: string, event: FollowedEvent) => void = () => {},
): Promise<Mirror> => {
	const stopping = new AbortController();
	const objects = new Map(kinds.map(({plural}) => [plural, new Map<string, KubeObject>()]));
	const watchers = new Map(kinds.map(({plural}) => [plural, new Set<(event: WatchEvent) => void>()]));

	const take = (plural: string, event: FollowedEvent): void => {
		const known = objects.get(plural);
		if (event.type === 'DELETED') {
			known?.delete(nameIn(event.object));
		} else {
			known?.set(nameIn(event.object), event.object);
		}

		onEvent(plural, event);
		for (const watcher of watchers.get(plural) ?? []) {
			watcher(event);
		}
	};

	try {
		await Promise.all(kinds.map((kind) => follow(client, kind, (event) => take(kind.plural, event), stopping.signal)));
	} catch (error) {
		stopping.abort();
		throw error;
	}

	return {
		store: {
			list: ({plural}: KindKey) => ({items: [...(objects.get(plural)?.values() ?? [])], resourceVersion: '0'}),
			watch({plural}, _selection, listener) {
				watchers.get(plural)?.add(listener);
				return () => watchers.get(plural)?.delete(listener);
			},
			onAccepted: () => () => {},
		},
		get: (plural, namespace, name) => objects.get(plural)?.get(`${namespace}/${name}`),
		stop() {
			stopping.abort();
		},
	};
};
