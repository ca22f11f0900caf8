// Leader election by a Lease: a loop, not a chart. As client-go's (tools/leaderelection), and stricter where it says of
// itself that two may act at once: the deadline counts from the issue of a renewal, and shuts a fence.
import {hostname} from 'node:os';
import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import type {Api} from '../kubernetes/api.ts';
import type {KubeObject} from '../kubernetes/cluster.ts';
import {campaign} from './lease-campaign.ts';
import {createLeaseClient, type LeaseName} from './lease-client.ts';
import {Bell, createComplaints, type Contest} from './lease-contest.ts';
import type {Fence} from './lease-fence.ts';
import {holderOf, mistakeIn, type LeaseTiming} from './lease-record.ts';
import {giveBack, reign, type Term} from './lease-reign.ts';
import {createLeaseView} from './lease-view.ts';
import {leases} from '../kubernetes/resources.ts';
import {startWatch} from '../kubernetes/watch.ts';

/** The peer's: while both are installed, only one of them acts. */
export const LEASE_NAME = 'flagger-leader-election';

export type CandidateOptions = {
	/** Without a fence: a candidate may always ask. */
	readonly api: Api;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly lease: LeaseName;
	readonly timing: LeaseTiming;
	/** Begins to lead; whatever it issues must go through the fence. */
	readonly lead: (fence: Fence) => Term;
	/** Whether this replica leads; told when it begins to follow somebody, too. */
	readonly onRole: (role: 'leading' | 'following') => void;
	/** For an event about the Lease: `X became leader`. */
	readonly say: (lease: KubeObject, text: string) => void;
};

export type Candidate = {
	/** False when the loop has died of a bug: only a new process helps. */
	isAlive(): boolean;
	/** The identity in the Lease; empty when it is free, or not known. */
	holder(): string;
	/** Ends the term in order, then gives the Lease back. */
	stop(): Promise<void>;
};

/** `hostname_uuid`, as client-go's users do: one process is one candidate. */
const identityOf = (random: Random): string => {
	const hex = Array.from({length: 32}, () => Math.floor(random.next() * 16).toString(16)).join('');
	return `${hostname()}_${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`;
};

/** Follows the Lease: a released one is seen at once, and nothing is polled. */
const watchLease = (options: CandidateOptions, {view}: Contest): (() => void) => {
	const {namespace, name} = options.lease;
	const watch = startWatch({
		...options,
		resource: leases,
		namespace,
		fieldSelector: `metadata.name=${name}`,
		listed: false,
		sink: {
			begin() {},
			take: (lease) => lease,
			replace([lease], version) {
				if (lease === undefined) {
					view.noteAbsence(version);
				} else {
					view.note(lease);
				}
			},
			put(lease) {
				view.note(lease);
			},
			gone(_, version) {
				view.noteAbsence(version);
			},
			freshness() {},
		},
	});
	return () => {
		watch.stop();
	};
};

/** What a candidate has to stand with; `onChange` is called whenever the Lease is seen anew. */
const contestOf = (options: CandidateOptions, life: AbortSignal, onChange: () => void): Contest => {
	const {api, clock, random, log, lease: name, timing} = options;
	const bell = new Bell();
	const view = createLeaseView(clock, timing.durationMs, () => {
		onChange();
		bell.ring();
	});
	return {
		clock,
		random,
		log,
		name,
		timing,
		identity: identityOf(random),
		client: createLeaseClient(api, name),
		view,
		bell,
		life,
		...createComplaints(log, name),
	};
};

/**
 * Stands for election, leads whenever it has won, and stands again after a loss, for as long as it lives. Throws for a
 * timing that cannot work.
 */
export const startCandidate = (options: CandidateOptions): Candidate => {
	const {log, lease: name, lead, onRole, say} = options;
	const mistake = mistakeIn(options.timing);
	if (mistake !== undefined) {
		throw new Error(mistake);
	}

	const life = new AbortController();
	let onChange = (): void => {};
	const contest = contestOf(options, life.signal, () => onChange());
	const {view, identity} = contest;
	const facts = {lease: `${name.name}.${name.namespace}`, identity};
	let followed: string | undefined;
	const follow = (holder: string): void => {
		if (holder !== followed) {
			followed = holder;
			log.info('Following the leader', {...facts, leader: holder});
			onRole('following');
		}
	};

	const leadOnce = async (wonAt: number): Promise<void> => {
		const won = view.lease();
		followed = undefined;
		log.info('Leading', facts);
		onRole('leading');
		if (won !== undefined) {
			say(won, `${identity} became leader`);
		}

		const why = await reign(contest, wonAt, lead, (listener) => {
			onChange = listener;
		});
		log[life.signal.aborted ? 'info' : 'warn']('Stopped leading', {...facts, why});
		onRole('following');
		if (won !== undefined) {
			say(won, `${identity} stopped leading`);
		}
	};

	const run = async (): Promise<void> => {
		const unwatch = watchLease(options, contest);
		while (!life.signal.aborted) {
			const wonAt = await campaign(contest, follow);
			if (wonAt !== undefined && life.signal.aborted) {
				await giveBack(contest);
			} else if (wonAt !== undefined) {
				await leadOnce(wonAt);
			}
		}

		unwatch();
	};

	const over = run();
	let isAlive = true;
	over.catch((error: unknown) => {
		isAlive = false;
		log.error('leader election broke', {...facts, error});
	});
	return {
		isAlive: () => isAlive,
		holder: () => holderOf(view.lease()),
		async stop() {
			life.abort(new Error('this replica was told to stop'));
			await over.catch(() => {});
		},
	};
};
