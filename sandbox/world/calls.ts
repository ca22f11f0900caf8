// A pod's own view of a URL: which names it can resolve, which ports answer, and which requests no proxy sees.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {hasPort, workloadOf, type Backends} from './backends.ts';
import type {Informer} from './informer.ts';
import {specOf, type Container} from './objects.ts';
import {answerOf} from './podinfo.ts';
import type {Requests, WorldAnswer} from './requests.ts';
import {serviceOf, withoutPort} from './routing/hosts.ts';
import type {Incoming, Source} from './routing/route.ts';
import type {RouteTable} from './routing/table.ts';

/** A request as somebody in a pod's shell makes it. */
export type PodCall = {
	readonly namespace: string;
	readonly pod: string;
	/** `http://podinfo-canary:9898/status/500`; without a scheme as curl takes it. */
	readonly url: string;
	/** GET without it. */
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
};

/** There was no answer at all. `exitCode` is curl's, and the message is what curl says after `curl: (6) `. */
export class Unreachable extends Error {
	readonly exitCode: 3 | 6 | 7;

	constructor(exitCode: 3 | 6 | 7, message: string) {
		super(message);
		this.name = 'Unreachable';
		this.exitCode = exitCode;
	}
}

type CallParts = {
	readonly services: Informer;
	readonly pods: Informer;
	readonly backends: Backends;
	readonly table: RouteTable;
	readonly requests: Requests;
};

const PODINFO_PORT = 9898;
const ownHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

const parseUrl = (text: string): URL => {
	const url = /^[a-z][a-z\d+.-]*:\/\//iu.test(text) ? text : `http://${text}`;
	if (!URL.canParse(url)) throw new Unreachable(3, 'URL using bad/illegal format or missing URL');
	const parsed = new URL(url);
	if (!['http:', 'https:'].includes(parsed.protocol)) {
		throw new Unreachable(
			3,
			`Protocol "${parsed.protocol.slice(0, -1)}" not supported: the sandbox knows http and https`,
		);
	}

	return parsed;
};

const portOf = ({protocol, port}: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));

const refused = (host: string, port: number): Unreachable =>
	new Unreachable(7, `Failed to connect to ${host} port ${port}: Connection refused`);

const lowered = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
	Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** What a request says, however it came. `authority` may have a port; a `host` header goes before it. */
export const incomingOf = (
	source: Source,
	{method, authority, path, headers}: {method: string; authority: string; path: string; headers: PodCall['headers']},
): Incoming => {
	const [bare = '/', query = ''] = path.split(/\?(.*)/su);
	const given = lowered(headers ?? {});
	return {
		source,
		method: method.toUpperCase(),
		host: withoutPort(given['host'] ?? authority),
		path: bare,
		query,
		headers: given,
	};
};

const listensOn = (pod: KubeObject, port: number): boolean => {
	const {containers = []} = specOf<{readonly containers?: readonly Container[]}>(pod);
	const ports = containers.flatMap(({ports: declared = []}) => declared.map(({containerPort}) => containerPort));
	return ports.length === 0 ? port === PODINFO_PORT : ports.includes(port);
};

/** Makes the requests of pods. A call throws Unreachable where curl would end without an answer. */
export const createCalls = ({services, pods, backends, table, requests}: CallParts) => {
	const answerItself = (pod: KubeObject | undefined, request: Incoming, host: string, port: number): WorldAnswer => {
		if (pod?.status?.['podIP'] === undefined || !listensOn(pod, port)) throw refused(host, port);
		const {delayMs, ...said} = answerOf(request, pod);
		return {...said, latencyMs: backends.backendOf(pod).behaviour.latencyMs + delayMs};
	};

	return (call: PodCall): WorldAnswer => {
		const {namespace, pod: name, method = 'GET', headers = {}} = call;
		const url = parseUrl(call.url);
		const [host, port] = [url.hostname.toLowerCase(), portOf(url)];
		const pod = pods.get(`${namespace}/${name}`);
		const source: Source = {
			kind: 'pod',
			namespace,
			workload: pod === undefined ? name : workloadOf(pod),
			labels: pod?.metadata.labels ?? {},
		};
		const said = {method, authority: url.host, path: `${url.pathname}${url.search}`};
		const sent = {'user-agent': 'curl/8.5.0', accept: '*/*', ...lowered(headers)};
		const request = incomingOf(source, {...said, headers: sent});
		if (ownHosts.has(host)) return answerItself(pod, request, host, port);

		const service = serviceOf(host, namespace);
		const known = service && services.get(`${service.namespace}/${service.service}`);
		if (known !== undefined) {
			if (!hasPort(known, port)) throw refused(host, port);
			return requests.send(request);
		}

		// A mesh may know a host that is no Service; the rest of the world is behind the gateway.
		if (table.find({...request, host}) !== undefined) return requests.send(request);
		const outside: Incoming = {...request, source: {kind: 'gateway'}};
		if (table.find({...outside, host}) !== undefined) return requests.send(outside);
		throw new Unreachable(6, `Could not resolve host: ${host}`);
	};
};
