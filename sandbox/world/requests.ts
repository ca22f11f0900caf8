// Requests by hand: one at a time along the same routes to the same pods as the visitors', and into the same counters.
import type {Clock} from '../../services/clock.ts';
import type {Random} from '../../services/random.ts';
import type {Backend} from './backends.ts';
import type {Echoes} from './echoes.ts';
import {answerOf, type AppAnswer} from './podinfo.ts';
import type {Exchange, Origin, Proxies} from './proxies.ts';
import {
	WITHOUT_WEIGHT,
	changed,
	conditionFor,
	rewritten,
	type Incoming,
	type Leg,
	type Route,
} from './routing/route.ts';
import type {Host, RouteTable} from './routing/table.ts';

/** An answer as the caller gets it. Header names are in lower case; `latencyMs` is world time. */
export type WorldAnswer = {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	readonly latencyMs: number;
};

export type RequestParts = {
	readonly table: RouteTable;
	readonly proxies: Proxies;
	readonly echoes: Echoes;
	readonly clock: Clock;
	/** Chooses among weights, as Envoy does for each request. */
	readonly random: Random;
};

const INGRESS = {workload: 'istio-ingressgateway', namespace: 'istio-system'};
const NAMES_SHOWN = 50;

const serverOf = ({source}: Incoming): string => (source.kind === 'gateway' ? 'istio-envoy' : 'envoy');

const local = (request: Incoming, status: number, body: string): WorldAnswer => ({
	status,
	headers: {server: serverOf(request), ...(body !== '' && {'content-type': 'text/plain'})},
	body,
	latencyMs: 0,
});

/** Envoy's 404 has no text; people want one. */
const unknownHost = (request: Incoming, table: RouteTable): WorldAnswer => {
	const names = table.names();
	const shown = names.slice(0, NAMES_SHOWN).map((name) => `  ${name}\n`);
	const more = names.length > NAMES_SHOWN ? `  … and ${names.length - NAMES_SHOWN} more\n` : '';
	const known = names.length === 0 ? 'There are no hosts yet: apply a Service.\n' : `Hosts:\n${shown.join('')}${more}`;
	const asked = `No route for host "${request.host}". Name one with: curl -H 'Host: NAME'\n`;
	return local(request, 404, `${asked}${known}`);
};

const originOf = ({source}: Incoming, {name: host, counted}: Host): Origin =>
	source.kind === 'gateway'
		? {host, counted, ...INGRESS}
		: {host, counted, workload: source.workload, namespace: source.namespace};

/** An error that the annotation asks for, in podinfo's form of errors. */
const simulatedError: AppAnswer = {
	status: 500,
	headers: {'content-type': 'application/json; charset=utf-8'},
	body: JSON.stringify({code: 500, message: 'sandbox.aviary.dev/error-rate'}, undefined, 2),
	delayMs: 0,
};

export class Requests {
	readonly #parts: RequestParts;

	constructor(parts: RequestParts) {
		this.#parts = parts;
	}

	/** Routes, answers and counts one request. The caller is to wait for `latencyMs` of world time. */
	send(request: Incoming): WorldAnswer {
		const {table} = this.#parts;
		const host = table.find(request);
		if (host === undefined) return unknownHost(request, table);
		const origin = originOf(request, host);
		for (const route of host.routes) {
			const condition = conditionFor(route, request);
			if (condition === undefined) continue;
			this.#mirror(origin, route);
			const leg = this.#choose(route);
			// No destination, or weights that are all zero.
			if (leg === undefined) return local(request, WITHOUT_WEIGHT, '');
			return this.#forward(request, origin, route, leg, rewritten(request, condition, route.rewrite));
		}

		return local(request, 404, '');
	}

	/** A share of the requests for sure, or by chance. */
	#isLucky(share: number): boolean {
		return share >= 1 || (share > 0 && this.#parts.random.next() < share);
	}

	#choose({legs}: Route): Leg | undefined {
		const candidates = legs.filter(({share, isMirror}) => !isMirror && share > 0);
		if (candidates.length <= 1) return candidates[0];
		let left = this.#parts.random.next();
		for (const leg of candidates) {
			left -= leg.share;
			if (left < 0) return leg;
		}

		return candidates.at(-1);
	}

	#mirror(origin: Origin, {legs, timeoutMs}: Route): void {
		const {proxies} = this.#parts;
		for (const leg of legs) {
			const {destination, isMirror, share} = leg;
			if (!isMirror || !this.#isLucky(share)) continue;
			const [backend] = proxies.share(destination, 1)[0] ?? [];
			const alone = proxies.codeWithoutBackend(leg);
			const code = backend === undefined ? alone : proxies.errorsOf(backend, 1) > 0 ? 500 : 200;
			const latencyMs = backend?.behaviour.latencyMs ?? 0;
			this.#count({origin, destination, backend, isMirror, code, latencyMs, timeoutMs});
		}
	}

	#forward(request: Incoming, origin: Origin, route: Route, leg: Leg, sent: Incoming): WorldAnswer {
		const {destination, isMirror} = leg;
		const {timeoutMs} = route;
		const [backend] = this.#parts.proxies.share(destination, 1)[0] ?? [];
		if (backend === undefined) {
			const code = this.#parts.proxies.codeWithoutBackend(leg);
			this.#count({origin, destination, backend, isMirror, code, latencyMs: 0, timeoutMs});
			return local(request, code, code === 503 ? 'no healthy upstream' : '');
		}

		const headers = changed(changed(sent.headers, route.headers?.request), leg.headers?.request);
		const app = this.#ask({...sent, headers}, backend);
		const latencyMs = backend.behaviour.latencyMs + app.delayMs;
		const seen = this.#count({origin, destination, backend, isMirror, code: app.status, latencyMs, timeoutMs});
		const said = seen.code === 504 && app.status !== 504 ? local(request, 504, 'upstream request timeout') : app;
		const answered = {
			...said.headers,
			server: serverOf(request),
			'x-envoy-upstream-service-time': String(Math.round(seen.latencyMs)),
		};
		return {
			status: seen.code,
			headers: changed(changed(answered, leg.headers?.response), route.headers?.response),
			body: said.body,
			latencyMs: seen.latencyMs,
		};
	}

	#ask(request: Incoming, backend: Backend): AppAnswer {
		return this.#parts.proxies.errorsOf(backend, 1) > 0 ? simulatedError : answerOf(request, backend.pod);
	}

	#count(exchange: Exchange): {readonly code: number; readonly latencyMs: number} {
		const seen = this.#parts.proxies.record(exchange, 1);
		this.#parts.echoes.add(exchange, this.#parts.clock.monotonic());
		return seen;
	}
}
