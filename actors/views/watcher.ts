// Who watches the lives of Canaries without a part in them: the HTTP interface. Everything told here is told as it
// happens; what a view needs beside is asked for when somebody looks.
import type {RunIdentity, RunRecord} from '../../api/canary-run.ts';
import type {Announcement, CanaryModel, Command, CommandOutcome, Verdict} from '../../api/model.ts';
import type {Context, Run} from '../../machines/model/context.ts';
import type {Path} from '../../machines/facts.ts';
import type {Status} from '../../machines/model/status.ts';

/** What can be asked of a Canary's life while it lasts. */
export type Life = {
	/** The run under way. */
	readonly run: () => {readonly id: string; readonly began: number} | undefined;
	/** What is known of the run under way, or of the one that ended last in this life. */
	readonly record: () => {readonly identity: RunIdentity; readonly record: RunRecord} | undefined;
	/** When the next round of checks is due; undefined while none is. */
	readonly due: () => number | undefined;
};

/** A state that was published. */
export type Seen = {
	readonly path: Path;
	/** What set it off, as the chart calls it. */
	readonly event: string;
	readonly context: Context;
	readonly status: Status;
};

export type CommandAnswer = {readonly outcome: CommandOutcome; readonly message: string};

/** Told of one life. */
export type LifeWatch = {
	entered(seen: Seen): void;
	/** A round of checks was answered; `run` as it was before. */
	judged(verdict: Verdict, run: Run): void;
	said(announcement: Announcement): void;
	heard(command: Command): void;
	answered(name: string, answer: CommandAnswer): void;
	ended(): void;
};

/** What becomes of a Canary's custody, as its chart's outermost state has it. */
export type CustodyNews = {readonly state: string; readonly error: string; readonly model: CanaryModel};

export type Watcher = {
	/** `key` is the registry's. */
	custody(key: string, news: CustodyNews): void;
	born(model: CanaryModel, life: Life): LifeWatch;
	gone(key: string): void;
};

const ignore = (): void => {};

/** Nobody looks. */
export const noWatcher: Watcher = {
	custody: ignore,
	born: () => ({entered: ignore, judged: ignore, said: ignore, heard: ignore, answered: ignore, ended: ignore}),
	gone: ignore,
};
