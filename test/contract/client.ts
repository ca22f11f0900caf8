// A bare client of an API server: what it answers, as it answers it. Nothing of the daemon's own client, which the
// contract must not excuse.
import {Agent, request} from 'undici';

export type Json = {readonly [field: string]: any};

export type Answer = {readonly status: number; readonly body: Json};

export type WatchLine = {readonly type: string; readonly object: Json};

/** An open watch; waits are bounded, so that a missing event is a failure and no hang. */
export type Lines = {
	/** The next line; rejects when the stream ends or 15 s pass. */
	next(): Promise<WatchLine>;
	/** Lines from the next one to the first that satisfies `isLast`, which is included. */
	until(isLast: (line: WatchLine) => boolean): Promise<readonly WatchLine[]>;
	/** What comes until the server ends the stream. */
	rest(): Promise<readonly WatchLine[]>;
	close(): void;
};

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type Client = {
	request(method: Method, path: string, body?: unknown, contentType?: string): Promise<Answer>;
	/** Opens a watch; rejects with the answer's text when it is refused. */
	watch(path: string): Promise<Lines>;
	close(): Promise<void>;
};

export type Address = {readonly url: string; readonly token?: string; readonly ca?: Buffer};

const WAIT_MS = 15_000;

async function* linesOf(stream: AsyncIterable<string>): AsyncGenerator<WatchLine, undefined> {
	let rest = '';
	for await (const chunk of stream) {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			yield JSON.parse(line) as WatchLine;
		}
	}

	return undefined;
}

const within = async <T>(promise: Promise<T>, what: string): Promise<T> => {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => {
			reject(new Error(`not within ${WAIT_MS} ms: ${what}`));
		}, WAIT_MS);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
};

const watching = (path: string, lines: AsyncGenerator<WatchLine, undefined>, close: () => void): Lines => {
	const step = async (): Promise<WatchLine | undefined> => {
		const {value} = await within(lines.next(), `the next line of ${path}`);
		return value;
	};

	const next = async (): Promise<WatchLine> => {
		const line = await step();
		if (line === undefined) {
			throw new Error(`${path} ended`);
		}

		return line;
	};

	return {
		next,
		async until(isLast) {
			const found = [await next()];
			while (!isLast(found.at(-1) as WatchLine)) {
				found.push(await next());
			}

			return found;
		},
		async rest() {
			const found: WatchLine[] = [];
			for (let line = await step(); line !== undefined; line = await step()) {
				found.push(line);
			}

			return found;
		},
		close,
	};
};

/** A client of the server at `url`. */
export const createClient = ({url, token, ca}: Address): Client => {
	const dispatcher = new Agent({connections: 16, bodyTimeout: 0, ...(ca && {connect: {ca}})});
	const headers = {accept: 'application/json', ...(token !== undefined && {authorization: `Bearer ${token}`})};
	return {
		async request(method, path, body, contentType = 'application/json') {
			const answer = await request(new URL(path, url), {
				dispatcher,
				method,
				headers: {...headers, ...(body !== undefined && {'content-type': contentType})},
				body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
				signal: AbortSignal.timeout(WAIT_MS),
			});
			const text = await answer.body.text();
			return {status: answer.statusCode, body: text.startsWith('{') ? (JSON.parse(text) as Json) : {text}};
		},
		async watch(path) {
			const life = new AbortController();
			const answer = await request(new URL(path, url), {dispatcher, headers, signal: life.signal});
			if (answer.statusCode !== 200) {
				throw new Error(`${path}: ${answer.statusCode} ${await answer.body.text()}`);
			}

			const stream = answer.body.setEncoding('utf8') as AsyncIterable<string>;
			return watching(path, linesOf(stream), () => {
				life.abort();
			});
		},
		async close() {
			await dispatcher.destroy();
		},
	};
};
