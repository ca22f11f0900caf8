// One of several replicas of the daemon in one world: it can be killed, stopped as by SIGSTOP, told to end, and cut off.
import {setImmediate} from 'node:timers/promises';
import {startDaemon} from '../../index.ts';
import type {Daemon, DaemonConfig} from '../../index.ts';
import type {Embedded} from '../../sandbox/embedded.ts';
import {inProcess, inProcessConfig} from '../../sandbox/in-process.ts';
import type {Interceptor} from '../../sandbox/in-process.ts';
import type {VirtualClock} from '../../sandbox/virtual-clock.ts';
import type {Clock} from '../../services/clock.ts';
import type {Log} from '../../services/log.ts';
import {seededRandom} from '../../services/random.ts';
import {nameOf} from './mortal.ts';

export type ReplicaOptions = {
	readonly clock: VirtualClock;
	readonly embedded: Embedded;
	readonly seed: number;
	/** How far its wall clock is ahead, in ms; its monotonic clock begins elsewhere, too. */
	readonly skewMs?: number;
	readonly config?: Partial<DaemonConfig>;
	readonly intercept?: Interceptor;
};

export type Issued = {readonly what: string; readonly path: string; readonly at: number};

export type Replica = {
	readonly daemon: Daemon;
	/** Every request that left it, with the world's time. */
	readonly requests: readonly Issued[];
	/** Lines of its log at warn and above, with their fields. */
	readonly complaints: readonly string[];
	/** Writes and queries since `at`; not the Lease's, and what is said of it. */
	actsSince(at: number): readonly string[];
	/** By its metric. */
	leads(): Promise<boolean>;
	/** By its log, which costs no request. */
	isLeading(): boolean;
	/** `kill -9`. */
	kill(): void;
	/** SIGSTOP: no timer fires and nothing is heard. SIGCONT: what was to be heard is heard first, then timers fire. */
	pause(): void;
	resume(): void;
	/** A black hole: no request of it reaches anyone, no answer it, and nothing says so; `mend` undoes it. */
	cutOff(): void;
	mend(): void;
	/** SIGTERM: resolves when the process would have ended, which takes time to pass. */
	end(): Promise<void>;
};

/** A door that can be held shut: who waits before it goes on when it opens. */
const createTurnstile = () => {
	let waiting: Array<() => void> | undefined;
	const pass = async (): Promise<void> => {
		const line = waiting;
		if (line !== undefined) {
			await new Promise<void>((resolve) => line.push(resolve));
			await pass();
		}
	};
	return {
		isShut: () => waiting !== undefined,
		shut() {
			waiting ??= [];
		},
		open() {
			const going = waiting ?? [];
			waiting = undefined;
			for (const go of going) go();
		},
		pass,
	};
};

type Turnstile = ReturnType<typeof createTurnstile>;

/** The worst that a woken process may do: its timers, and the word that it leads no more, come after all else. */
const late = async (process: Turnstile): Promise<void> => {
	if (process.isShut()) {
		await process.pass();
		for (let turn = 0; turn < 20; turn++) await setImmediate();
	}
};

/** The world's time as this process has it: its timers wait while it is stopped, and its clocks are its own. */
const clockOf = (clock: VirtualClock, process: Turnstile, skewMs: number): Clock => ({
	now: () => clock.now() + skewMs,
	monotonic: () => clock.monotonic() + 7 * Math.abs(skewMs),
	setTimeout(callback, ms) {
		let isCancelled = false;
		const timer = clock.setTimeout(() => {
			if (!process.isShut()) {
				callback();
				return;
			}

			const wake = async (): Promise<void> => {
				await late(process);
				if (!isCancelled) callback();
			};
			void wake();
		}, ms);
		return {
			cancel() {
				isCancelled = true;
				clock.clearTimeout(timer);
			},
		};
	},
	clearTimeout(handle) {
		(handle as {cancel(): void} | undefined)?.cancel();
	},
});

type Ways = {readonly network: Turnstile; readonly process: Turnstile; readonly isLease: boolean};

async function* held(chunks: AsyncIterable<Uint8Array>, {network, process, isLease}: Ways): AsyncGenerator<Uint8Array> {
	for await (const chunk of chunks) {
		await network.pass();
		await (isLease ? late(process) : process.pass());
		yield chunk;
	}
}

/** Starts a replica that stands for election. */
export const startReplica = async (options: ReplicaOptions): Promise<Replica> => {
	const {clock, embedded, seed, skewMs = 0, config = {}, intercept = async (_, next) => next()} = options;
	const requests: Issued[] = [];
	const complaints: string[] = [];
	const process = createTurnstile();
	const network = createTurnstile();
	const complain = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
		complaints.push(`${message} ${JSON.stringify(fields)}`);
	};
	let isLeading = false;
	const log: Log = {
		debug() {},
		info(message) {
			isLeading = message === 'Leading' || (isLeading && message !== 'Stopped leading');
		},
		warn(message, fields) {
			isLeading &&= message !== 'Stopped leading';
			complain(message, fields);
		},
		error: complain,
	};
	const through: Interceptor = async (request, next) => {
		requests.push({what: nameOf(request), path: request.url.pathname, at: clock.now()});
		await network.pass();
		// Given up meanwhile: its connection is closed, so that it never arrives.
		request.signal.throwIfAborted();
		const answer = await intercept(request, next);
		await network.pass();
		await process.pass();
		return {...answer, chunks: held(answer.chunks, {network, process, isLease: nameOf(request) === 'WATCH leases'})};
	};
	const daemon = await startDaemon(
		{
			...inProcessConfig,
			logLevel: 'debug',
			leaderElection: {namespace: 'kube-system'},
			speed: 1,
			...config,
		},
		{
			clock: clockOf(clock, process, skewMs),
			random: seededRandom(seed),
			log,
			transport: inProcess(embedded.handler, embedded.world.prometheus, through),
		},
	);
	let stopped: Promise<void> | undefined;
	return {
		daemon,
		requests,
		complaints,
		actsSince: (at) =>
			requests
				.filter(({what, path}) => /^(?:POST|PATCH|PUT|DELETE|QUERY)\b/.test(what) && !path.includes('/kube-system/'))
				.filter((one) => one.at >= at)
				.map(({what}) => what),
		isLeading: () => isLeading,
		async leads() {
			const text = await (await fetch(daemon.metricsUrl)).text();
			return /^aviary_leader 1$/m.test(text);
		},
		kill() {
			process.shut();
		},
		pause() {
			process.shut();
		},
		resume() {
			process.open();
		},
		cutOff() {
			network.shut();
		},
		mend() {
			network.open();
		},
		end: () => (stopped ??= daemon.stop()),
	};
};
