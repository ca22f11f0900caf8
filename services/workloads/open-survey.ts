// Follows exactly what one canary refers to, and tells its world whenever it differs.
import {isDeepStrictEqual} from 'node:util';
import type {Awaited, CanaryModel, World} from '../../api/model.ts';
import type {Clock} from '../clock.ts';
import type {Cluster, Following, KubeObject, Resource, Wanted} from '../kubernetes/cluster.ts';
import {canaries, horizontalPodAutoscalers, pods, services} from '../kubernetes/resources.ts';
import type {RouteParts} from '../routers/router.ts';
import {createSilence} from './silence.ts';
import {scaledBy, survey, type Adapters, type Seen} from './survey.ts';

/** How soon to ask again whether the mesh is served, while it is not. */
const ASK_AGAIN_MS = 30_000;
/** How long a wait may be silent before one looks whether a watch has left something out. */
export const LOOK_AGAIN_MS = 60_000;

export type Survey = {
	/** Whether the target's pods are wanted: true while a run is on. */
	setRunning(isRunning: boolean): void;
	/** What the run waits for: looked at again when nothing is heard for a minute, and ever less often after. */
	setAwaited(awaited: Awaited): void;
	/** Whether everything is known as of now: false before the first world and while a watch is down. */
	isFresh(): boolean;
	/** The newest world, if all was known once. */
	world(): World | undefined;
	close(): void;
};

export type SurveyOptions = Adapters & {
	readonly cluster: Cluster;
	readonly clock: Clock;
	readonly model: CanaryModel;
	readonly onWorld: (world: World) => void;
	/** LOOK_AGAIN_MS unless the sandbox's minutes are shorter. */
	readonly lookAgainMs?: number;
};

/** Followings under names, each object found by its name; the whole is synced when each is. */
class Followings {
	readonly #cluster: Cluster;
	readonly #namespace: string;
	readonly #onChange: (key: string) => void;
	readonly #open = new Map<string, Following>();
	readonly #kinds = new Map<string, {readonly resource: Resource; readonly wanted: Wanted}>();
	readonly #synced = new Set<Following>();

	constructor(cluster: Cluster, namespace: string, onChange: (key: string) => void) {
		this.#cluster = cluster;
		this.#namespace = namespace;
		this.#onChange = onChange;
	}

	follow(key: string, resource: Resource, wanted: Wanted): void {
		if (this.#open.has(key)) return;
		const following = this.#cluster.follow(resource, this.#namespace, wanted, () => {
			this.#onChange(key);
		});
		this.#open.set(key, following);
		this.#kinds.set(key, {resource, wanted});
		const onSynced = (): void => {
			if (this.#open.get(key) !== following) return;
			this.#synced.add(following);
			this.#onChange(key);
		};
		// Rejects only when closed, by us.
		following.synced.then(onSynced, () => {});
	}

	drop(key: string): void {
		const following = this.#open.get(key);
		this.#open.delete(key);
		if (following === undefined) return;
		this.#synced.delete(following);
		following.close();
	}

