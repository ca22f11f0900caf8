// The lines of a watch, and what can happen to them on their way.
import {sleep, wallClock} from '../../../services/clock.ts';

export async function* linesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	let rest = '';
	for await (const chunk of chunks) {
		const lines = (rest + decoder.decode(chunk, {stream: true})).split('\n');
		rest = lines.pop() ?? '';
		yield* lines;
	}
}

type Change = (lines: AsyncIterable<string>) => AsyncIterable<string>;

const forever = (): Promise<never> => new Promise(() => {});

/** After so many events nothing comes any more, and the connection stays. */
export const halfOpenAfter = (events: number): Change =>
	async function* (lines) {
		let count = 0;
		for await (const line of lines) {
			if (count >= events) await forever();
			yield line;
			count += 1;
		}
	};

/** Every event comes twice, and once more after the next one. */
export const duplicated: Change = async function* (lines) {
	let last: string | undefined;
	for await (const line of lines) {
		yield line;
		yield line;
		if (last !== undefined) yield last;
		last = line;
	}
};

/** Every event comes so much later. */
export const delayedBy = (ms: number): Change =>
	async function* (lines) {
		for await (const line of lines) {
			await sleep(wallClock, ms);
			yield line;
		}
	};

/** After so many events the connection breaks, and takes one along. */
export const brokenAfter = (events: number): Change =>
	async function* (lines) {
		let count = 0;
		for await (const line of lines) {
			if (count >= events) throw new Error('the next one is lost');
			yield line;
			count += 1;
		}
	};

/** What `isLost` says of an event never comes, and the stream goes on. Bookmarks are no events. */
export const without = (isLost: () => boolean): Change =>
	async function* (lines) {
		for await (const line of lines) {
			const isEvent = !line.startsWith('{"type":"BOOKMARK"');
			if (!isEvent || !isLost()) yield line;
		}
	};

const expired = JSON.stringify({
	type: 'ERROR',
	object: {
		kind: 'Status',
		apiVersion: 'v1',
		status: 'Failure',
		code: 410,
		reason: 'Expired',
		message: 'too old resource version',
	},
});

/** After so many events the server has forgotten what came before. */
export const expiredAfter = (events: number): Change =>
	async function* (lines) {
		let count = 0;
		for await (const line of lines) {
			yield line;
			count += 1;
			if (count >= events) break;
		}

		yield expired;
	};
