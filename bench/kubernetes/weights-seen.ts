// Follows what users of each Canary get, as anyone could: when its route and its pods came to be as they are.
import {wallClock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {deployments, virtualServices} from '../../services/kubernetes/resources.ts';
import type {Client} from '../../sandbox/real/control-plane/client.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {follow} from '../../sandbox/real/follow.ts';
import {imageOf, type Place, type Version} from './objects.ts';

export type WeightsSeen = {
	/** Until the canary of each has at least so much of the traffic. */
	allAtLeast(places: readonly Place[], weight: number, msMax: number): Promise<void>;
	/** Until each has lost all traffic since an instant; when it did, in ms of the monotonic clock, as `places` are. */
	allBackSince(places: readonly Place[], from: number, msMax: number): Promise<readonly number[]>;
	/** When a watch first told that no pod of the target is ready; undefined when it has not. */
	unreadySince(place: Place): number | undefined;
	/** When a watch first told that the target is to run the version. */
	versionSince(place: Place, version: Version): number | undefined;
	stop(): void;
};

type Rule = {
	readonly route?: ReadonlyArray<{readonly destination?: {readonly host?: string}; readonly weight?: number}>;
};
type Containers = {readonly template?: {readonly spec?: {readonly containers?: ReadonlyArray<{image?: string}>}}};

const keyOf = ({namespace = '', name}: {readonly namespace?: string; readonly name: string}): string =>
	`${namespace}/${name}`;

const weightIn = ({metadata: {name}, spec}: KubeObject): number => {
	const [rule] = (spec?.['http'] ?? []) as readonly Rule[];
	return rule?.route?.find(({destination}) => destination?.host === `${name}-canary`)?.weight ?? 0;
};

/** Begins to follow; resolves when what there is has been seen. */
export const followWeights = async (client: Client): Promise<WeightsSeen> => {
	const stopping = new AbortController();
	const weights = new Map<string, number>();
	const losses = new Map<string, readonly number[]>();
	const unready = new Map<string, number>();
	const versions = new Map<string, number>();
	await follow(
		client,
		virtualServices,
		({object}) => {
			const key = keyOf(object.metadata);
			const weight = weightIn(object);
			const isLost = weight === 0 && weights.get(key) !== 0;
			if (isLost) losses.set(key, [...(losses.get(key) ?? []), wallClock.monotonic()]);
			weights.set(key, weight);
		},
		stopping.signal,
	);
	await follow(
		client,
		deployments,
		({object: {metadata, spec, status}}) => {
			const key = keyOf(metadata);
			const image = (spec as Containers | undefined)?.template?.spec?.containers?.[0]?.image;
			const at = wallClock.monotonic();
			if (!versions.has(`${key} ${image}`)) versions.set(`${key} ${image}`, at);
			if (Number(status?.['readyReplicas'] ?? 0) > 0) unready.delete(key);
			else if (!unready.has(key)) unready.set(key, at);
		},
		stopping.signal,
	);
	const lossSince = (place: Place, from: number): number | undefined =>
		losses.get(keyOf(place))?.find((at) => at >= from);
	return {
		async allAtLeast(places, weight, msMax) {
			const isSo = async () => places.every((place) => (weights.get(keyOf(place)) ?? 0) >= weight) || undefined;
			await eventually(`all canaries have ${weight} %`, isSo, msMax);
		},
		async allBackSince(places, from, msMax) {
			const isSo = async () => places.every((place) => lossSince(place, from) !== undefined) || undefined;
			await eventually('all traffic is back', isSo, msMax);
			return places.map((place) => lossSince(place, from) ?? Number.NaN);
		},
		unreadySince: (place) => unready.get(keyOf(place)),
		versionSince: (place, version) => versions.get(`${keyOf(place)} ${imageOf(version)}`),
		stop() {
			stopping.abort();
		},
	};
};
