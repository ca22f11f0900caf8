// One world with several replicas in it, and their Lease in sight.
import type {ExecutionContext} from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {LEASE_NAME} from '../../services/election/lease.ts';
import {startReplica, type Replica, type ReplicaOptions} from './replica.ts';
import {simulate, type Plan, type Simulation} from './simulation.ts';

export const leasesKey = {group: 'coordination.k8s.io', plural: 'leases'};

type Start = Partial<Omit<ReplicaOptions, 'clock' | 'embedded'>>;

export type Stage = {
	readonly simulation: Simulation;
	/** Starts a replica, and lets it find out who leads. */
	start(options?: Start): Promise<Replica>;
	/** Starts a replica, and lets no time pass. */
	begin(options?: Start): Promise<Replica>;
	lease(namespace?: string): KubeObject | undefined;
	/** Changes the Lease's `spec` as a stranger would. */
	edit(spec: Readonly<Record<string, unknown>>): void;
	deleteLease(): void;
	/** Lets ms of real time pass; the world's are the same here. */
	pass(ms: number): Promise<void>;
	/** Lets time pass until it is so, asking each `stepMs`; answers how long that took. */
	until(isSo: () => boolean, maxMs: number, stepMs?: number): Promise<number>;
	/** How long until the replica leads, in ms, to 10 ms. */
	leadsWithin(replica: Replica, maxMs: number): Promise<number>;
};

/** A world at the speed of its clock; every replica is ended with the test. */
export const electionStage = async (t: ExecutionContext, plan: Plan = {shape: 'first'}): Promise<Stage> => {
	const simulation = await simulate({speed: 1, ...plan}, t);
	const {clock, embedded} = simulation;
	const replicas: Replica[] = [];
	let seed = 10;
	const pass = (ms: number): Promise<void> => clock.advance(ms);
	t.teardown(async () => {
		const ending = {isOver: false};
		for (const replica of replicas) {
			replica.mend();
			replica.resume();
		}

		const ended = Promise.all(replicas.map((replica) => replica.end())).finally(() => {
			ending.isOver = true;
		});
		for (let turn = 0; turn < 1000 && !ending.isOver; turn++) await pass(100);
		await ended;
	});
	const until: Stage['until'] = async (isSo, maxMs, stepMs = 1000) => {
		const begun = clock.now();
		while (!isSo()) {
			if (clock.now() - begun > maxMs) throw new Error(`not within ${maxMs} ms: ${isSo.toString()}`);
			await pass(stepMs);
		}

		return clock.now() - begun;
	};
	const begin: Stage['begin'] = async (options = {}) => {
		const replica = await startReplica({clock, embedded, seed: seed++, ...options});
		replicas.push(replica);
		return replica;
	};
	return {
		simulation,
		begin,
		async start(options) {
			const replica = await begin(options);
			await pass(10);
			return replica;
		},
		lease: (namespace = 'kube-system') => embedded.store.get(leasesKey, namespace, LEASE_NAME),
		edit(spec) {
			embedded.store.patch(leasesKey, 'kube-system', LEASE_NAME, [{op: 'add', path: '/spec', value: spec}], 'user');
		},
		deleteLease() {
			embedded.store.remove(leasesKey, 'kube-system', LEASE_NAME, 'user');
		},
		pass,
		until,
		leadsWithin: (replica, maxMs) => until(() => replica.isLeading(), maxMs, 10),
	};
};

/** Who holds a Lease. */
export const holderIn = (lease: KubeObject | undefined): string => {
	const holder = lease?.spec?.['holderIdentity'];
	return typeof holder === 'string' ? holder : '';
};
