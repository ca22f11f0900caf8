// A way to the API server on which answers get lost: the write is done, and the writer does not hear of it.
import {HttpError} from '../../services/http/errors.ts';
import type {Transport, TransportRequest, TransportResponse} from '../../services/http/transport.ts';

export type LossyTransport = Transport & {
	/** From now on the first answer to a write of each kind in this namespace is lost. */
	loseAnswersIn(namespace: string): void;
	/** Which were lost: `PATCH deployments`. */
	readonly lost: ReadonlySet<string>;
};

/** `PATCH canaries/status` and its namespace; undefined for what is no write of a namespaced object. */
const writeOf = ({method, url}: TransportRequest): {readonly what: string; readonly namespace: string} | undefined => {
	const found = /\/namespaces\/([^/]+)\/([^/]+)(?:\/[^/]+)?(\/[^/]+)?$/.exec(url.pathname);
	return found === null || method === 'GET'
		? undefined
		: {what: `${method} ${found[2] ?? ''}${found[3] ?? ''}`, namespace: found[1] ?? ''};
};

const drain = async ({chunks}: TransportResponse): Promise<void> => {
	for await (const _ of chunks) {
		// Read to its end, so that the connection can be used again.
	}
};

export const losingAnswers = (inner: Transport): LossyTransport => {
	const namespaces = new Set<string>();
	const lost = new Set<string>();
	return {
		lost,
		loseAnswersIn(namespace) {
			namespaces.add(namespace);
		},
		async send(request) {
			const answer = await inner.send(request);
			const write = writeOf(request);
			const isDone = answer.status < 300;
			if (write === undefined || !isDone || !namespaces.has(write.namespace) || lost.has(write.what)) {
				return answer;
			}

			lost.add(write.what);
			await drain(answer);
			throw new HttpError('reset', 'the connection was lost before the answer came');
		},
		close: () => inner.close(),
	};
};
