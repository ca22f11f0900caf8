// What `aviary watch` follows: Canaries, their events and, of one that was named, the pods; told as happenings.
import type {CanaryModel} from '../api/model.ts';
import {toModel} from '../api/model-of-canary.ts';
import {wallClock} from '../services/clock.ts';
import {ApiError, type KubeObject} from '../services/kubernetes/cluster.ts';
import {getObject} from '../services/kubernetes/get-object.ts';
import {canaries, events, pods} from '../services/kubernetes/resources.ts';
import {workloadsOf} from '../services/workloads/index.ts';
import {providers} from '../services/providers/index.ts';
import type {Happening} from '../sandbox/scenario/happenings.ts';
import {stateOf} from './canary-view.ts';
import type {Access} from './cluster-access.ts';
import {READING} from './cluster-reader.ts';
import {instantOfEvent} from './event-time.ts';
import {CommandError} from './errors.ts';
import {openDaemonChecks} from './daemon-checks.ts';
import {differences, follow, keyOf} from './following.ts';
import {plain} from './terminal.ts';
import type {Copy} from './watched-pods.ts';

export type Watching = {
	readonly access: Access;
	/** Undefined for all namespaces. */
	readonly namespace: string | undefined;
	/** Undefined for all Canaries. */
	readonly name: string | undefined;
	readonly signal: AbortSignal;
	readonly onHappening: (happening: Happening) => void;
	readonly onCopies: (copies: readonly Copy[]) => void;
	/** Empty when it is over. */
	readonly onTrouble: (text: string) => void;
};

/** What cannot be read besides the Canaries is said, and does without. */
const optionally = async (watching: Watching, what: string, following: Promise<void>): Promise<void> => {
	try {
		await following;
	} catch (error) {
		if (!(error instanceof CommandError)) {
			throw error;
		}

		watching.onTrouble(`without ${what}: ${error.message}`);
	}
};

const followEvents = async (watching: Watching): Promise<void> => {
	const {access, namespace, name, signal, onHappening} = watching;
	const fieldSelector = `involvedObject.kind=${canaries.kind}${name === undefined ? '' : `,involvedObject.name=${name}`}`;
	const changed = differences();
	const right = 'list and watch events';
	for await (const change of follow(access, {resource: events, namespace, fieldSelector, signal, right})) {
		const {put} = changed(change);
		for (const event of put.toSorted((a, b) => instantOfEvent(a) - instantOfEvent(b))) {
			const {name: about = '', namespace: place = ''} = (event['involvedObject'] ?? {}) as Record<string, string>;
			const at = instantOfEvent(event);
			const [time, type, reason, message] = [
				new Date(at).toISOString(),
				event['type'],
				event['reason'],
				event['message'],
			];
			const line = {
				time,
				type: plain(type),
				reason: plain(reason),
				object: `Canary/${about}.${place}`,
				message: plain(message),
			};
			onHappening({kind: 'event', at, canary: `${place}/${about}`, event: line});
		}
	}
};

/** The selector of a workload's pods; undefined where it cannot be read. */
const selectorOf = async (access: Access, model: CanaryModel, name: string): Promise<string | undefined> => {
	const workloads = workloadsOf(model.target);
	if (workloads === undefined) {
		return undefined;
	}

	try {
		const {resource} = workloads;
		const found = await getObject(access.api, {resource, namespace: model.namespace, name, patient: false});
		const labels = Object.entries(found === undefined ? {} : (workloads.podLabels(found) ?? {}));
		return labels.length === 0 ? undefined : labels.map(([key, value]) => `${key}=${value}`).join(',');
	} catch (error) {
		if (error instanceof ApiError) {
			return undefined;
		}

		throw error;
	}
};

/** Both copies' pods, by watches that begin as soon as each workload is there. */
const createPodWatch = (watching: Watching) => {
	const {access, signal, onCopies} = watching;
	const copies = new Map<Copy['role'], Copy>();
	const begun = new Set<Copy['role']>();
	const followCopy = async (role: Copy['role'], model: CanaryModel, labelSelector: string): Promise<void> => {
		const {name} = role === 'canary' ? model.target : model.primary;
		const present = new Map<string, KubeObject>();
		const changed = differences();
		const right = 'list and watch pods';
		for await (const change of follow(access, {
			resource: pods,
			namespace: model.namespace,
			labelSelector,
			signal,
			right,
		})) {
			const {put, gone} = changed(change);
			for (const pod of gone) present.delete(pod.metadata.name);
			for (const pod of put) present.set(pod.metadata.name, pod);
			copies.set(role, {role, name, pods: [...present.values()]});
			onCopies([...copies.values()].toSorted((a, b) => (a.role < b.role ? -1 : 1)));
		}
	};

	return {
		/** Looks for copies that are not followed yet. */
		async look(canary: KubeObject): Promise<void> {
			const model = toModel(canary, {meshProvider: 'istio', intervalMs: 10_000, speed: 1, providers});
			for (const role of ['canary', 'primary'] as const) {
				if (begun.has(role)) continue;
				begun.add(role);
				const selector = await selectorOf(access, model, role === 'canary' ? model.target.name : model.primary.name);
				if (selector === undefined) {
					begun.delete(role);
				} else {
					void optionally(watching, 'pods', followCopy(role, model, selector));
				}
			}
		},
	};
};

const followCanaries = async (watching: Watching): Promise<void> => {
	const {access, namespace, name, signal, onHappening, onTrouble} = watching;
	const podWatch = createPodWatch(watching);
	const daemon = openDaemonChecks(access);
	const states = new Map<string, string>();
	const changed = differences();
	const fieldSelector = name === undefined ? {} : {fieldSelector: `metadata.name=${name}`};
	let isSilent = false;
	const onSilence = (text: string): void => {
		isSilent = true;
		onTrouble(`no connection (${plain(text)}); it is tried again`);
	};
	const changes = follow(access, {resource: canaries, namespace, ...fieldSelector, signal, right: READING, onSilence});
	for await (const change of changes) {
		if (name !== undefined && change.type === 'all' && change.objects.length === 0) {
			throw new CommandError(`there is no Canary ${name} in the namespace ${namespace ?? ''}`, 'see aviary get -A');
		}

		if (isSilent) {
			isSilent = false;
			onTrouble('');
		}

		const at = wallClock.now();
		const {put, gone} = changed(change);
		for (const object of put) {
			const key = keyOf(object);
			onHappening({kind: 'canary', at, canary: key, object});
			const [from, to] = [states.get(key), stateOf(object.status ?? {}) || 'new'];
			states.set(key, to);
			if (from !== undefined && from !== to) {
				onHappening({kind: 'state', at, state: {time: new Date(at).toISOString(), canary: key, from, to, event: ''}});
			}

			if (name !== undefined) {
				await podWatch.look(object);
				const verdict = await daemon.verdictOf(namespace ?? '', name);
				if (verdict !== undefined) {
					onHappening({kind: 'verdict', at: verdict.at, canary: key, verdict});
				}
			}
		}

		for (const object of gone) {
			onHappening({kind: 'gone', at, canary: keyOf(object)});
		}
	}
};

/** Follows until the signal aborts. Rejects with CommandError when the Canaries cannot be followed. */
export const watchCanaries = async (watching: Watching): Promise<void> => {
	const around = optionally(watching, 'events', followEvents(watching));
	await followCanaries(watching);
	await around;
};
