// The daemon with its page, on the embedded world and a virtual clock; the page's port is a real one.
import type {ExecutionContext} from 'ava';
import type {PageConfig} from '../../../actors/views/page.ts';
import {startDaemon} from '../../../index.ts';
import {startEmbedded} from '../../../sandbox/embedded.ts';
import {inProcess, inProcessConfig, type Interceptor} from '../../../sandbox/in-process.ts';
import {releaseOf} from '../../../sandbox/scenarios.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {ask, type Said, type Sent} from '../../services/web/site.ts';

export const SPEED = 10;

export type StageOptions = {
	readonly scenario?: string;
	readonly objects?: readonly KubeObject[];
	readonly ui?: Partial<PageConfig>;
	readonly intercept?: Interceptor;
};

/** Starts it with the release of a scenario, of the first shape, under way. */
export const stage = async (t: ExecutionContext, {scenario = 'good', objects, ui, intercept}: StageOptions = {}) => {
	const clock = createVirtualClock();
	const embedded = await startEmbedded({clock, random: seededRandom(1), speed: SPEED, log: silentLog});
	embedded.apply(objects ?? (await releaseOf(scenario, 'first')).objects);
	const daemon = await startDaemon(
		{
			...inProcessConfig,
			speed: SPEED,
			ui: {port: 0, address: '127.0.0.1', auth: 'open', ...ui},
		},
		{
			clock,
			random: seededRandom(2),
			log: silentLog,
			transport: inProcess(embedded.handler, embedded.world.prometheus, intercept),
		},
	);
	t.teardown(async () => {
		const stopped = daemon.stop();
		await clock.advance(10_000);
		await stopped;
		embedded.stop();
	});
	const port = Number(new URL(daemon.pageUrl ?? '').port);
	return {
		embedded,
		port,
		/** Lets so many seconds of the world pass. */
		seconds: (count: number) => clock.advance((count * 1000) / SPEED),
		ask: (url: string, sent?: Sent): Promise<Said> => ask(port, `/api/v1/${url}`, sent),
		get: async (url: string): Promise<unknown> => {
			const {status, body} = await ask(port, `/api/v1/${url}`);
			t.is(status, 200, `${url}: ${body.slice(0, 300)}`);
			return JSON.parse(body);
		},
	};
};
