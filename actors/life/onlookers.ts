// Who looks on at the lives of Canaries and takes no part: logs, metrics, notifications, records, the page, the sandbox.
// All are told the same, one after another, within the very step of a Canary's actor; a mistake of one of them ends in the
// log. What a view needs beside is asked for when somebody looks.
import type {RunIdentity, RunRecord} from '../../api/canary-run.ts';
import type {Announcement, CanaryModel, Command, CommandOutcome, Verdict} from '../../api/model.ts';
import type {Context, Run} from '../../machines/model/context.ts';
import type {Path} from '../../machines/facts.ts';
import type {Status} from '../../machines/model/status.ts';
import type {Log} from '../../services/log.ts';

/** What can be asked of a Canary's life while it lasts. */
export type Life = {
	/** The run under way. */
	readonly run: () => {readonly id: string; readonly began: number} | undefined;
	/** What is known of the run under way, or of the one that ended last in this life. */
	readonly record: () => {readonly identity: RunIdentity; readonly record: RunRecord} | undefined;
	/** When the next round of checks is due; undefined while none is. */
	readonly due: () => number | undefined;
};

/** A state that is published; it may be the one before, with another context. */
export type Seen = {
	/** The state that was published before; empty for the first of a life. */
	readonly from: Path | '';
	readonly path: Path;
	/** What set it off, as the chart calls it. */
	readonly event: string;
	readonly at: number;
	readonly context: Context;
	readonly status: Status;
};

/** A round of checks that was answered. */
export type Judged = {
	readonly verdict: Verdict;
	readonly model: CanaryModel;
	/** As it was before. */
	readonly run: Run;
};

export type Said = Announcement & {readonly phase: string; readonly revision: string};

export type CommandAnswer = {readonly outcome: CommandOutcome; readonly message: string};

/** Looks on at one life. */
export type LifeOnlooker = {
	entered?(seen: Seen): void;
	judged?(judged: Judged): void;
	said?(said: Said): void;
	heard?(command: Command): void;
	answered?(name: string, answer: CommandAnswer): void;
	/** The chart has died of a fault of ours. */
	crashed?(error: Error): void;
	ended?(): void;
};

/** What becomes of a Canary's custody, as its chart's outermost state has it. */
export type CustodyNews = {readonly state: string; readonly error: string; readonly model: CanaryModel};

/** `key` is the registry's. */
export type Onlooker = {
	custody?(key: string, news: CustodyNews): void;
	born?(model: CanaryModel, life: Life): LifeOnlooker;
	gone?(key: string): void;
};

/** All of them as one, which never throws. */
export type AllOnlookers = Required<Omit<Onlooker, 'born'>> & {
	born(model: CanaryModel, life: Life): Required<LifeOnlooker>;
};

/** By what the log calls them; in this order they are told. */
export type Onlookers<Of = Onlooker> = Readonly<Record<string, Of | undefined>>;

const tellEach = <Of>(
	log: Log,
	onlookers: Onlookers<Of>,
	what: string,
	tell: (one: Of, name: string) => void,
): void => {
	for (const [name, one] of Object.entries(onlookers)) {
		try {
			if (one !== undefined) {
				tell(one, name);
			}
		} catch (error) {
			log.error(`${name} misses something that happened`, {what, error});
		}
	}
};

/** Those who look on at one life, as one that never throws. */
export const lifeOnlookers = (log: Log, onlookers: Onlookers<LifeOnlooker>): Required<LifeOnlooker> => {
	const tell = (what: string, call: (one: LifeOnlooker) => void): void => {
		tellEach(log, onlookers, what, call);
	};
	return {
		entered(seen) {
			tell('a state', (one) => one.entered?.(seen));
		},
		judged(judged) {
			tell('a round of checks', (one) => one.judged?.(judged));
		},
		said(said) {
			tell('an announcement', (one) => one.said?.(said));
		},
		heard(command) {
			tell('a command', (one) => one.heard?.(command));
		},
		answered(name, answer) {
			tell('an answer to a command', (one) => one.answered?.(name, answer));
		},
		crashed(error) {
			tell('a crash', (one) => one.crashed?.(error));
		},
		ended() {
			tell('an end', (one) => one.ended?.());
		},
	};
};

export const allOnlookers = (log: Log, onlookers: Onlookers): AllOnlookers => ({
	custody(key, news) {
		tellEach(log, onlookers, 'custody', (one) => one.custody?.(key, news));
	},
	born(model, life) {
		const born: Record<string, LifeOnlooker | undefined> = {};
		tellEach(log, onlookers, 'a beginning', (one, name) => {
			born[name] = one.born?.(model, life);
		});
		return lifeOnlookers(log, born);
	},
	gone(key) {
		tellEach(log, onlookers, 'a Canary that is gone', (one) => one.gone?.(key));
	},
});
