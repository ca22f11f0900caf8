// Writes a Canary's status: what its chart's state says, written once for each difference, after what was announced.
import type {Status} from '../../machines/model/status.ts';
import {backOffMs} from '../../services/back-off.ts';
import type {Clock} from '../../services/clock.ts';
import {sleep, timestamp} from '../../services/clock.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import type {Cluster, KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import type {Log} from '../../services/log.ts';

type Condition = Readonly<Record<string, unknown>>;

type Worded = {readonly type: string; readonly status: string; readonly reason: string; readonly message: string};

/** A status with what is said of it beside: the outbox of notifications, where anybody is notified. */
type Wanted = Status & {readonly notified?: Worded | undefined};

/** A condition; its times move as the API conventions say. */
const conditionOf = (before: KubeObject['status'], condition: Worded, now: string, changed = now): Condition => {
	const {type, status, reason, message} = condition;
	const former = (before?.['conditions'] as readonly Condition[] | undefined)?.find((one) => one['type'] === type);
	const sameStatus = former?.['status'] === status;
	return {
		type,
		status,
		reason,
		message,
		lastUpdateTime: sameStatus && former?.['reason'] === reason ? former['lastUpdateTime'] : now,
		lastTransitionTime: sameStatus ? former?.['lastTransitionTime'] : changed,
	};
};

/** The peer's condition, first, and ours. */
const conditionsOf = (
	before: KubeObject['status'],
	{condition, notified}: Wanted,
	now: string,
	runBegan: number | undefined,
): readonly Condition[] => {
	// It opens with a run: its time is when that began, not when it could be written.
	const changed = condition.status === 'Unknown' && runBegan !== undefined ? timestamp(runBegan) : now;
	const promoted = conditionOf(before, {type: 'Promoted', ...condition}, now, changed);
	return [promoted, ...(notified === undefined ? [] : [conditionOf(before, notified, now)])];
};

/** The whole `status` to write: ours over what is there, so that fields of others are kept. What is empty of ours goes. */
export const statusToWrite = (
	before: KubeObject['status'],
	status: Wanted,
	nowMs: number,
	runBegan?: number,
): Record<string, unknown> => {
	const {condition: _, notified: __, haltedFrom, problems, ...fields} = status;
	const {haltedFrom: formerly, problems: former, ...kept} = before ?? {};
	const now = timestamp(nowMs);
	return {
		...kept,
		...fields,
		...(haltedFrom !== '' && {haltedFrom}),
		...(problems.length > 0 && {problems}),
		conditions: conditionsOf(before, status, now, runBegan),
		lastTransitionTime: now,
	};
};

/** Where it halted and what is wrong go with what is written for other reasons: what they change is waited for, too. */
const worthWriting = ({haltedFrom: _, problems: __, ...status}: Wanted): Omit<Wanted, 'haltedFrom' | 'problems'> =>
	status;

/** Whether the object's status says all in `status` that is worth a write. */
const says = (object: KubeObject, status: Wanted): boolean => {
	const {condition, notified, ...fields} = worthWriting(status);
	const conditions = (object.status?.['conditions'] ?? []) as readonly Condition[];
	const isSaid = (wanted: Omit<Worded, 'status'>): boolean =>
		conditions.some(
			({type, reason, message}) => type === wanted.type && reason === wanted.reason && message === wanted.message,
		);
	return (
		Object.entries(fields).every(([field, value]) => (object.status?.[field] ?? '') === value) &&
		isSaid({type: 'Promoted', ...condition}) &&
		(notified === undefined || isSaid(notified))
	);
};

export type StatusWriterOptions = {
	readonly cluster: Cluster;
	readonly clock: Clock;
	readonly log: Log;
	/** Its kind. */
	readonly resource: Resource;
	/** The Canary as first seen; later versions come with `saw`. */
	readonly canary: KubeObject;
	/** Resolves when everything announced so far has been posted, or cannot be. */
	readonly flushed: () => Promise<void>;
	/** When the run under way began, in ms. */
	readonly runBegan?: () => number | undefined;
	/** Told before a difference is written and after. */
	readonly onRecorded: (recorded: boolean) => void;
	readonly onCrdTooOld: () => void;
};

