// What a scenario breaks for a while: metrics, the API server, traffic, pods.
import type {Interceptor} from '../in-process.ts';
import {API_ORIGIN} from '../in-process.ts';
import type {ApiHandler} from '../api/handler.ts';
import {isStream, jsonAnswer, type ApiAnswer, type ApiRequest, type ApiStream} from '../api/messages.ts';
import type {Answer, PrometheusAnswer} from '../world/prometheus/answer.ts';
import type {World} from '../world/world.ts';
import type {Fault} from './format.ts';
import {keyOf} from './read.ts';

type ApiFault = NonNullable<Fault['api']>;
type MetricsFault = NonNullable<Fault['metrics']>;

export type Faults = {
	/** Breaks something; the answer mends it. */
	begin(fault: Fault, world: Pick<World, 'crash' | 'setTraffic'>): () => void;
	/** Prometheus behind the faults. */
	prometheus(answer: Answer): Answer;
	/** The API server behind the faults, for sockets. */
	behind(handler: ApiHandler): (request: ApiRequest) => ApiAnswer | ApiStream | Promise<ApiAnswer | ApiStream>;
	/** The handler whose watches end when an outage begins, for use in one process with `intercept`. */
	breakable(handler: ApiHandler): ApiHandler;
	intercept: Interceptor;
};

const status = (code: number, reason: string, message: string, headers: Readonly<Record<string, string>> = {}) =>
	jsonAnswer(code, {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code}, headers);

const refusals: Readonly<Record<ApiFault, ApiAnswer>> = {
	unavailable: status(503, 'ServiceUnavailable', 'the scenario has an outage of the API server'),
	throttling: status(429, 'TooManyRequests', 'the scenario lets the API server throttle', {'retry-after': '1'}),
	hanging: status(503, 'ServiceUnavailable', 'the scenario let the API server hang'),
};

const json = (code: number, body: unknown): PrometheusAnswer => ({
	status: code,
	contentType: 'application/json',
	body: JSON.stringify(body),
});

const metricsAnswers: Readonly<Record<MetricsFault, PrometheusAnswer>> = {
	silent: json(200, {status: 'success', data: {resultType: 'vector', result: []}}),
	failing: json(500, {status: 'error', errorType: 'internal', error: 'the scenario has an outage of Prometheus'}),
};

/** The API server's part: watches end when an outage begins, requests are refused, or held until it is over. */
class ApiOutage {
	#fault: ApiFault | undefined;
	#over = Promise.withResolvers<void>();
	readonly #ends = new Set<() => void>();

	begin(fault: ApiFault): () => void {
		this.#fault = fault;
		this.#over = Promise.withResolvers();
		for (const end of this.#ends) {
			end();
		}

		this.#ends.clear();
		return () => {
			this.#fault = undefined;
			this.#over.resolve();
		};
	}

	/** The answer during an outage; undefined when there is none. Rejects when the caller gives up first. */
	async refusal(signal?: AbortSignal): Promise<ApiAnswer | undefined> {
		const fault = this.#fault;
		if (fault === 'hanging') {
			const given = Promise.withResolvers<never>();
			const onAbort = (): void => {
				given.reject(signal?.reason as Error);
			};
			signal?.addEventListener('abort', onAbort, {once: true});
			try {
				await Promise.race([this.#over.promise, given.promise]);
			} finally {
				signal?.removeEventListener('abort', onAbort);
			}
		}

		return fault && refusals[fault];
	}

	get isOn(): boolean {
		return this.#fault !== undefined;
	}

	breakable(answer: ApiAnswer | ApiStream): ApiAnswer | ApiStream {
		if (!isStream(answer)) {
			return answer;
		}

		return {
			...answer,
			start: (onLine, onEnd = () => {}) => {
				const stop = answer.start(onLine, onEnd);
				const end = (): void => {
					stop();
					onEnd();
				};
				this.#ends.add(end);
				return () => {
					this.#ends.delete(end);
					stop();
				};
			},
		};
	}
}

async function* once(body: string): AsyncGenerator<Uint8Array> {
	yield new TextEncoder().encode(body);
}

/** Nothing is broken yet. */
export const createFaults = (): Faults => {
	const outage = new ApiOutage();
	let metrics: MetricsFault | undefined;
	return {
		begin(fault, world) {
			if (fault.metrics !== undefined) {
				metrics = fault.metrics;
				return () => {
					metrics = undefined;
				};
			}

			if (fault.api !== undefined) {
				return outage.begin(fault.api);
			}

			if (fault.crash !== undefined) {
				const {namespace, name} = keyOf(fault.crash);
				return world.crash(namespace, name);
			}

			world.setTraffic(false);
			return () => {
				world.setTraffic(true);
			};
		},
		prometheus: (answer) => (path, query) => (metrics === undefined ? answer(path, query) : metricsAnswers[metrics]),
		behind: (handler) => (request) => {
			if (!outage.isOn) {
				return outage.breakable(handler(request));
			}

			return outage.refusal().then((refusal) => refusal ?? handler(request));
		},
		breakable: (handler) => (request) => outage.breakable(handler(request)),
		async intercept({url, signal}, next) {
			const refusal = url.origin === API_ORIGIN ? await outage.refusal(signal) : undefined;
			return refusal === undefined
				? next()
				: {status: refusal.status, headers: refusal.headers, chunks: once(refusal.body)};
		},
	};
};
