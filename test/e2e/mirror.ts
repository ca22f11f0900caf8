// What a real cluster holds of the kinds that matter here, as of its last watch event, and how it came to that.
import type {ReadableStore} from '../../sandbox/api/types.ts';
import type {Client} from '../../sandbox/real/control-plane/client.ts';
import {startMirror as startPlainMirror} from '../../sandbox/real/mirror.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import * as resources from '../../services/kubernetes/resources.ts';
import type {Change} from '../releases/harness.ts';
import {recordedPlurals} from '../releases/harness.ts';

const kinds: readonly Resource[] = [
	resources.canaries,
	resources.controllerRevisions,
	resources.daemonSets,
	resources.deployments,
	resources.destinationRules,
	resources.events,
	resources.horizontalPodAutoscalers,
	resources.pods,
	resources.rollouts,
	resources.services,
	resources.statefulSets,
	resources.virtualServices,
];

export type Mirror = {
	/** The objects, for the embedded world's visitors. */
	readonly store: ReadableStore;
	/** All changes in a namespace that have been seen, by resourceVersion. */
	changesIn(namespace: string): readonly Change[];
	/** The newest version seen of an object; 0 for one that is not there. */
	versionOf(plural: string, namespace: string, name: string): number;
	stop(): void;
};

const versionIn = ({metadata}: KubeObject): number => Number(metadata.resourceVersion ?? 0);
const isRecorded = (plural: string): boolean => recordedPlurals.some((one) => one === plural);

/** Begins to follow; resolves when everything that there is has been seen. */
export const startMirror = async (client: Client): Promise<Mirror> => {
	const changes: Change[] = [];
	const mirror = await startPlainMirror(client, kinds, (plural, event) => {
		if (isRecorded(plural)) {
			changes.push({...event, plural});
		}
	});
	return {
		store: mirror.store,
		// One etcd counts the versions of all kinds, and each kind's watch brings its own in order.
		changesIn: (namespace) =>
			changes
				.filter(({object}) => object.metadata.namespace === namespace)
				.sort((left, right) => versionIn(left.object) - versionIn(right.object)),
		versionOf(plural, namespace, name) {
			const object = mirror.get(plural, namespace, name);
			return object === undefined ? 0 : versionIn(object);
		},
		stop: () => mirror.stop(),
	};
};
