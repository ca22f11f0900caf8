// Stands in for Prometheus: every query is answered at once, by a value that passes until it is told otherwise, and counted.
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

export type MetricsServer = {
	readonly url: string;
	/** Queries so far. */
	queries(): number;
	/** From now on no check passes. */
	fail(): void;
	close(): Promise<void>;
};

/** At least 99 percent, and at most 500 ms. */
const PASSING = '100';
/** Too few of the requests succeed; no request is slow, but one check is enough. */
const FAILING = '0';

export const startMetricsServer = async (): Promise<MetricsServer> => {
	let queries = 0;
	let value = PASSING;
	const server = createServer((request, response) => {
		request.resume();
		response.setHeader('content-type', 'application/json');
		const isQuery = request.url?.startsWith('/api/v1/query') === true;
		queries += Number(isQuery);
		const result = isQuery ? [{metric: {}, value: [Date.now() / 1000, value]}] : [];
		response.end(JSON.stringify({status: 'success', data: {resultType: 'vector', result}}));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		queries: () => queries,
		fail() {
			value = FAILING;
		},
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
};
