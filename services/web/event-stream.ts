// One client's stream of server-sent events. It is a place in the feed, not a queue: whoever reads too slowly loses the
// place and is cut off, and nothing grows meanwhile.
import type {ServerResponse} from 'node:http';
import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Feed, FeedEvent} from './feed.ts';

export type StreamOptions = {
	readonly feed: Feed;
	readonly clock: Clock;
	readonly log: Log;
	/** From which number on; undefined sends a `reset` first. */
	readonly after: number | undefined;
	/** What a `reset` tells: everything, as JSON in one line. */
	readonly reset: () => Promise<string>;
	readonly admits: (event: FeedEvent) => boolean | Promise<boolean>;
	/** Asked with each heartbeat: why the client may no longer read; undefined while it may. */
	readonly whyOver?: () => Promise<string | undefined>;
	readonly onClose: () => void;
};

export type Stream = {
	/** Ends it in order; `retry` tells whether to come back. */
	end(reason: string, retry: 'at once' | 'later' | 'never'): void;
};

export const HEARTBEAT_MS = 15_000;
/** A client that has not taken what was sent for so long is gone. */
const STALL_BEATS = 4;
/** What a client that is cut off has to read the last word. */
const FAREWELL_MS = 2000;

const messageOf = (id: string | undefined, event: string, data: string): string =>
	`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;

/** Begins a stream on a response whose headers are not sent yet. */
export const openStream = (response: ServerResponse, options: StreamOptions): Stream => {
	const {feed, clock, log, admits, reset, whyOver} = options;
	let place = options.after ?? feed.head;
	let isPumping = false;
	let isOver = false;
	let stalled = 0;

	const close = (): void => {
		if (isOver) {
			return;
		}

		isOver = true;
		forget();
		clock.clearTimeout(beat);
		options.onClose();
	};

	const end: Stream['end'] = (reason, retry) => {
		if (isOver) {
			return;
		}

		close();
		response.end(messageOf(undefined, 'bye', JSON.stringify({reason, retry})));
		const timer = clock.setTimeout(() => response.destroy(), FAREWELL_MS);
		response.once('close', () => {
			clock.clearTimeout(timer);
		});
	};

	const cutOff = (): void => {
		log.info('a slow reader of the stream was cut off');
		end('you read more slowly than things happen; what you missed is no longer known', 'at once');
	};

	const write = (id: string | undefined, event: string, data: string): void => {
		response.write(messageOf(id, event, data));
	};

	const canGoOn = (): boolean => !isOver && feed.keeps(place) && !response.writableNeedDrain;

	const pump = async (): Promise<void> => {
		if (isPumping || isOver) {
			return;
		}

		isPumping = true;
		for (;;) {
			const event = canGoOn() ? feed.after(place) : undefined;
			if (event === undefined) {
				break;
			}

			const isAdmitted = await admits(event);
			place = event.seq;
			if (isAdmitted && !isOver) {
				write(feed.idOf(event.seq), event.event, event.data);
			}
		}

		isPumping = false;
		if (!feed.keeps(place)) {
			cutOff();
		}
	};

	const fail = (error: unknown): void => {
		log.warn('a stream failed', {error: (error as Error).message});
		end('it could not be told whether you may read this', 'later');
	};
	const goOn = (): void => {
		// Whoever does not take what was sent must not keep what comes after it.
		if (feed.keeps(place)) {
			pump().catch(fail);
		} else {
			cutOff();
		}
	};

	const heartbeat = async (): Promise<void> => {
		stalled = response.writableNeedDrain ? stalled + 1 : 0;
		const over = await whyOver?.();
		if (over !== undefined) {
			end(over, 'never');
		} else if (stalled >= STALL_BEATS) {
			cutOff();
		} else if (!isOver) {
			if (!response.writableNeedDrain) {
				response.write(':\n\n');
			}

			beat = clock.setTimeout(onBeat, HEARTBEAT_MS);
		}
	};
	const onBeat = (): void => {
		heartbeat().catch(fail);
	};
	let beat = clock.setTimeout(onBeat, HEARTBEAT_MS);
	const forget = feed.onEvent(goOn);

	const begin = async (): Promise<void> => {
		if (options.after === undefined) {
			const {head} = feed;
			place = head;
			isPumping = true;
			const everything = await reset();
			isPumping = false;
			if (!isOver) {
				write(feed.idOf(head), 'reset', everything);
			}
		}

		goOn();
	};

	response.writeHead(200, {'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no'});
	response.write('retry: 2000\n\n');
	response.on('drain', goOn);
	response.on('close', close);
	response.on('error', close);
	begin().catch(fail);
	return {end};
};
