// Starts the daemon in a thread of its own and hears what it does.
import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import type {Verdict} from '../../api/model.ts';
import type {DaemonConfig, Doors} from '../../index.ts';
import type {Log} from '../../services/log.ts';
import type {Said} from './thread.ts';

export type DaemonListeners = {
	readonly log: Log;
	readonly onStateChange: NonNullable<Doors['onStateChange']>;
	/** Called with `namespace/name` and each round of checks. */
	readonly onVerdict: (canary: string, verdict: Verdict) => void;
};

export type DaemonInThread = {
	readonly metricsUrl: string;
	readonly pageUrl: string | undefined;
	readonly inspectUrl: string | undefined;
	/** Ends the daemon in order, then its thread. */
	stop(): Promise<void>;
};

/**
 * Resolves when every Canary that exists has its actor; rejects with what `startDaemon` throws. An error that would end
 * the daemon's own process later ends this one.
 */
export const startDaemonInThread = async (
	config: DaemonConfig,
	{log, onStateChange, onVerdict}: DaemonListeners,
): Promise<DaemonInThread> => {
	const thread = new Worker(new URL('./thread.ts', import.meta.url), {workerData: config});
	const {promise: ready, resolve, reject} = Promise.withResolvers<Omit<DaemonInThread, 'stop'>>();
	thread.on('message', (said: Said) => {
		switch (said.kind) {
			case 'ready': {
				resolve(said);
				break;
			}

			case 'log': {
				const fields = said.fields === undefined ? undefined : (JSON.parse(said.fields) as Record<string, unknown>);
				log[said.level](said.message, fields);
				break;
			}

			case 'state': {
				onStateChange(said.change);
				break;
			}

			case 'verdict': {
				onVerdict(said.canary, said.verdict);
				break;
			}
		}
	});
	thread.once('error', reject);
	const {metricsUrl, pageUrl, inspectUrl} = await ready;
	thread.off('error', reject);
	return {
		metricsUrl,
		pageUrl,
		inspectUrl,
		async stop() {
			const ended = once(thread, 'exit');
			// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker is no window
			thread.postMessage('end');
			await ended;
		},
	};
};
