// What is told to others: to each of them in order, one thing at a time, tried again for as long as its sender says, and
// with no more waiting than there is room for. It holds up nobody who does not ask what became of it.
import type {Clock} from './clock.ts';
import {sleep} from './clock.ts';

/** `given up`: after its last attempt; `dropped`: without any, for too many waited; `ended`: by its signal, or by `close`. */
export type Outcome = 'sent' | 'given up' | 'dropped' | 'ended';

export type OutboxOptions<Item> = {
	readonly clock: Clock;
	/** How many may wait behind the one that is being sent; beyond it the oldest of them is dropped. */
	readonly waitingMax: number;
	/** One attempt; the first is 1. Rejects when it has failed. */
	readonly send: (item: Item, attempt: number, signal: AbortSignal) => Promise<void>;
	/** Told of each attempt that failed; answers how many ms later the next one is made, undefined: none is. */
	readonly onFailure: (item: Item, error: unknown, attempt: number) => number | undefined;
	readonly onDropped: (item: Item) => void;
};

export type Outbox<Item> = {
	/** Puts an item behind those that wait under this key. Resolves with what has become of it; never rejects. */
	put(key: string, item: Item, signal?: AbortSignal): Promise<Outcome>;
	/** Resolves when nothing waits under this key any more. */
	flushed(key: string): Promise<void>;
	/** Ends what waits and what is under way. */
	close(): void;
};

type Waiting<Item> = {
	readonly item: Item;
	readonly signal: AbortSignal;
	readonly settle: (outcome: Outcome) => void;
};

type Line<Item> = {readonly waiting: Array<Waiting<Item>>; moving: Promise<void> | undefined};

export const createOutbox = <Item>(options: OutboxOptions<Item>): Outbox<Item> => {
	const {clock, waitingMax, send, onFailure, onDropped} = options;
	const lines = new Map<string, Line<Item>>();
	const life = new AbortController();

	const untilOver = async ({item, signal}: Waiting<Item>): Promise<Outcome> => {
		for (let attempt = 1; !signal.aborted; attempt += 1) {
			try {
				await send(item, attempt, signal);
				return 'sent';
			} catch (error) {
				if (signal.aborted) {
					break;
				}

				const pauseMs = onFailure(item, error, attempt);
				if (pauseMs === undefined) {
					return 'given up';
				}

				await sleep(clock, pauseMs, signal).catch(() => {});
			}
		}

		return 'ended';
	};

	const move = async (key: string, line: Line<Item>): Promise<void> => {
		for (let next = line.waiting.shift(); next !== undefined; next = line.waiting.shift()) {
			next.settle(await untilOver(next));
		}

		lines.delete(key);
	};

	return {
		put: (key, item, signal) =>
			new Promise((settle) => {
				const line = lines.get(key) ?? {waiting: [], moving: undefined};
				lines.set(key, line);
				const until = signal === undefined ? life.signal : AbortSignal.any([life.signal, signal]);
				line.waiting.push({item, signal: until, settle});
				if (line.waiting.length > waitingMax) {
					const dropped = line.waiting.shift();
					if (dropped !== undefined) {
						onDropped(dropped.item);
						dropped.settle('dropped');
					}
				}

				line.moving ??= move(key, line);
			}),
		async flushed(key) {
			await lines.get(key)?.moving;
		},
		close() {
			life.abort(new Error('the outbox is closed'));
		},
	};
};
