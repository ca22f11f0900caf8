// What a simulated command writes to, and whom it may ask.
import type {Clock} from '../../../services/clock.ts';

/** A request that somebody in a pod makes of the world. */
export type PodRequest = {
	readonly namespace: string;
	readonly pod: string;
	/** As typed: `http://podinfo-canary:9898/status/500`. */
	readonly url: string;
	readonly method: string;
	readonly headers: Readonly<Record<string, string>>;
};

export type PodAnswer = {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
};

/** Sends a pod's request; rejects, perhaps with curl's `exitCode`, where there is no answer. */
export type FetchInWorld = (request: PodRequest, signal: AbortSignal) => Promise<PodAnswer>;

/** One command's surroundings. */
export type Terminal = {
	readonly namespace: string;
	readonly pod: string;
	readonly env: Readonly<Record<string, string>>;
	readonly clock: Clock;
	/** Undefined where there is no traffic world. */
	readonly fetchInWorld: FetchInWorld | undefined;
	readonly hasTty: boolean;
	out(text: string): void;
	err(text: string): void;
};

/** Runs the command until its end or the signal; answers its exit code. */
export type Command = (args: readonly string[], terminal: Terminal, signal: AbortSignal) => Promise<number>;

/** The exit code of what ^C ended. */
export const INTERRUPTED = 130;
