// A cluster against the unruly server, on virtual time and real sockets.
import {createVirtualClock, type VirtualClock} from '../../../sandbox/virtual-clock.ts';
import {createDoor} from '../../../services/http/door.ts';
import {createApi, type Api} from '../../../services/kubernetes/api.ts';
import type {Cluster} from '../../../services/kubernetes/cluster.ts';
import {openConnection} from '../../../services/kubernetes/connection.ts';
import {createCluster} from '../../../services/kubernetes/live-cluster.ts';
import type {Log} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {startUnrulyServer, type UnrulyServer} from './unruly-server.ts';

const REAL_LIMIT_MS = 20_000;

/**
 * Waits for the condition by turning the event loop, never by hoping; with a clock, virtual time passes meanwhile by
 * `stepMs` a turn. Rejects after 20 real seconds.
 */
export const until = async (condition: () => boolean, clock?: VirtualClock, stepMs = 10): Promise<void> => {
	const end = performance.now() + REAL_LIMIT_MS;
	while (!condition()) {
		if (performance.now() > end) {
			throw new Error(`never came true: ${condition.toString()}`);
		}

		await new Promise((resolve) => {
			setImmediate(resolve);
		});
		if (clock !== undefined) {
			await clock.advance(stepMs);
		}
	}
};

/** Lets everything that is on its way arrive: several turns, each long enough for loopback. */
export const calm = async (): Promise<void> => {
	for (let turn = 0; turn < 30; turn += 1) {
		await new Promise((resolve) => {
			setImmediate(resolve);
		});
	}
};

export type Entry = {readonly level: string; readonly message: string; readonly fields: unknown};

export const recordingLog = (): Log & {readonly entries: Entry[]} => {
	const entries: Entry[] = [];
	const at = (level: string) => (message: string, fields?: unknown) => {
		entries.push({level, message, fields});
	};
	return {entries, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error')};
};

export type Harness = {
	readonly server: UnrulyServer;
	readonly clock: VirtualClock;
	readonly log: ReturnType<typeof recordingLog>;
	readonly api: Api;
	readonly cluster: Cluster;
	readonly answers: {verb: string; resource: string; code: number}[];
	/** Kinds of which a change was found that no watch had told. */
	readonly missed: readonly string[];
	close(): Promise<void>;
};

export const startHarness = async (): Promise<Harness> => {
	const clock = createVirtualClock();
	const server = await startUnrulyServer(clock);
	const log = recordingLog();
	const random = seededRandom(7);
	const door = createDoor({clock, log});
	const answers: Harness['answers'] = [];
	const connection = openConnection(server.url);
	const onAnswer = (facts: Harness['answers'][number]): void => {
		answers.push(facts);
	};
	const api = createApi({connection, door, clock, random, log, onAnswer});
	const missed: string[] = [];
	const onMissed = ({resource}: {readonly resource: string}): void => {
		missed.push(resource);
	};
	const cluster = createCluster({api, clock, random, log, onMissed});
	return {
		server,
		clock,
		log,
		api,
		cluster,
		answers,
		missed,
		async close() {
			await door.close();
			await server.close();
		},
	};
};
