// The kubelet of the one node: pods start, become ready, and crash when their annotations say so.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {StatusError} from '../../api/types.ts';
import {parseBehaviour, type Behaviour} from '../behaviour.ts';
import type {Informer} from '../informer.ts';
import {podsKey} from '../keys.ts';
import {nameOf} from '../objects.ts';
import type {ControllerParts} from './parts.ts';
import {podStatus, type PodStage} from './pod-status.ts';
import type {ReadySince} from './made-pods.ts';

const BY = 'kubelet';
const START_MS = 1000;
const STOP_MS = 1000;
const RETRY_MS = 200;
const BACKOFF_MS = 10_000;
const BACKOFF_MS_MAX = 300_000;

/** What the node knows of a pod besides what it has written. */
type Life = {
	readonly behaviour: Behaviour;
	readonly ip: string;
	/** What is to be written of it, also when a write was refused and something newer has happened since. */
	stage: PodStage;
	readySince: number | undefined;
	isLeaving: boolean;
	timer: unknown;
	retry: unknown;
};

export type Kubelet = {
	readonly readySince: ReadySince;
	behaviourOf(pod: KubeObject): Behaviour;
	/** Crashes the pods that are meant, and keeps them down; call the answer to let them run again. */
	crash(isMeant: (pod: KubeObject) => boolean): () => void;
	stop(): void;
};

/** 10.244.0.1, 10.244.0.2, …: an address of the pod network for each pod in turn. */
const addresses = (): (() => string) => {
	let count = 0;
	return () => {
		const index = count++ % 62_500;
		return `10.244.${Math.floor(index / 250)}.${(index % 250) + 1}`;
	};
};

class Node {
	readonly #parts: ControllerParts;
	readonly #pods: Informer;
	readonly #lives = new Map<string, Life>();
	readonly #nextAddress = addresses();

	constructor(parts: ControllerParts, pods: Informer) {
		this.#parts = parts;
		this.#pods = pods;
	}

	readySince(pod: KubeObject): number | undefined {
		return this.#lives.get(pod.metadata.uid ?? '')?.readySince;
	}

	behaviourOf(pod: KubeObject): Behaviour {
		const known = this.#lives.get(pod.metadata.uid ?? '')?.behaviour;
		return known ?? parseBehaviour(pod.metadata.annotations ?? {}, () => {});
	}

