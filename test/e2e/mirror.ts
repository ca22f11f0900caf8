// What a real cluster holds of the kinds that matter here, as of its last watch event, and how it came to that.
import type {KindKey, Store, WatchEvent} from '../../sandbox/api/types.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import * as resources from '../../services/kubernetes/resources.ts';
import type {Change} from '../releases/harness.ts';
import {recordedPlurals} from '../releases/harness.ts';
import type {Client} from './control-plane/client.ts';
import {follow} from './follow.ts';

const kinds: readonly Resource[] = [
	resources.canaries,
	resources.controllerRevisions,
	resources.deployments,
	resources.destinationRules,
	resources.events,
	resources.horizontalPodAutoscalers,
	resources.pods,
	resources.services,
	resources.virtualServices,
];

/** As much of a Store as those read it who only watch. */
export type Readable = Pick<Store, 'list' | 'watch' | 'onAccepted'>;

export type Mirror = {
	/** The objects, for the embedded world's visitors. */
	readonly store: Readable;
	/** All changes in a namespace that have been seen, by resourceVersion. */
	changesIn(namespace: string): readonly Change[];
	/** The newest version seen of an object; 0 for one that is not there. */
	versionOf(plural: string, namespace: string, name: string): number;
	stop(): void;
};

const versionIn = ({metadata}: KubeObject): number => Number(metadata.resourceVersion ?? 0);
const nameIn = ({metadata}: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
const isRecorded = (plural: string): boolean => recordedPlurals.some((one) => one === plural);

/** Begins to follow; resolves when everything that there is has been seen. */
export const startMirror = async (client: Client): Promise<Mirror> => {
	const stopping = new AbortController();
	const objects = new Map(kinds.map(({plural}) => [plural, new Map<string, KubeObject>()]));
	const watchers = new Map(kinds.map(({plural}) => [plural, new Set<(event: WatchEvent) => void>()]));
	const changes: Change[] = [];

	const take = (plural: string, event: WatchEvent): void => {
		const known = objects.get(plural);
		if (event.type === 'DELETED') {
			known?.delete(nameIn(event.object));
		} else {
			known?.set(nameIn(event.object), event.object);
		}

		if (isRecorded(plural)) {
			changes.push({...event, plural});
		}

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
			watch({plural}, _selection, onEvent) {
				watchers.get(plural)?.add(onEvent);
				return () => watchers.get(plural)?.delete(onEvent);
			},
			onAccepted: () => () => {},
		},
		// One etcd counts the versions of all kinds, and each kind's watch brings its own in order.
		changesIn: (namespace) =>
			changes
				.filter(({object}) => object.metadata.namespace === namespace)
				.sort((left, right) => versionIn(left.object) - versionIn(right.object)),
		versionOf: (plural, namespace, name) => {
			const object = objects.get(plural)?.get(`${namespace}/${name}`);
			return object === undefined ? 0 : versionIn(object);
		},
		stop() {
			stopping.abort();
		},
	};
};
