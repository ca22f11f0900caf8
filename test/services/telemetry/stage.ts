// The real daemon on the embedded world, with its log kept and its metrics scraped.
import type {ExecutionContext} from 'ava';
import {startDaemon} from '../../../index.ts';
import {startEmbedded} from '../../../sandbox/embedded.ts';
import {inProcess, inProcessConfig, type Interceptor} from '../../../sandbox/in-process.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {silentLog, type Log} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {keys} from '../../simulation/keys.ts';

const SPEED = 10;

export type Line = Readonly<Record<string, unknown>> & {readonly msg: string};

export const stage = async (t: ExecutionContext, objects: readonly KubeObject[]) => {
	const clock = createVirtualClock();
	const embedded = await startEmbedded({clock, random: seededRandom(1), speed: SPEED, log: silentLog});
	embedded.apply(objects);
	const lines: Line[] = [];
	const keep = (msg: string, fields: Readonly<Record<string, unknown>> = {}): void => {
		lines.push({...fields, msg});
	};
	const log: Log = {debug: keep, info: keep, warn: keep, error: keep};

	/** One life of the daemon; a second one may follow when it was stopped. */
	const start = async (intercept?: Interceptor) => {
		const daemon = await startDaemon(
			{
				...inProcessConfig,
				logLevel: 'debug',
				speed: SPEED,
			},
			{
				clock,
				random: seededRandom(2),
				log,
				transport: inProcess(embedded.handler, embedded.world.prometheus, intercept),
			},
		);
		let isStopped = false;
		const stop = async (): Promise<void> => {
			if (!isStopped) {
				isStopped = true;
				await daemon.stop();
			}
		};
		t.teardown(stop);
		const series = async (): Promise<readonly string[]> =>
			(await (await fetch(daemon.metricsUrl)).text())
				.split('\n')
				.filter((line) => line !== '' && !line.startsWith('#'));
		return {series, stop};
	};

	/** Lets time pass until it is so, at most half an hour of the world. */
	const until = async (isSo: () => boolean): Promise<void> => {
		const end = clock.now() + 1_800_000 / SPEED;
		while (!isSo()) {
			if (clock.now() >= end) throw new Error(`never so: ${isSo.toString()}`);
			await clock.advance(1000 / SPEED);
		}
	};

	t.teardown(() => {
		embedded.stop();
	});
	return {
		embedded,
		clock,
		lines,
		start,
		status: (name: string, namespace = 'test') =>
			embedded.store.get(keys.canaries, namespace, name)?.status ?? ({} as Readonly<Record<string, unknown>>),
		until,
	};
};
