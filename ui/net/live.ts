// The stream of what changes. It comes back by itself and resumes where it was.
import type {StreamEvent} from '../../api/http/stream-events.ts';
import {ask, Refused} from './api.ts';
import {EventLines} from './event-lines.ts';

export type Connection =
	| {readonly is: 'connecting' | 'live'}
	| {readonly is: 'lost'; readonly why: string}
	| {readonly is: 'refused'; readonly why: string; readonly remedy: string};

export type Following = {
	/** Comes back at once, with what is known of the reader now. */
	again(): void;
};

const RETRY_MS = 500;
const RETRY_MAX_MS = 5000;
/** The daemon sends a comment every 15 s; without any the way to it is broken, though nothing says so. */
const SILENCE_MS = 40_000;

const isForPeople = (error: unknown): error is Refused =>
	error instanceof Refused && ['unauthenticated', 'forbidden', 'wrong-host'].includes(error.code);

/** A replica that follows tells the way to the one that leads. */
const textOf = (error: Error): string =>
	error instanceof Refused && error.code === 'following' ? `${error.message}; ${error.remedy}` : error.message;

/** Follows the stream for as long as the page lives. */
export const follow = (hear: (event: StreamEvent) => void, tell: (connection: Connection) => void): Following => {
	let lastId = '';
	let failures = 0;
	let attempt = new AbortController();
	let timer = 0;

	const read = async ({signal}: AbortController, quit: () => void): Promise<string> => {
		const answer = await ask('api/v1/stream', {signal, cache: 'no-store', headers: {'last-event-id': lastId}});
		const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
		const lines = new EventLines();
		let silence = window.setTimeout(quit, SILENCE_MS);
		tell({is: 'live'});
		for (;;) {
			const piece = await reader?.read();
			window.clearTimeout(silence);
			if (piece === undefined || piece.done) {
				return 'the stream has ended';
			}

			silence = window.setTimeout(quit, SILENCE_MS);
			failures = 0;
			for (const {id, event, data} of lines.push(piece.value)) {
				lastId = id === '' ? lastId : id;
				const heard = {event, data: JSON.parse(data) as unknown} as StreamEvent;
				if (heard.event === 'bye') {
					return heard.data.reason;
				}

				hear(heard);
			}
		}
	};

	const begin = async (): Promise<void> => {
		const mine = new AbortController();
		attempt = mine;
		tell({is: 'connecting'});
		const why = await read(mine, () => {
			mine.abort();
		}).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
		if (attempt !== mine) {
			return;
		}

		mine.abort();
		if (isForPeople(why)) {
			tell({is: 'refused', why: why.message, remedy: why.remedy});
			return;
		}

		tell({is: 'lost', why: typeof why === 'string' ? why : textOf(why)});
		timer = window.setTimeout(() => void begin(), Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** failures));
		failures += 1;
	};

	const again = (): void => {
		const before = attempt;
		window.clearTimeout(timer);
		void begin();
		before.abort();
	};
	void begin();
	window.addEventListener('online', again);
	return {again};
};
