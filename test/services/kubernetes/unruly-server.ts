// A small API server for one kind that does as it is told, and misbehaves when it is told to.
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import type {Clock} from '../../../services/clock.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';

export type Seen = {
	readonly method: string;
	readonly url: URL;
	readonly body: string;
	readonly headers: IncomingMessage['headers'];
	/** Monotonic ms of the clock given. */
	readonly at: number;
	readonly kind: 'list' | 'watch' | 'get' | 'write';
};

export type Answer = (response: ServerResponse, seen: Seen) => void;

export type UnrulyServer = {
	readonly url: string;
	readonly seen: Seen[];
	readonly objects: Map<string, KubeObject>;
	/** The version of the next list and of the last event. */
	version: number;
	/** The next request of this kind is answered so; as often as it is called. */
	once(kind: Seen['kind'], answer: Answer): void;
	count(kind: Seen['kind']): number;
	/** Writes to every open watch. */
	send(...lines: unknown[]): void;
	raw(bytes: Uint8Array | string): void;
	openWatches(): number;
	/** Ends every open watch properly, or by a reset. */
	endWatches(how: 'properly' | 'reset'): void;
	close(): Promise<void>;
};

const status = (code: number, reason: string, extra: object = {}): string =>
	JSON.stringify({kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason, ...extra});

/** Answers with a Status; `headers` may carry Retry-After. */
export const refuse =
	(code: number, reason: string, headers: Record<string, string> = {}, extra: object = {}): Answer =>
	(response) => {
		response.writeHead(code, {'content-type': 'application/json', ...headers}).end(status(code, reason, extra));
	};

export const answerWith =
	(code: number, body: unknown): Answer =>
	(response) => {
		const text = typeof body === 'string' ? body : JSON.stringify(body);
		response.writeHead(code, {'content-type': 'application/json'}).end(text);
	};

/** Breaks the connection without an answer. */
export const reset: Answer = (response) => {
	response.socket?.resetAndDestroy();
};

/** Never answers. */
export const hang: Answer = () => {};

export const deployment = (name: string, version: number, more: Record<string, unknown> = {}): KubeObject => ({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name, namespace: 'test', uid: `uid-${name}`, resourceVersion: String(version), managedFields: [{}]},
	spec: {replicas: 1},
	...more,
});

export const event = (type: string, object: unknown): unknown => ({type, object});

const kindOf = (request: IncomingMessage, url: URL): Seen['kind'] => {
	if (request.method !== 'GET') {
		return 'write';
	}

	if (url.searchParams.get('watch') === 'true') {
		return 'watch';
	}

	return url.pathname.endsWith('deployments') || url.pathname.endsWith('pods') ? 'list' : 'get';
};

export const startUnrulyServer = async (clock: Clock): Promise<UnrulyServer> => {
	const planned = new Map<Seen['kind'], Answer[]>();
	const watches = new Set<ServerResponse>();
	const sockets = new Set<Socket>();

	const usual: Readonly<Record<Seen['kind'], Answer>> = {
		list(response) {
			const items = [...server.objects.values()];
			const metadata = {resourceVersion: String(server.version)};
			answerWith(200, {kind: 'DeploymentList', apiVersion: 'apps/v1', metadata, items})(response, {} as Seen);
		},
		get(response, seen) {
			const name = seen.url.pathname.split('/').at(-1) ?? '';
			const object = server.objects.get(name);
			const absent = refuse(404, 'NotFound', {}, {details: {name}});
			(object === undefined ? absent : answerWith(200, object))(response, seen);
		},
		watch(response) {
			response.writeHead(200, {'content-type': 'application/json'}).flushHeaders();
			watches.add(response);
			response.on('close', () => watches.delete(response));
		},
		write(response, seen) {
			refuse(405, 'MethodNotAllowed')(response, seen);
		},
	};

	const http = createServer((request, response) => {
		let body = '';
		request.setEncoding('utf8');
		request.on('data', (chunk: string) => {
			body += chunk;
		});
		request.on('end', () => {
			const url = new URL(request.url ?? '/', 'http://server');
			const {method = '', headers} = request;
			const seen: Seen = {method, headers, url, body, at: clock.monotonic(), kind: kindOf(request, url)};
			server.seen.push(seen);
			(planned.get(seen.kind)?.shift() ?? usual[seen.kind])(response, seen);
		});
	});
	http.on('connection', (socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve) => {
		http.listen(0, '127.0.0.1', resolve);
	});

	const server: UnrulyServer = {
		url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
		seen: [],
		objects: new Map(),
		version: 100,
		once(kind, answer) {
			planned.set(kind, [...(planned.get(kind) ?? []), answer]);
		},
		count: (kind) => server.seen.filter((one) => one.kind === kind).length,
		send(...lines) {
			server.raw(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
		},
		raw(bytes) {
			for (const watch of watches) {
				watch.write(bytes);
			}
		},
		openWatches: () => watches.size,
		endWatches(how) {
			for (const watch of watches) {
				if (how === 'reset') {
					watch.socket?.resetAndDestroy();
				} else {
					watch.end();
				}
			}
		},
		close: () =>
			new Promise((resolve) => {
				http.close(() => {
					resolve();
				});
				for (const socket of sockets) {
					socket.destroy();
				}
			}),
	};
	return server;
};
