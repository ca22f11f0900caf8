// Follows exactly what one canary refers to, and tells its world whenever it differs.
import {isDeepStrictEqual} from 'node:util';
import type {Awaited, CanaryModel, World} from '../../api/model.ts';
import type {Clock} from '../clock.ts';
import type {Cluster, KubeObject} from '../kubernetes/cluster.ts';
import {canaries, horizontalPodAutoscalers, pods, services} from '../kubernetes/resources.ts';
import type {RouteParts} from '../providers/router.ts';
import {followTemplates, isTemplateKey} from './followed-templates.ts';
import {Followings} from './followings.ts';
import {createSilence} from './silence.ts';
import {scaledBy, survey, type Adapters, type Seen} from './survey.ts';
import type {Workloads} from '../workloads/workload.ts';

/** How soon to ask again whether the mesh is served, while it is not. */
const ASK_AGAIN_MS = 30_000;
/** How long a wait may be silent before one looks whether a watch has left something out. */
export const LOOK_AGAIN_MS = 60_000;

export type Survey = {
	/** Whether the target's pods are wanted: true while a run is on. */
	setRunning(isRunning: boolean): void;
	/** What the run waits for: looked at again when nothing is heard for a minute, and ever less often after. */
	setAwaited(awaited: Awaited): void;
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

const PODS = 'pods';
/** Of the objects of a route that are found by what they say; no name has a star. */
const KEPT = '*';

/** Pods only explain: the world does not wait for them. Whether it does for templates, these know. */
const isAwaited = (key: string): boolean => key !== PODS && !isTemplateKey(key);

const routeKey = (index: number, name: string): string => `route/${index}/${name}`;

/** Under which keys is what a state waits for. Pods only explain, and are known by no name. */
const keysOf: Readonly<Record<Awaited, (key: string) => boolean>> = {
	nothing: () => false,
	'the Canary': () => false,
	workloads: (key) => ['target', 'primary', 'sides', 'scalers'].includes(key),
	routes: (key) => key.startsWith('route/'),
	all: (key) => key !== PODS,
};

const sidesIn = (followings: Followings, {sides}: Workloads): Pick<Seen, 'target' | 'primary'> => {
	const [target] = followings.objects('target');
	if (sides === undefined) return {target, primary: followings.objects('primary')[0]};
	return target === undefined ? {} : sides.of(target, followings.objects('sides'));
};

const seenIn = (
	followings: Followings,
	{model, workloads}: Pick<SurveyOptions, 'model' | 'workloads'>,
	parts: readonly RouteParts[] | undefined,
): Seen => {
	const found = (parts ?? []).map(({names, isOurs}, index) => ({
		isOurs,
		objects: [...names, KEPT].flatMap((name) => followings.objects(routeKey(index, name))),
	}));
	const ours = found.filter(({isOurs}) => isOurs);
	return {
		...sidesIn(followings, workloads),
		pods: followings.objects(PODS),
		services: serviceNames(model).flatMap((name) => followings.objects(`service/${name}`)),
		scalers: followings.objects('scalers'),
		isRoutingServed: parts !== undefined,
		routes: (parts?.[0]?.names ?? []).map((name) => followings.objects(routeKey(0, name))[0]),
		routeParts: found.slice(1).flatMap(({objects}) => objects),
		generatedParts: ours.flatMap(({objects}) => objects),
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
		if (!hasAsked || !followings.areSynced(isAwaited) || !templates.look()) return;
		const seen = {...seenIn(followings, options, parts), templateProblems: templates.problems()};
		const world = survey(model, seen, clock.now(), options);
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
	const {sides} = workloads;
	if (sides === undefined) {
		followings.follow('primary', workloads.resource, {name: model.primary.name});
		for (const name of serviceNames(model)) followings.follow(`service/${name}`, services, {name});
		const keep = (object: KubeObject): boolean => scaledBy(model, object) !== undefined;
		followings.follow('scalers', horizontalPodAutoscalers, {keep});
	} else {
		const {resource, wanted} = sides.parts(model);
		followings.follow('sides', resource, wanted);
	}

	const templates = followTemplates({cluster, clock, model, followings, againMs: ASK_AGAIN_MS, onChange});
	void followRoutes();

	return {
		setRunning(wanted) {
			// What no watch tells is looked at before users are sent anywhere.
			if (wanted && !isRunning) templates.lookAgain();
			isRunning = wanted;
			onChange();
		},
		setAwaited(wanted) {
			if (wanted === awaited || !isOpen) return;
			awaited = wanted;
			silence.wait(wanted === 'nothing' ? undefined : lookAgain);
		},
		close() {
			isOpen = false;
			clock.clearTimeout(timer);
			silence.wait(undefined);
			templates.close();
			followings.dropAll();
		},
	};
};
