// What the supervisor looks after: Canaries, and Rollouts where the cluster has such a kind.
import type {Clock} from '../../services/clock.ts';
import {sleep} from '../../services/clock.ts';
import type {Changed, Cluster, Following, Resource} from '../../services/kubernetes/cluster.ts';
import {canaries, rollouts} from '../../services/kubernetes/resources.ts';
import type {Log} from '../../services/log.ts';

/** Hardly any cluster has Rollouts, and who installs their kind while the daemon runs waits this long at most. */
const LOOK_AGAIN_MS = 5 * 60_000;
const TRY_AGAIN_MS = 10_000;

export type Followed = {
	/** Resolves when every Canary that exists is known; Rollouts are not waited for. */
	readonly ready: Promise<void>;
	close(): void;
};

export type FollowingOptions = {
	readonly cluster: Cluster;
	readonly clock: Clock;
	readonly log: Log;
	/** Undefined watches all namespaces. */
	readonly namespaces: readonly string[] | undefined;
	/** Called when a watch is complete, and whenever what it shows has changed: with what, where that is known. */
	readonly onChange: (home: Following, changed?: Changed) => void;
};

/** Follows until it is closed. A kind that is not there costs one look at the API server's groups every five minutes. */
export const followCanaries = ({cluster, clock, log, namespaces, onChange}: FollowingOptions): Followed => {
	const followings: Following[] = [];
	const closed = new AbortController();

	const follow = (resource: Resource): ReadonlyArray<Promise<void>> =>
		(namespaces ?? [undefined]).map(async (namespace) => {
			let isSynced = false;
			const following: Following = cluster.follow(resource, namespace, {keep: () => true}, (changed) => {
				if (isSynced) {
					onChange(following, changed);
				}
			});
			followings.push(following);
			await following.synced;
			isSynced = true;
			onChange(following);
		});

	const areThereRollouts = async (): Promise<boolean | undefined> => {
		try {
			return (await cluster.servedVersions(rollouts.group)).includes(rollouts.version);
		} catch (error) {
			log.debug('it is not known whether there are Rollouts', {error: (error as Error).message});
			return undefined;
		}
	};

	const lookForRollouts = async (): Promise<void> => {
		for (;;) {
			const areThere = await areThereRollouts();
			closed.signal.throwIfAborted();
			if (areThere === true) {
				await Promise.all(follow(rollouts));
				return;
			}

			await sleep(clock, areThere === undefined ? TRY_AGAIN_MS : LOOK_AGAIN_MS, closed.signal);
		}
	};

	const known = async (): Promise<void> => {
		await Promise.all(follow(canaries));
	};
	const ready = known();
	// Rejects only when closed.
	lookForRollouts().catch(() => {});
	return {
		ready,
		close() {
			closed.abort(new Error('nobody is looked after any more'));
			for (const following of followings) {
				following.close();
			}
		},
	};
};
