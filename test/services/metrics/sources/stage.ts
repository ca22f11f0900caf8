// A server on a local port that answers as told and keeps what it is asked, and a source that asks it through our door.
import type {ExecutionContext} from 'ava';
import {wallClock} from '../../../../services/clock.ts';
import {createDoor} from '../../../../services/http/door.ts';
import {silentLog} from '../../../../services/log.ts';
import {createAsk, type Asked} from '../../../../services/metrics/asking.ts';
import type {Answer} from '../../../../services/metrics/metrics.ts';
import type {Endpoint} from '../../../../services/metrics/source.ts';
import {startPlace, type Answering} from '../../notifiers/stage.ts';

/** An instant at a whole second, which every question is about. */
export const NOW = 1_700_000_000_000;

/** Asks over a real socket. `answer`: the body, or more than that. */
export const askOverSocket = async (
	t: ExecutionContext,
	{source, query, endpoint = {}}: Pick<Asked, 'source' | 'query'> & {readonly endpoint?: Partial<Endpoint>},
	answer: string | ReturnType<Answering>,
) => {
	const server = await startPlace(t, () => (typeof answer === 'string' ? {body: answer} : answer));
	const door = createDoor({clock: wallClock, log: silentLog});
	const ask = createAsk(door, {now: () => NOW});
	try {
		const found: Answer = await ask({
			source,
			query,
			endpoint: {address: server.origin, ...endpoint},
			intervalMs: 60_000,
		});
		return {answer: found, received: server.received};
	} finally {
		await door.close();
	}
};