/**
 * Writes the newest status asked for. Each write is refused when the object is another (uid) or has changed since it was
 * seen (resourceVersion); then it is read, and decided anew. Errors are retried for ever, with a pause: a status that
 * cannot be written holds back the effects that it must precede, and nothing else.
 */
export class StatusWriter {
	readonly #options: StatusWriterOptions;
	readonly #stopped = new AbortController();
	#seen: KubeObject;
	#wanted: Wanted | undefined;
	/** What was last written, for a CRD may prune what it says. */
	#written: ReturnType<typeof worthWriting> | undefined;
	#writing = false;
	#toldTooOld = false;

	constructor(options: StatusWriterOptions) {
		this.#options = options;
		this.#seen = options.canary;
	}

	/** A newer version of the Canary was observed. */
	saw(canary: KubeObject): void {
		if (BigInt(canary.metadata.resourceVersion ?? 0) > BigInt(this.#seen.metadata.resourceVersion ?? 0)) {
			this.#seen = canary;
			// What somebody else has written over it, such as a former leader's last word, is put right at once.
			if (this.#wanted !== undefined && !this.#writing) {
				this.write(this.#wanted);
			}
		}
	}

	/** Asks for a status; returns at once. */
	write(status: Wanted): void {
		if (this.#stopped.signal.aborted) {
			return;
		}

		this.#wanted = status;
		if (!this.#writing && this.#isSaid(status)) {
			return;
		}

		this.#options.onRecorded(false);
		if (!this.#writing) {
			this.#writing = true;
			void this.#writeNewest();
		}
	}

	stop(): void {
		this.#stopped.abort(new Error('the canary is no longer watched here'));
	}

	#isSaid(status: Wanted): boolean {
		return says(this.#seen, status) || JSON.stringify(worthWriting(status)) === JSON.stringify(this.#written);
	}

	async #writeNewest(): Promise<void> {
		const {clock, log, flushed, onRecorded} = this.#options;
		const {signal} = this.#stopped;
		for (let failures = 0; !signal.aborted;) {
			const wanted = this.#wanted;
			if (wanted === undefined || this.#isSaid(wanted)) {
				break;
			}

			try {
				await flushed();
				await this.#attempt(wanted);
				failures = 0;
			} catch (error) {
				if (signal.aborted) {
					return;
				}

				failures += 1;
				log.warn('status is recorded again', {error: (error as Error).message, attempt: failures});
				// A conflict is decided anew at once, the first time; what goes on failing is given pauses.
				const delayMs = failures === 1 ? 0 : backOffMs({baseMs: 500, capMs: 15_000}, failures - 2);
				await sleep(clock, delayMs, signal).catch(() => {});
			}
		}

		this.#writing = false;
		if (!signal.aborted) {
			onRecorded(true);
		}
	}

	async #attempt(status: Wanted): Promise<void> {
		try {
			await this.#patch(status);
		} catch (error) {
			if (!(error instanceof ApiError) || error.code === 429) {
				throw error;
			}

			// A changed or lost object, or an unknown outcome: look before deciding anew.
			const {namespace, name, uid} = this.#seen.metadata;
			const {cluster, resource} = this.#options;
			const present = await cluster.read(resource, namespace, name, this.#stopped.signal);
			if (present === undefined || present.metadata.uid !== uid) {
				this.stop();
				return;
			}

			this.#seen = present;
			throw error;
		}
	}

	async #patch(status: Wanted): Promise<void> {
		const {cluster, resource, clock, runBegan, onCrdTooOld} = this.#options;
		const {namespace, name, uid, resourceVersion} = this.#seen.metadata;
		const answer = await cluster.patch(
			resource,
			namespace,
			name,
			[
				{op: 'test', path: '/metadata/uid', value: uid},
				{op: 'test', path: '/metadata/resourceVersion', value: resourceVersion},
				{op: 'add', path: '/status', value: statusToWrite(this.#seen.status, status, clock.now(), runBegan?.())},
			],
			{lane: 'status', subresource: 'status', signal: this.#stopped.signal},
		);
		this.#seen = answer;
		this.#written = worthWriting(status);
		if (answer.status?.['state'] !== status.state && !this.#toldTooOld) {
			this.#toldTooOld = true;
			onCrdTooOld();
		}
	}
}
