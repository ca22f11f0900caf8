// A WebSocket on loopback for those who look at actors. It knows messages by whom they are about, and no chart.
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {isIPv6, type AddressInfo} from 'node:net';
import type {Duplex} from 'node:stream';
import {WebSocketServer, type WebSocket} from 'ws';
import type {Log} from '../log.ts';
import {Refusal} from '../web/refusal.ts';
import {checkHost, checkOrigin} from '../web/site-guard.ts';
import {bridgeFiles, bridgeHeaders} from './bridge.ts';

export type InspectionServerOptions = {
	/** Of the loopback. */
	readonly address: string;
	/** 0: any free port. */
	readonly port: number;
	/** Who there is, in the order in which a newcomer is told of them. */
	readonly ids: () => readonly string[];
	/** One of them as it is now, as a message; undefined when it is no more. */
	readonly describe: (id: string) => string | undefined;
	readonly log: Log;
};

export type InspectionServer = {
	/** The page; with `ws` for `http` the WebSocket. */
	readonly url: string;
	/** Whether anybody looks on. */
	readonly hasReaders: boolean;
	/** Tells everybody who knows of `id`, or will not be told of it otherwise. */
	publish(id: string, message: string): void;
	close(): Promise<void>;
};

const READERS_MAX = 8;
/** So much is on its way to a newcomer at most, in bytes; what there is is told as fast as it is taken. */
const WELCOME_BYTES = 1024 * 1024;
/** A reader with so much untaken is cut off, in bytes. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024;
/** Readers have nothing to say. */
const SAID_BYTES_MAX = 1024;

/** Someone who looks on. What happens to those of whom it has yet to be told is in what it will be told. */
class Reader {
	readonly #socket: WebSocket;
	readonly #options: InspectionServerOptions;
	readonly #untold: Set<string>;

	constructor(socket: WebSocket, options: InspectionServerOptions) {
		this.#socket = socket;
		this.#options = options;
		this.#untold = new Set(options.ids());
		this.#welcome();
	}

	tell(id: string, message: string): void {
		if (this.#untold.has(id)) {
			return;
		}

		if (this.#socket.bufferedAmount > UNREAD_BYTES_MAX) {
			this.#options.log.info('a slow reader of the inspection was cut off');
			this.#socket.terminate();
			return;
		}

		this.#socket.send(message);
	}

	#welcome(): void {
		for (const id of this.#untold) {
			if (this.#socket.bufferedAmount > WELCOME_BYTES || this.#socket.readyState !== this.#socket.OPEN) {
				return;
			}

			this.#untold.delete(id);
			const message = this.#options.describe(id);
			if (message !== undefined) {
				this.#socket.send(message, () => {
					this.#welcome();
				});
			}
		}
	}
}

/** Throws Refusal unless it is asked by its own name, and by its own page or by no browser at all. */
const check = ({headers: {host, origin}}: IncomingMessage): void => {
	checkHost({host}, []);
	// Every browser sends Origin with a WebSocket's handshake; what else it tells of sites differs from one to another.
	checkOrigin({host, origin});
};

const textOf = (error: unknown): string =>
	error instanceof Refusal
		? `${error.message}; open it by its address, such as http://127.0.0.1 or http://localhost, from no other page\n`
		: 'the daemon has failed at this\n';

const refuseUpgrade = (socket: Duplex, status: string, text: string): void => {
	const head = ['Connection: close', 'Content-Type: text/plain; charset=utf-8'].join('\r\n');
	socket.end(`HTTP/1.1 ${status}\r\n${head}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
};

/** Answers with the page that looks on. */
const answerPage = (request: IncomingMessage, response: ServerResponse): void => {
	for (const [name, value] of Object.entries(bridgeHeaders)) {
		response.setHeader(name, value);
	}

	const answer = (status: number, type: string, body: string): void => {
		response.writeHead(status, {'content-type': type}).end(request.method === 'HEAD' ? '' : body);
	};
	try {
		checkHost(request.headers, []);
	} catch (error) {
		answer(403, 'text/plain; charset=utf-8', textOf(error));
		return;
	}

	const file = bridgeFiles.get(request.url ?? '/');
	if (request.method !== 'GET' && request.method !== 'HEAD') {
		answer(405, 'text/plain; charset=utf-8', 'only GET and HEAD here\n');
	} else if (file === undefined) {
		answer(404, 'text/plain; charset=utf-8', 'there is nothing here; the page is /\n');
	} else {
		answer(200, file.type, file.body);
	}
};

/** Starts to listen. Rejects when it cannot. */
export const startInspectionServer = async (options: InspectionServerOptions): Promise<InspectionServer> => {
	const {address, log} = options;
	const readers = new Map<WebSocket, Reader>();
	const sockets = new WebSocketServer({noServer: true, maxPayload: SAID_BYTES_MAX, perMessageDeflate: false});
	const server = createServer({requestTimeout: 10_000, headersTimeout: 5000}, answerPage);
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		socket.on('error', () => {
			socket.destroy();
		});
		try {
			check(request);
		} catch (error) {
			refuseUpgrade(socket, '403 Forbidden', textOf(error));
			return;
		}

		if (readers.size >= READERS_MAX) {
			refuseUpgrade(socket, '503 Service Unavailable', `${READERS_MAX} readers look on already; close one\n`);
			return;
		}

		sockets.handleUpgrade(request, socket, head, (reader) => {
			reader.on('close', () => {
				readers.delete(reader);
			});
			reader.on('error', (error) => {
				log.debug('a reader of the inspection is lost', {error: error.message});
			});
			readers.set(reader, new Reader(reader, options));
		});
	});
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	server.once('error', reject);
	server.listen(options.port, address, resolve);
	await promise;
	server.off('error', reject);
	server.on('error', (error) => {
		log.error('the inspection had an error', {error});
	});
	const {port} = server.address() as AddressInfo;
	return {
		url: `http://${isIPv6(address) ? `[${address}]` : address}:${port}/`,
		get hasReaders() {
			return readers.size > 0;
		},
		publish(id, message) {
			for (const reader of readers.values()) {
				reader.tell(id, message);
			}
		},
		async close() {
			for (const reader of readers.keys()) {
				reader.terminate();
			}

			await new Promise<void>((done) => {
				server.close(() => {
					done();
				});
				server.closeAllConnections();
			});
		},
	};
};
