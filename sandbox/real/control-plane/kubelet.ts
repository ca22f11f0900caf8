// Plays scheduler and kubelet: takes every pod for one node, reports it running, and confirms its deletion.
import {wallClock} from '../../../services/clock.ts';
import type {Log} from '../../../services/log.ts';
import {ApiError, type Client} from './client.ts';
import {isReported, stageOf, statusPatch, type Pod, type Stage} from './pod-status.ts';

export const NODE = 'sandbox';
export const NODE_IP = '10.0.0.1';
export const RETRY_MS = 250;

/** What the node knows of a pod beyond the API: when its containers started, and its place in the work queue. */
type Care = {
	pod: Pod;
	startedMs: number | undefined;
	busy: boolean;
	dirty: boolean;
	timer: unknown;
	gone: boolean;
	down: boolean;
	downs: number;
};

/** True for answers that only say that the pod has moved on; a watch event tells the rest. */
export const isOutdated = (error: unknown): boolean =>
	error instanceof ApiError && (error.code === 404 || error.code === 409);

/** Works on each pod until the API tells what should be; driven by what is observed and by its own timers. */
export class Kubelet {
	readonly #client: Client;
	readonly #log: Log;
	readonly #speed: number;
	readonly #pods = new Map<string, Care>();
	#lastIp = 0;

	/** Pods grow old `speed` times faster than the clock. */
	constructor(client: Client, log: Log, speed = 1) {
		this.#client = client;
		this.#log = log;
		this.#speed = speed;
	}

	/** The whole truth after a list: pods that it lacks are gone. */
	replace(pods: readonly Pod[]): void {
		const present = new Set(pods.map(({metadata}) => metadata.uid));
		for (const [uid, care] of this.#pods) {
			if (!present.has(uid)) {
				this.forget(care.pod);
			}
		}

		for (const pod of pods) {
			this.observe(pod);
		}
	}

	observe(pod: Pod): void {
		const uid = pod.metadata.uid ?? '';
		const care = this.#pods.get(uid);
		if (care) {
			care.pod = pod;
			this.#wake(care);
			return;
		}

		// A pod that ran before this program did keeps its age, if only to the second.
		const since = pod.status?.podIP ? Date.parse(pod.status.startTime ?? '') : Number.NaN;
		const startedMs = Number.isNaN(since) ? undefined : wallClock.monotonic() - (wallClock.now() - since);
		const fresh = {pod, startedMs, busy: false, dirty: false, timer: undefined, gone: false, down: false, downs: 0};
		this.#pods.set(uid, fresh);
		this.#wake(fresh);
	}

	forget(pod: Pod): void {
		const care = this.#pods.get(pod.metadata.uid ?? '');
		if (care) {
			care.gone = true;
			wallClock.clearTimeout(care.timer);
			this.#pods.delete(pod.metadata.uid ?? '');
		}
	}

	/** Crashes the pods that are meant, and keeps them down; call the answer to let them run again. */
	crash(isMeant: (pod: Pod) => boolean): () => void {
		const downed = [...this.#pods.values()].filter(({pod}) => isMeant(pod));
		for (const care of downed) {
			care.down = true;
			care.downs++;
			this.#wake(care);
		}

		return () => {
			for (const care of downed) {
				care.down = false;
				care.startedMs = wallClock.monotonic();
				this.#wake(care);
			}
		};
	}

	stop(): void {
		for (const care of this.#pods.values()) {
			this.forget(care.pod);
		}
	}

	/** One step at a time for each pod; what comes meanwhile makes one more. */
	#wake(care: Care): void {
		care.dirty = true;
		if (!care.busy) {
			void this.#work(care);
		}
	}

	async #work(care: Care): Promise<void> {
		care.busy = true;
		while (care.dirty && !care.gone) {
			care.dirty = false;
			wallClock.clearTimeout(care.timer);
			try {
				const nextMs = await this.#step(care);
				this.#wakeIn(care, nextMs);
			} catch (error) {
				if (!care.gone) {
					this.#log.debug('Pod step failed', {pod: care.pod.metadata.name, error: String(error)});
				}

				this.#wakeIn(care, RETRY_MS);
			}
		}

		care.busy = false;
	}

	#wakeIn(care: Care, ms: number | undefined): void {
		if (ms !== undefined && !care.gone) {
			care.timer = wallClock.setTimeout(() => this.#wake(care), Math.ceil(ms));
		}
	}

	/** Brings one pod one step nearer to what it should be; returns when to look again, if no event will tell. */
	async #step(care: Care): Promise<number | undefined> {
		const {pod} = care;
		const {name, namespace = '', uid, deletionTimestamp} = pod.metadata;
		const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
		if (deletionTimestamp) {
			await this.#attempt('DELETE', path, {gracePeriodSeconds: 0, preconditions: {uid}});
			return undefined;
		}

		if (!pod.spec.nodeName) {
			const target = {apiVersion: 'v1', kind: 'Node', name: NODE};
			await this.#attempt('POST', `${path}/binding`, {
				apiVersion: 'v1',
				kind: 'Binding',
				metadata: {name, namespace, uid},
				target,
			});
			return undefined;
		}

		care.startedMs ??= wallClock.monotonic();
		const stage = this.#stageOf(care, (wallClock.monotonic() - care.startedMs) * this.#speed);
		if (!isReported(pod, stage)) {
			const ip = pod.status?.podIP ?? this.#nextIp();
			const now = `${new Date(wallClock.now()).toISOString().slice(0, 19)}Z`;
			const patch = statusPatch(pod, stage, {ip, nodeIp: NODE_IP, now});
			await this.#attempt('PATCH', `${path}/status`, patch, 'application/strategic-merge-patch+json');
		}

		return stage.nextMs === undefined ? undefined : stage.nextMs / this.#speed;
	}

	#stageOf({pod, down, downs}: Care, ageMs: number): Stage {
		if (down) {
			return {ready: false, crashed: true, restarts: downs, nextMs: undefined};
		}

		const stage = stageOf(pod, ageMs);
		return {...stage, restarts: stage.restarts + downs};
	}

	async #attempt(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: unknown, type?: string): Promise<void> {
		await this.#client.call(method, path, body, type).catch((error: unknown) => {
			if (!isOutdated(error)) {
				throw error;
			}
		});
	}

	#nextIp(): string {
		const taken = new Set([...this.#pods.values()].map(({pod}) => pod.status?.podIP));
		let ip: string;
		do {
			this.#lastIp++;
			ip = `10.${244 + (this.#lastIp >> 16)}.${(this.#lastIp >> 8) & 255}.${this.#lastIp & 255}`;
		} while (taken.has(ip));
		return ip;
	}
}
