// What goes wrong in a world besides the daemon: pods that never start, servers that answer nonsense.
import type {Interceptor} from '../../sandbox/in-process.ts';
import {PROMETHEUS_ORIGIN} from '../../sandbox/in-process.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {HttpError} from '../../services/http/errors.ts';
import type {TransportResponse} from '../../services/http/transport.ts';
import {keys} from './keys.ts';
import {isWrite, nameOf, statusAnswer, textAnswer} from './mortal.ts';
import type {Simulation} from './simulation.ts';

type Pod = KubeObject & {readonly spec?: {readonly containers?: ReadonlyArray<{readonly image?: string}>}};

/** Pods of a workload's version: `podinfo-primary` at image tag `1.2.0`. */
export const podsOf =
	(app: string, tag: string) =>
	(pod: KubeObject): boolean =>
		pod.metadata.labels?.['app'] === app && (pod as Pod).spec?.containers?.[0]?.image?.endsWith(`:${tag}`) === true;

/** From now on these pods go before they are ready, as on a node without memory; call the answer to heal the node. */
export const starve = ({embedded: {store}, clock, speed}: Simulation, isMeant: (pod: KubeObject) => boolean) => {
	const end = (pod: KubeObject): void => {
		const {namespace, name} = pod.metadata;
		if (store.get(keys.pods, namespace, name) !== undefined) store.remove(keys.pods, namespace, name, 'node');
	};
	return store.onAccepted(({key, verb, after}) => {
		if (key.plural !== 'pods' || verb !== 'create' || after === undefined || !isMeant(after)) return;
		clock.setTimeout(() => end(after), 500 / speed);
	});
};

const hangs = (): Promise<TransportResponse> => new Promise(() => {});

const reset = (): never => {
	throw new HttpError('reset', 'connection reset by peer');
};

/** What can happen to one request, by name. `next` carries it out. */
export const faults: Readonly<Record<string, (next: () => Promise<TransportResponse>) => Promise<TransportResponse>>> =
	{
		'409, not applied': async () => statusAnswer(409, 'Conflict', 'the object has been modified'),
		'410': async () => statusAnswer(410, 'Expired', 'too old resource version'),
		'429 with Retry-After': async () => statusAnswer(429, 'TooManyRequests', 'slow down', {'retry-after': '2'}),
		'500, applied': async (next) => {
			await next();
			return statusAnswer(500, 'InternalError', 'etcd leader changed');
		},
		'500, not applied': async () => statusAnswer(500, 'InternalError', 'etcd leader changed'),
		'503': async () => textAnswer(503, 'no backend'),
		'a reset, applied': async (next) => {
			await next();
			return reset();
		},
		'a reset, not applied': async () => reset(),
		'no answer, applied': async (next) => {
			await next();
			return hangs();
		},
	};

/** The `count`-th write meets a fault, once. */
export const faultAt = (
	count: number,
	fault: string,
): {readonly intercept: Interceptor; readonly met: () => string} => {
	let writes = 0;
	let met = '';
	return {
		met: () => met,
		async intercept(request, next) {
			writes += isWrite(request) ? 1 : 0;
			if (!isWrite(request) || writes !== count || met !== '') return next();
			met = nameOf(request);
			return faults[fault]?.(next) ?? next();
		},
	};
};

/** While `isDown`, requests to the API server are refused and its streams are reset. */
export const outage = (isDown: () => boolean): Interceptor => {
	async function* cut(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
		for await (const chunk of chunks) {
			if (isDown()) reset();
			yield chunk;
		}
	}

	return async (request, next) => {
		if (request.url.origin === PROMETHEUS_ORIGIN) return next();
		if (isDown()) throw new HttpError('refused', 'connection refused');
		const answer = await next();
		return {...answer, chunks: cut(answer.chunks)};
	};
};

/** Answers the metrics' queries instead of Prometheus, whenever `answer` has one. */
export const metricsAnswer =
	(answer: () => TransportResponse | Error | undefined): Interceptor =>
	async (request, next) => {
		if (request.url.origin !== PROMETHEUS_ORIGIN) return next();
		const given = answer();
		if (given instanceof Error) throw given;
		return given ?? next();
	};

/** An instant vector with these values, as of now. */
export const vector = (nowMs: number, ...values: readonly string[]): TransportResponse =>
	textAnswer(
		200,
		JSON.stringify({
			status: 'success',
			data: {
				resultType: 'vector',
				result: values.map((value, index) => ({metric: {pod: `pod-${index}`}, value: [nowMs / 1000, value]})),
			},
		}),
	);
