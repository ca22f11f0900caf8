// What a candidate has in hand, whether it stands for election or holds the Lease.
import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import {ApiError} from '../kubernetes/cluster.ts';
import type {LeaseClient, LeaseName} from './lease-client.ts';
import type {LeaseTiming} from './lease-record.ts';
import type {LeaseView} from './lease-view.ts';

/** Something to wait for that may have rung before. */
export class Bell {
	#hasRung = false;
	#wake = (): void => {};

	ring(): void {
		this.#hasRung = true;
		this.#wake();
	}

	/** Resolves when it has rung since the last wait, after `ms`, or when the signal aborts. */
	async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
		if (!this.#hasRung && !signal.aborted && ms > 0) {
			await new Promise<void>((resolve) => {
				const wake = (): void => {
					clock.clearTimeout(timer);
					signal.removeEventListener('abort', wake);
					resolve();
				};
				const timer = clock.setTimeout(wake, ms);
				signal.addEventListener('abort', wake, {once: true});
				this.#wake = wake;
			});
		}

		this.#hasRung = false;
	}
}

export type Contest = {
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly name: LeaseName;
	readonly timing: LeaseTiming;
	readonly identity: string;
	readonly client: LeaseClient;
	readonly view: LeaseView;
	/** Rings when the view has changed. */
	readonly bell: Bell;
	/** Aborts when this replica is told to stop. */
	readonly life: AbortSignal;
	/** Says what went wrong, each thing once until something has worked. */
	complain(error: unknown): void;
	worked(): void;
};

/** The longest wait for one answer: within the deadline there is time for a second attempt. */
export const patienceMs = ({timing}: Contest): number => timing.renewDeadlineMs / 2;

/** Reads the Lease, past all caches. Rejects with ApiError. */
export const look = async (contest: Contest, signal: AbortSignal): Promise<void> => {
	const {client, view} = contest;
	const found = await client.read({signal, timeoutMs: patienceMs(contest)});
	if (found === undefined) {
		view.noteAbsence(undefined);
	} else {
		view.note(found);
	}
};

/** Whether the Lease was not as it was seen: created, changed or deleted by somebody else. */
export const isContested = (error: unknown): boolean =>
	error instanceof ApiError && error.outcome === 'refused' && [404, 409, 422].includes(error.code);

const remedyOf = (error: unknown, {namespace}: LeaseName): string | undefined => {
	const {code, attempt} = error instanceof ApiError ? error : {code: 0, attempt: ''};
	if (code === 403 || code === 401) {
		return `let the daemon's account get, create, patch and watch leases.coordination.k8s.io in namespace ${namespace} (artifacts/operator/rbac.yaml), or choose another one by --leader-election-namespace`;
	}

	return code === 404 && attempt.startsWith('POST')
		? `create the namespace ${namespace}, or choose another one by --leader-election-namespace`
		: undefined;
};

/** `complain` and `worked` of a contest. */
export const createComplaints = (log: Log, name: LeaseName): Pick<Contest, 'complain' | 'worked'> => {
	let last = '';
	return {
		complain(error) {
			const text = error instanceof Error ? error.message : String(error);
			if (text !== last) {
				last = text;
				const remedy = remedyOf(error, name);
				const lease = `${name.name}.${name.namespace}`;
				log.warn('leader election is held up', {lease, error: text, ...(remedy !== undefined && {remedy})});
			}
		},
		worked() {
			last = '';
		},
	};
};
