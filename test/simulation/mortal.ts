// A daemon that can be killed: from one moment on it is deaf, dumb and without time, as after `kill -9`.
import {startDaemon} from '../../index.ts';
import type {Daemon, DaemonConfig} from '../../index.ts';
import type {StateChange} from '../../actors/views/changes.ts';
import type {Embedded} from '../../sandbox/embedded.ts';
import {inProcess, inProcessConfig, PROMETHEUS_ORIGIN} from '../../sandbox/in-process.ts';
import type {Interceptor} from '../../sandbox/in-process.ts';
import type {Clock} from '../../services/clock.ts';
import type {TransportRequest, TransportResponse} from '../../services/http/transport.ts';
import type {Log} from '../../services/log.ts';
import {seededRandom} from '../../services/random.ts';

/** Where a daemon is killed: with its `write`-th write, before that has left or after it was applied, unheard. */
export type Cut = {readonly write: number; readonly when: 'before' | 'applied'};

export type MortalOptions = {
	readonly embedded: Embedded;
	readonly clock: Clock;
	readonly log: Log;
	readonly seed: number;
	readonly speed: number;
	readonly cut?: Cut;
	readonly intercept?: Interceptor;
	readonly onState?: (change: StateChange) => void;
	readonly config?: Partial<DaemonConfig>;
};

export type Mortal = {
	/** Each request in order: `PATCH deployments podinfo-primary`, reads as `GET …`, `LIST …` or `WATCH …`. */
	readonly requests: readonly string[];
	isAlive(): boolean;
	kill(): void;
	/** As SIGTERM does. */
	end(): Promise<void>;
	readonly metricsUrl: string;
	/** Ends it, dead or alive, so that nothing of it stays behind. */
	stop(): Promise<void>;
};

const isWatch = (url: URL): boolean => url.searchParams.get('watch') === 'true';

/** `PATCH canaries podinfo/status`, as short as a person would say it. */
export const nameOf = ({method, url}: Pick<TransportRequest, 'method' | 'url'>): string => {
	if (url.origin === PROMETHEUS_ORIGIN) return 'QUERY';
	const [, ...path] = url.pathname.split('/');
	const after = path.slice(path[0] === 'api' ? 2 : 3);
	const [plural = path.join('/'), ...name] = after[0] === 'namespaces' && after.length > 2 ? after.slice(2) : after;
	const verb = method === 'GET' ? (isWatch(url) ? 'WATCH' : name.length > 0 ? 'GET' : 'LIST') : method;
	return [verb, plural, name.join('/')].filter((part) => part !== '').join(' ');
};

export const isWrite = ({method}: Pick<TransportRequest, 'method'>): boolean => method !== 'GET';

async function* once(body: string): AsyncGenerator<Uint8Array> {
	yield new TextEncoder().encode(body);
}

/** A refusal as the API server words it. */
export const statusBody = (code: number, reason: string, message: string): string =>
	JSON.stringify({kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message});

/** An answer as the API server words it. */
export const statusAnswer = (
	code: number,
	reason: string,
	message: string,
	headers: Readonly<Record<string, string>> = {},
): TransportResponse => ({
	status: code,
	headers: {'content-type': 'application/json', ...headers},
	chunks: once(statusBody(code, reason, message)),
});

/** A body of any kind. */
export const textAnswer = (status: number, body: string): TransportResponse => ({
	status,
	headers: {},
	chunks: once(body),
});

async function* whileAlive(chunks: AsyncIterable<Uint8Array>, isAlive: () => boolean): AsyncGenerator<Uint8Array> {
	for await (const chunk of chunks) {
		if (!isAlive()) return;
		yield chunk;
	}
}

const deaf = (): TransportResponse => statusAnswer(403, 'Forbidden', 'nobody hears the dead');

/** Starts a daemon against the world. */
export const startMortal = async (options: MortalOptions): Promise<Mortal> => {
	const {embedded, clock, log, seed, speed, cut, intercept = async (_, next) => next(), onState} = options;
	const requests: string[] = [];
	let alive = true;
	let isOver: boolean | 'wholly' = false;
	let writes = 0;
	const timers = new Set<() => void>();
	const through: Interceptor = async (request, next) => {
		if (!alive) return deaf();
		requests.push(nameOf(request));
		writes += isWrite(request) ? 1 : 0;
		const isLast = cut !== undefined && isWrite(request) && writes === cut.write;
		if (isLast && cut.when === 'before') alive = false;
		if (!alive) return deaf();
		const answer = await intercept(request, next);
		if (isLast) alive = false;
		return alive ? {...answer, chunks: whileAlive(answer.chunks, () => alive)} : deaf();
	};
	const daemon: Daemon = await startDaemon(
		{
			...inProcessConfig,
			logLevel: 'debug',
			speed,
			...options.config,
		},
		{
			clock: {
				...clock,
				setTimeout(callback, ms) {
					if (isOver === 'wholly') return undefined;
					if (isOver) return setImmediate(callback);
					const onTime = (): void => {
						timers.delete(callback);
						if (alive) callback();
					};
					timers.add(callback);
					return clock.setTimeout(onTime, ms);
				},
			},
			random: seededRandom(seed),
			log,
			transport: inProcess(embedded.handler, embedded.world.prometheus, through),
			onStateChange(change) {
				if (alive) onState?.(change);
			},
		},
	);
	return {
		requests,
		isAlive: () => alive,
		kill() {
			alive = false;
		},
		end: () => daemon.stop(),
		metricsUrl: daemon.metricsUrl,
		async stop() {
			alive = false;
			isOver = true;
			const stopped = daemon.stop();
			// Whatever still waits is told at once that its time has come, for the world's time stands still from here on.
			for (const callback of timers) setImmediate(callback);
			await stopped;
			isOver = 'wholly';
		},
	};
};