	dropAll(): void {
		for (const key of this.#open.keys()) this.drop(key);
	}

	objects(key: string): readonly KubeObject[] {
		return this.#open.get(key)?.objects() ?? [];
	}

	/** Looks again at what is known under these keys by its name, there or not. Never rejects. */
	async lookAgain(isMeant: (key: string) => boolean, signal: AbortSignal): Promise<void> {
		const looks = [...this.#open].flatMap(([key, following]) => {
			const kind = this.#kinds.get(key);
			if (kind === undefined || !isMeant(key)) return [];
			const {resource, wanted} = kind;
			const names = 'name' in wanted ? [wanted.name] : following.objects().map(({metadata}) => metadata.name);
			return names.map((name) => this.#cluster.lookAgain(resource, this.#namespace, name, signal));
		});
		// What cannot be read now is looked at again in a while.
		await Promise.allSettled(looks);
	}

	areSynced(butFor: string): boolean {
		return [...this.#open].every(([key, following]) => key === butFor || this.#synced.has(following));
	}

	areFresh(): boolean {
		return [...this.#open.values()].every((following) => following.isFresh());
	}
}

const PODS = 'pods';
/** Of the objects of a route that are found by what they say; no name has a star. */
const KEPT = '*';

const routeKey = (index: number, name: string): string => `route/${index}/${name}`;

/** Under which keys is what a state waits for. Pods only explain, and are known by no name. */
const keysOf: Readonly<Record<Awaited, (key: string) => boolean>> = {
	nothing: () => false,
	'the Canary': () => false,
	workloads: (key) => ['target', 'primary', 'scalers'].includes(key),
	routes: (key) => key.startsWith('route/'),
	all: (key) => key !== PODS,
};

const seenIn = (followings: Followings, model: CanaryModel, parts: readonly RouteParts[] | undefined): Seen => {
	const routes = (parts ?? []).map(({names}, index) =>
		[...names, KEPT].flatMap((name) => followings.objects(routeKey(index, name))),
	);
	const [route, ...others] = routes;
	return {
		target: followings.objects('target')[0],
		primary: followings.objects('primary')[0],
		pods: followings.objects(PODS),
		services: serviceNames(model).flatMap((name) => followings.objects(`service/${name}`)),
		scalers: followings.objects('scalers'),
		isRoutingServed: parts !== undefined,
		route: route?.[0],
		routeParts: others.flat(),
	};
};

const serviceNames = ({hosts}: CanaryModel): readonly string[] => [
	...new Set([hosts.apex, hosts.primary, hosts.canary].map((host) => host.split('.')[0] ?? host)),
];

/**
 * Opens the survey of a canary. `onWorld` hears of the first world once everything is synced, and then of each that
 * differs from the one before in more than `at`; never after `close`. It is called from a microtask, once for changes
 * that come together. While the mesh is not served (or discovery fails) it asks again now and then.
 */
export const openSurvey = (options: SurveyOptions): Survey => {
	const {cluster, clock, model, onWorld, workloads, router} = options;
	let isOpen = true;
	let isRunning = false;
	let isPending = false;
	let hasAsked = false;
	let parts: readonly RouteParts[] | undefined;
	let timer: unknown;
	let last: World | undefined;
	let awaited: Awaited = 'nothing';
	const silence = createSilence(clock, options.lookAgainMs ?? LOOK_AGAIN_MS);

	const look = (): void => {
		isPending = false;
		if (!isOpen) return;
		followPods();
		// Pods only explain: the world does not wait for them.
		if (!hasAsked || !followings.areSynced(PODS)) return;
		const world = survey(model, seenIn(followings, model, parts), clock.now(), options);
		if (last !== undefined && isDeepStrictEqual({...world, at: 0}, {...last, at: 0})) return;
		last = world;
		onWorld(world);
	};

	const onChange = (): void => {
		if (isPending || !isOpen) return;
		isPending = true;
		queueMicrotask(look);
	};

	const followings = new Followings(cluster, model.namespace, (key) => {
		// Pods that come and go for ever say nothing of what is waited for.
		if (key !== PODS) silence.heard();
		onChange();
	});

	const lookAgain = async (signal: AbortSignal): Promise<void> => {
		const {origin, namespace, name} = model;
		const canary = cluster.lookAgain(origin ?? canaries, namespace, name, signal);
		await Promise.allSettled([canary, followings.lookAgain(keysOf[awaited], signal)]);
	};

	const followPods = (): void => {
		const [target] = followings.objects('target');
		const labels = target && workloads.podLabels(target);
		if (!isRunning || labels === undefined) followings.drop(PODS);
		else followings.follow(PODS, pods, {labels});
	};

	const followRoutes = async (): Promise<void> => {
		let found: readonly RouteParts[] | undefined;
		try {
			found = await router.parts(cluster, model);
			hasAsked = true;
		} catch {
			// Discovery failed, which says nothing about what is served: what was known stays, and it is asked again.
		}

		if (!isOpen) return;
		if (found === undefined) {
			timer = clock.setTimeout(() => void followRoutes(), ASK_AGAIN_MS);
		} else {
			parts = found;
			for (const [index, {resource, names, keep: isKept}] of found.entries()) {
				for (const name of names) followings.follow(routeKey(index, name), resource, {name});
				if (isKept !== undefined) followings.follow(routeKey(index, KEPT), resource, {keep: isKept});
			}
		}

		onChange();
	};

	followings.follow('target', workloads.resource, {name: model.target.name});
	followings.follow('primary', workloads.resource, {name: model.primary.name});
	for (const name of serviceNames(model)) followings.follow(`service/${name}`, services, {name});
	const keep = (object: KubeObject): boolean => scaledBy(model, object) !== undefined;
	followings.follow('scalers', horizontalPodAutoscalers, {keep});
	void followRoutes();

	return {
		setRunning(wanted) {
			isRunning = wanted;
			onChange();
		},
		setAwaited(wanted) {
			if (wanted === awaited || !isOpen) return;
			awaited = wanted;
			silence.wait(wanted === 'nothing' ? undefined : lookAgain);
		},
		isFresh: () => last !== undefined && followings.areFresh(),
		world: () => last,
		close() {
			isOpen = false;
			clock.clearTimeout(timer);
			silence.wait(undefined);
			followings.dropAll();
		},
	};
};
