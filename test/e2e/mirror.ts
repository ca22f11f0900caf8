// What a real cluster holds of the kinds that matter here, as of its last watch event, and how it came to that.
import type {ReadableStore} from '../../sandbox/api/types.ts';
import type {Client} from '../../sandbox/real/control-plane/client.ts';
import {startMirror as startPlainMirror} from '../../sandbox/real/mirror.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import * as resources from '../../services/kubernetes/resources.ts';
import type {Change} from '../releases/harness.ts';
import {recordedPlurals} from '../releases/harness.ts';
import {statesSince} from './past.ts';

const always: readonly Resource[] = [
	resources.canaries,
	resources.canaryCommands,
	resources.canaryRuns,
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
	/** All changes in a namespace, by resourceVersion; those that an outage hid from the watches are asked of etcd's past. */
	changesIn(namespace: string): Promise<readonly Change[]>;
	/** The newest version seen of an object; 0 for one that is not there. */
	versionOf(plural: string, namespace: string, name: string): number;
	stop(): void;
};

const versionIn = ({metadata}: KubeObject): number => Number(metadata.resourceVersion ?? 0);
const isRecorded = (plural: string): boolean => recordedPlurals.some((one) => one === plural);

/** The changes after the version `since` that have made an object what a list tells. */
const changesSince = async (
	client: Client,
	kind: Resource,
	object: KubeObject,
	since: number,
): Promise<readonly Change[]> => {
	const {plural} = kind;
	const states = [...(await statesSince(client, kind, object, since)), object];
	return states.map((state, index) => ({
		type: since === 0 && index === 0 ? 'ADDED' : 'MODIFIED',
		plural,
		object: state,
	}));
};

/** Begins to follow these kinds and `others`; resolves when everything that there is has been seen. */
export const startMirror = async (client: Client, others: readonly Resource[] = []): Promise<Mirror> => {
	const kinds = [...always, ...others];
	const changes: Change[] = [];
	const hidden: Array<{readonly namespace: string | undefined; readonly changes: Promise<readonly Change[]>}> = [];
	const mirror = await startPlainMirror(client, kinds, (plural, {type, object, since}) => {
		if (!isRecorded(plural)) return;
		if (since === undefined) {
			changes.push({type, plural, object});
			return;
		}

		const kind = kinds.find((one) => one.plural === plural) as Resource;
		const asked = changesSince(client, kind, object, Number(since));
		// Whoever asks for the changes hears of it.
		asked.catch(() => {});
		hidden.push({namespace: object.metadata.namespace, changes: asked});
	});
	return {
		store: mirror.store,
		// One etcd counts the versions of all kinds, and each kind's watch brings its own in order.
		async changesIn(namespace) {
			const asked = hidden.filter((one) => one.namespace === namespace).map((one) => one.changes);
			const seen = changes.filter(({object}) => object.metadata.namespace === namespace);
			const all = [...seen, ...(await Promise.all(asked)).flat()];
			return all.sort((left, right) => versionIn(left.object) - versionIn(right.object));
		},
		versionOf(plural, namespace, name) {
			const object = mirror.get(plural, namespace, name);
			return object === undefined ? 0 : versionIn(object);
		},
		stop: () => mirror.stop(),
	};
};