	/** Takes on a pod it has not seen: it is being created, and runs a moment later. */
	admit(pod: KubeObject): void {
		const {uid = '', name, annotations = {}} = pod.metadata;
		if (this.#lives.has(uid)) {
			this.#noteDeletion(pod);
			return;
		}

		const behaviour = parseBehaviour(annotations, (annotation) => {
			this.#parts.log.warn('a sandbox annotation does not parse and is ignored', {pod: name, annotation});
		});
		const life: Life = {
			behaviour,
			ip: this.#nextAddress(),
			stage: {name: 'starting'},
			readySince: undefined,
			isLeaving: false,
			timer: undefined,
			retry: undefined,
		};
		this.#lives.set(uid, life);
		const startMs = Math.min(START_MS, behaviour.readyAfterMs ?? START_MS);
		this.#after(life, 0, () => {
			this.#write(pod, life, {name: 'starting'});
			this.#after(life, startMs, () => this.#run(pod, life, startMs));
		});
	}

	crash(isMeant: (pod: KubeObject) => boolean): () => void {
		const downed = [...this.#pods.all()].filter((pod) => {
			const life = this.#lives.get(pod.metadata.uid ?? '');
			if (!isMeant(pod) || life === undefined || life.isLeaving) return false;
			this.#parts.clock.clearTimeout(life.timer);
			this.#goDown(pod, life, life.readySince ?? this.#parts.clock.now());
			return true;
		});
		return () => {
			for (const pod of downed) {
				const life = this.#lives.get(pod.metadata.uid ?? '');
				if (life === undefined || life.isLeaving) continue;
				this.#parts.clock.clearTimeout(life.timer);
				this.#run(pod, life, life.behaviour.readyAfterMs ?? 0);
			}
		};
	}

	release({metadata: {uid = ''}}: KubeObject): void {
		const life = this.#lives.get(uid);
		if (life === undefined) return;
		for (const timer of [life.timer, life.retry]) this.#parts.clock.clearTimeout(timer);
		this.#lives.delete(uid);
	}

	stop(): void {
		for (const {timer, retry} of this.#lives.values()) {
			for (const handle of [timer, retry]) this.#parts.clock.clearTimeout(handle);
		}

		this.#lives.clear();
	}

	/** A store with grace only marks a pod on deletion: the node stops it, and then removes it for good. */
	#noteDeletion({metadata: {uid = '', deletionTimestamp, namespace, name}}: KubeObject): void {
		const life = this.#lives.get(uid);
		if (life === undefined || deletionTimestamp === undefined || life.isLeaving) return;
		life.isLeaving = true;
		this.#parts.clock.clearTimeout(life.timer);
		const options = {uid, gracePeriodSeconds: 0};
		this.#after(life, STOP_MS, () => {
			const current = this.#pods.get(`${namespace ?? ''}/${name}`);
			if (current?.metadata.uid === uid) this.#parts.store.remove(podsKey, namespace, name, BY, options);
		});
	}

	#run(pod: KubeObject, life: Life, startMs: number): void {
		const startedAt = this.#parts.clock.now();
		const {isNeverReady, readyAfterMs = startMs} = life.behaviour;
		const isReady = !isNeverReady && readyAfterMs <= startMs;
		if (isReady) this.#becomeReady(pod, life, startedAt);
		else this.#write(pod, life, {name: 'running', startedAt, isReady: false});
		if (isReady || isNeverReady) return;
		this.#after(life, readyAfterMs - startMs, () => this.#becomeReady(pod, life, startedAt));
	}

	#becomeReady(pod: KubeObject, life: Life, startedAt: number): void {
		life.readySince = this.#parts.clock.now();
		this.#write(pod, life, {name: 'running', startedAt, isReady: true});
		const {crashAfterMs} = life.behaviour;
		if (crashAfterMs === undefined) return;
		this.#after(life, crashAfterMs, () => this.#goDown(pod, life, startedAt));
	}

	#goDown(pod: KubeObject, life: Life, startedAt: number): void {
		life.readySince = undefined;
		this.#crash(pod, life, startedAt, 1);
	}

	/** Down, and down again after each longer pause; it never comes back. */
	#crash(pod: KubeObject, life: Life, startedAt: number, restarts: number): void {
		const crashedAt = this.#parts.clock.now();
		this.#write(pod, life, {name: 'crashed', startedAt, crashedAt, restarts});
		const pause = Math.min(BACKOFF_MS * 2 ** (restarts - 1), BACKOFF_MS_MAX);
		this.#after(life, pause, () => this.#crash(pod, life, crashedAt, restarts + 1));
	}

	/** Calls back after so much of the world's time, unless the pod goes first. */
	#after(life: Life, worldMs: number, callback: () => void): void {
		life.timer = this.#parts.clock.setTimeout(callback, worldMs / this.#parts.speed);
	}

	#write(pod: KubeObject, life: Life, stage: PodStage): void {
		const {store, clock, log} = this.#parts;
		life.stage = stage;
		const current = this.#pods.get(nameOf(pod));
		if (current === undefined || current.metadata.uid !== pod.metadata.uid) return;
		const status = podStatus(current, stage, life.ip, clock.now());
		try {
			store.update(podsKey, {...current, status}, BY, 'status');
		} catch (error) {
			if (!(error instanceof StatusError)) throw error;
			// Tried until it is written, as a kubelet does: readiness must not be lost to one refusal.
			log.debug('the status of a sandbox pod was refused and is tried again', {pod: nameOf(pod)});
			life.retry = clock.setTimeout(() => this.#write(pod, life, life.stage), RETRY_MS);
		}
	}
}

/** Starts the node. */
export const startPods = (parts: ControllerParts, pods: Informer): Kubelet => {
	const node = new Node(parts, pods);
	pods.onEvent(({type, object}) => {
		if (type === 'DELETED') node.release(object);
		else node.admit(object);
	});
	for (const pod of pods.all()) node.admit(pod);
	return {
		readySince: (pod) => node.readySince(pod),
		behaviourOf: (pod) => node.behaviourOf(pod),
		crash: (isMeant) => node.crash(isMeant),
		stop: () => node.stop(),
	};
};
