// Plays Knative Serving for the Service podinfo of a real API server: its Revisions, their pods, and the route to them.
import {at} from '../../api/reading.ts';
import {
	MADE_OF,
	backingService,
	deploymentObject,
	revisionObject,
	routeObject,
} from '../../sandbox/world/workloads/knative-objects.ts';
import {sleep, wallClock} from '../../services/clock.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {deployments, knativeRevisions, knativeServices} from '../../services/kubernetes/resources.ts';
import {trafficOf, type TrafficTarget} from '../../services/workloads/knative-revisions.ts';
import type {Harness} from '../releases/harness.ts';
import {usersOf} from '../releases/knative.ts';
import type {Cluster} from './cluster.ts';

const LOOK_MS = 100;
/** A silence in which the daemon looks for itself whether a watch has left something out. */
const READY_AFTER_MS = 3000;

export type KnativePlayer = {
	/** Who had users by `spec.traffic`, each time that it was another answer when looked at. */
	users(): readonly string[];
	/** Rejects with what went wrong while it played. */
	stop(): Promise<void>;
};

const nameOf = (count: number): string => `podinfo-${String(count).padStart(5, '0')}`;

const ready = (status: 'True' | 'Unknown', type = 'Ready') => ({type, status});

class Player {
	readonly #harness: Harness;
	readonly #kubectl: Cluster['kubectl'];
	readonly #revisions: KubeObject[] = [];
	readonly #madeAt = new Map<string, number>();
	readonly #written = new Map<string, string>();
	readonly users: string[] = [];

	constructor(harness: Harness, kubectl: Cluster['kubectl']) {
		this.#harness = harness;
		this.#kubectl = kubectl;
	}

	async turn(): Promise<void> {
		const service = await this.#harness.get(knativeServices, 'podinfo');
		if (service === undefined) return;
		if (this.users.at(-1) !== usersOf(service)) this.users.push(usersOf(service));
		await this.#make(service);
		const names = await this.#readyNames();
		const newest = nameOf(this.#revisions.length);
		const traffic = trafficOf(service).map(({revisionName = names.at(-1), ...rest}) => ({
			...rest,
			...(revisionName !== undefined && {revisionName}),
		}));
		const isRoutable = traffic.every(({revisionName = ''}: TrafficTarget) => names.includes(revisionName));
		if (isRoutable) await this.#apply([routeObject(service, traffic)]);
		await this.#tell(knativeServices, service, {
			latestCreatedRevisionName: newest,
			latestReadyRevisionName: names.at(-1) ?? null,
			...(isRoutable && {traffic}),
			conditions: [ready(isRoutable ? 'True' : 'Unknown', 'RoutesReady')],
		});
	}

	async #make(service: KubeObject): Promise<void> {
		const template = at(service, 'spec', 'template') as Parameters<typeof revisionObject>[1];
		if (this.#revisions.at(-1)?.metadata.annotations?.[MADE_OF] === JSON.stringify(template)) return;
		const wanted = revisionObject(service, template, this.#revisions.length + 1);
		await this.#apply([wanted]);
		const revision = await this.#harness.get(knativeRevisions, wanted.metadata.name);
		if (revision === undefined) throw new Error(`${wanted.metadata.name} was not made`);
		await this.#apply([deploymentObject(revision, 1), backingService(revision)]);
		this.#revisions.push(revision);
		this.#madeAt.set(revision.metadata.name, wallClock.now());
	}

	/** The revisions whose pods have come up, oldest first. */
	async #readyNames(): Promise<readonly string[]> {
		const names: string[] = [];
		for (const revision of this.#revisions) {
			const {name} = revision.metadata;
			const deployment = await this.#harness.get(deployments, `${name}-deployment`);
			const isOld = wallClock.now() - (this.#madeAt.get(name) ?? 0) >= READY_AFTER_MS;
			const isReady = isOld && at(deployment?.status, 'availableReplicas') === 1;
			await this.#tell(knativeRevisions, revision, {conditions: [ready(isReady ? 'True' : 'Unknown')]});
			if (isReady) names.push(name);
		}

		return names;
	}

	async #apply(objects: readonly KubeObject[]): Promise<void> {
		const text = JSON.stringify(objects);
		const key = objects.map(({kind, metadata}) => `${kind} ${metadata.name}`).join();
		if (this.#written.get(key) === text) return;
		await this.#harness.apply(objects);
		this.#written.set(key, text);
	}

	async #tell({plural, group, kind}: Resource, object: KubeObject, facts: object): Promise<void> {
		const {name, namespace = '', generation} = object.metadata;
		const patch = JSON.stringify({status: {...facts, observedGeneration: generation}});
		if (this.#written.get(`status of ${kind} ${name}`) === patch) return;
		const about = [`${plural}.${group}/${name}`, '--subresource=status', '--type=merge', '-p', patch];
		await this.#kubectl(['-n', namespace, 'patch', ...about]);
		this.#written.set(`status of ${kind} ${name}`, patch);
	}
}

/** Plays until it is stopped. */
export const playKnative = (harness: Harness, kubectl: Cluster['kubectl']): KnativePlayer => {
	const stopping = new AbortController();
	const player = new Player(harness, kubectl);
	const play = async (): Promise<void> => {
		while (!stopping.signal.aborted) {
			await player.turn();
			await sleep(wallClock, LOOK_MS, stopping.signal).catch(() => {});
		}
	};
	const done = play();
	// Whoever stops it hears of it.
	done.catch(() => {});
	return {
		users: () => player.users,
		stop() {
			stopping.abort();
			return done;
		},
	};
};
