// When this replica acts: always, or while it holds the Lease.
import type {Clock} from '../../services/clock.ts';
import type {Door} from '../../services/http/door.ts';
import type {Api} from '../../services/kubernetes/api.ts';
import {createLeaseEvents} from '../../services/election/lease-events.ts';
import type {Fence} from '../../services/election/lease-fence.ts';
import {defaultTiming} from '../../services/election/lease-record.ts';
import type {LeaseTiming} from '../../services/election/lease-record.ts';
import {LEASE_NAME, startCandidate} from '../../services/election/lease.ts';
import {createCluster} from '../../services/kubernetes/live-cluster.ts';
import type {Log} from '../../services/log.ts';
import type {Random} from '../../services/random.ts';
import type {Telemetry} from '../../services/telemetry/telemetry.ts';
import type {Supervisor} from './supervisor.ts';

export type Leading = {
	readonly ready: Promise<void>;
	isAlive(): boolean;
	/** The host that the Lease names, which is the pod's name in a cluster; empty when it names none. */
	holder(): string;
	stop(): Promise<void>;
};

/** Without others there is nothing to wait for. */
export const leadAlone = (supervisor: Supervisor, telemetry: Telemetry): Leading => {
	telemetry.leadershipChanged(true);
	return {...supervisor, isAlive: () => true, holder: () => ''};
};

type Stand = {
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly lease: Partial<LeaseTiming> & {readonly namespace: string};
	readonly door: Door;
	readonly apiThrough: (door: Door) => Api;
	readonly telemetry: Telemetry;
	readonly lead: (fence: Fence) => Supervisor;
};

/** Stands for election, and leads whenever it has won; each term has caches and actors of its own, behind its fence. */
export const standForElection = (stand: Stand): Leading => {
	const {lease, door, apiThrough, telemetry, lead, ...doors} = stand;
	const {namespace, ...timing} = lease;
	const {promise: ready, resolve, reject} = Promise.withResolvers<void>();
	const api = apiThrough(door);
	const words = createLeaseEvents({...doors, cluster: createCluster({...doors, api})});
	telemetry.leadershipChanged(false);
	const candidate = startCandidate({
		...doors,
		api,
		lease: {namespace, name: LEASE_NAME},
		timing: {...defaultTiming, ...timing},
		lead(fence) {
			const supervisor = lead(fence);
			supervisor.ready.then(resolve, () => {});
			return {
				async stop() {
					const keys = supervisor.keys();
					await supervisor.stop();
					for (const [inside = '', name = ''] of keys.map((key) => key.split('/'))) {
						telemetry.forgetCanary({namespace: inside, name});
					}
				},
			};
		},
		onRole(role) {
			telemetry.leadershipChanged(role === 'leading');
			if (role === 'following') {
				resolve();
			}
		},
		say(about, text) {
			words.say(about, text);
		},
	});
	return {
		ready,
		isAlive: () => candidate.isAlive(),
		holder: () => candidate.holder().split('_')[0] ?? '',
		async stop() {
			await candidate.stop();
			await words.close();
			reject(new Error('stopped before it was ready'));
		},
	};
};
