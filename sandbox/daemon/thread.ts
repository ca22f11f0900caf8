// The real daemon, in a thread of its own: it and the world each have a core then. `in-thread.ts` starts it.
import {parentPort, workerData, type MessagePort} from 'node:worker_threads';
import type {Verdict} from '../../api/model.ts';
import {startDaemon, type Daemon, type DaemonConfig, type Doors} from '../../index.ts';
import {wallClock} from '../../services/clock.ts';
import type {Log} from '../../services/log.ts';
import {jsonOfEntry} from '../../services/telemetry/log.ts';
import {spareMemory} from '../spare-memory.ts';

type StateChange = Parameters<NonNullable<Doors['onStateChange']>>[0];

/** What it says to the sandbox. The other way there is one message only, whatever it holds: end. */
export type Said =
	/** All Canaries have their actors. */
	| ({readonly kind: 'ready'} & Pick<Daemon, 'metricsUrl' | 'pageUrl' | 'inspectUrl'>)
	| {readonly kind: 'log'; readonly level: keyof Log; readonly message: string; readonly fields?: string}
	| {readonly kind: 'state'; readonly change: StateChange}
	/** The Canary as `namespace/name`. */
	| {readonly kind: 'verdict'; readonly canary: string; readonly verdict: Verdict};

const run = async (sandbox: MessagePort, config: DaemonConfig): Promise<void> => {
	const say = (said: Said): void => {
		// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port is no window
		sandbox.postMessage(said);
	};
	const logAt =
		(level: keyof Log): Log['info'] =>
		(message, fields) =>
			// As text, for what is logged may hold what cannot go from thread to thread.
			say({kind: 'log', level, message, ...(fields && {fields: jsonOfEntry(fields)})});
	const daemon = await startDaemon(config, {
		log: {
			debug: config.logLevel === 'debug' ? logAt('debug') : () => {},
			info: logAt('info'),
			warn: logAt('warn'),
			error: logAt('error'),
		},
		onStateChange: (change) => say({kind: 'state', change}),
		onVerdict: ({namespace, name}, verdict) => say({kind: 'verdict', canary: `${namespace}/${name}`, verdict}),
	});
	const stopSparing = spareMemory(wallClock);
	const end = async (): Promise<void> => {
		stopSparing();
		await daemon.stop();
		process.exit();
	};
	sandbox.once('message', () => void end());
	await daemon.ready;
	const {metricsUrl, pageUrl, inspectUrl} = daemon;
	say({kind: 'ready', metricsUrl, pageUrl, inspectUrl});
};

if (parentPort !== null) {
	await run(parentPort, workerData as DaemonConfig);
}
