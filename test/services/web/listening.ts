// A client of server-sent events that can stop reading: a library would not.
import {request as httpRequest, type IncomingMessage} from 'node:http';

export type Message = {readonly id: string | undefined; readonly event: string; readonly data: unknown};

const parsed = (block: string): Message | undefined => {
	const fields = new Map(
		block.split('\n').map((line) => {
			const [name = '', ...rest] = line.split(': ');
			return [name, rest.join(': ')] as const;
		}),
	);
	const event = fields.get('event');
	return event === undefined ? undefined : {id: fields.get('id'), event, data: JSON.parse(fields.get('data') ?? '')};
};

/** A client of a stream, which reads when it is told to. Resolves with the answer's headers. */
export const listen = async (port: number, url = '/stream', headers: Record<string, string> = {}) => {
	const {promise, resolve, reject} = Promise.withResolvers<IncomingMessage>();
	const request = httpRequest({host: '127.0.0.1', port, path: url, headers, agent: false}, resolve);
	request.on('error', reject);
	request.end();
	const response = await promise;
	const messages: Message[] = [];
	let rest = '';
	let beats = 0;
	let wake = (): void => {};
	let isOver = false;
	const read = (): void => {
		response.on('data', (chunk: Buffer) => {
			const blocks = `${rest}${chunk.toString('utf8')}`.split('\n\n');
			rest = blocks.pop() ?? '';
			for (const block of blocks) {
				const message = parsed(block);
				if (message !== undefined) messages.push(message);
				if (block === ':') beats += 1;
			}

			wake();
		});
	};
	const isAtEnd = (): boolean => isOver;
	const end = (): void => {
		isOver = true;
		wake();
	};
	response.on('end', end);
	response.on('error', end);
	response.on('close', end);
	/** Resolves once so many messages have come, or the stream is over. */
	const until = async (isEnough: () => boolean): Promise<readonly Message[]> => {
		while (!isEnough() && !isAtEnd()) {
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		}

		return messages;
	};
	return {
		status: response.statusCode,
		headers: response.headers,
		read,
		messages,
		until,
		count: (least: number) => until(() => messages.length >= least),
		beats: (least: number) => until(() => beats >= least),
		over: () => until(() => false),
		leave: () => request.destroy(),
	};
};
