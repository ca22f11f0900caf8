// The API server without sockets: a request in, an answer or a stream out.
import {deleteObject, deleteObjects} from './deleting.ts';
import {aggregatedDiscovery, groupDiscovery, plainDiscovery, resourceDiscovery} from './discovery.ts';
import {notServed} from './errors.ts';
import type {Json} from './json.ts';
import {openApiIndex, openApiOf} from './openapi.ts';
import {
	bodyObject,
	failed,
	jsonAnswer,
	textAnswer,
	type ApiAnswer,
	type ApiRequest,
	type ApiStream,
} from './messages.ts';
import {podLog, type PodLogs} from './pod-logs.ts';
import {notUpgraded} from './pod-sockets.ts';
import {getObject, listObjects} from './reading.ts';
import {reviewed} from './reviewing.ts';
import {scaleOf} from './scale.ts';
import {mustGet, type ApiStore} from './store.ts';
import {cut, targetOf, type Target} from './targets.ts';
import {StatusError} from './types.ts';
import {watchObjects} from './watching.ts';
import {patchObject} from './patching.ts';
import {createObject, replaceObject, type Write} from './writing.ts';
import {VERSION} from './version.ts';

export type HandlerOptions = {
	readonly podLog?: PodLogs;
	/** Where requests from outside are taken; port-forward's refusal names it. */
	readonly gatewayUrl?: string;
};

export type ApiHandler = (request: ApiRequest) => ApiAnswer | ApiStream;

const version = {
	major: '1',
	minor: '36',
	emulationMajor: '1',
	emulationMinor: '36',
	gitVersion: VERSION,
	gitCommit: 'aviary-sandbox',
	gitTreeState: 'clean',
	buildDate: '2026-04-22T00:00:00Z',
	goVersion: 'none',
	compiler: 'none',
	platform: 'linux/amd64',
};

const discovery = (store: ApiStore, request: ApiRequest, root: 'api' | 'apis'): ApiAnswer => {
	const accepted = request.headers['accept'] ?? '';
	const format = /g=apidiscovery\.k8s\.io;v=(v2|v2beta1);as=APIGroupDiscoveryList/u.exec(accepted)?.[1];
	if (format === undefined) return jsonAnswer(200, plainDiscovery(store.kinds, root), {vary: 'Accept'});
	return jsonAnswer(200, aggregatedDiscovery(store.kinds, root, format), {
		'content-type': `application/json;g=apidiscovery.k8s.io;v=${format};as=APIGroupDiscoveryList`,
		vary: 'Accept',
	});
};

const found = (body: Json | undefined): ApiAnswer => {
	if (body === undefined) throw notServed();
	return jsonAnswer(200, body);
};

/** What is no resource: versions, health, discovery, OpenAPI. Undefined for everything else. */
const general = (store: ApiStore, request: ApiRequest, path: string): ApiAnswer | undefined => {
	if (['/readyz', '/livez', '/healthz'].includes(path)) return textAnswer(200, 'ok');
	if (path === '/version') return jsonAnswer(200, version);
	if (path === '/api' || path === '/apis') return discovery(store, request, path === '/api' ? 'api' : 'apis');
	// Nothing to say in the older format; kubectl asks it of kinds that nobody serves, and is content.
	if (path === '/openapi/v2') {
		const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
		return {status: 200, headers: {'content-type': type}, body: ''};
	}

	if (path === '/openapi/v3') return jsonAnswer(200, openApiIndex(store.kinds));
	const [first, second, third, fourth, fifth, sixth] = path.slice(1).split('/');
	if (first === 'openapi' && second === 'v3') {
		const [group, ofGroup] = third === 'api' ? ['', fourth] : [fourth ?? '', fifth];
		return sixth === undefined && ofGroup !== undefined ? found(openApiOf(store.kinds, group, ofGroup)) : undefined;
	}

	if (first === 'api' && second && third === undefined) return found(resourceDiscovery(store.kinds, '', second));
	if (first !== 'apis' || !second || fourth !== undefined) return undefined;
	if (third === undefined) return found(groupDiscovery(store.kinds, second));
	return found(resourceDiscovery(store.kinds, second, third));
};

const streamed = new Set(['exec', 'attach', 'portforward']);

const read = (
	store: ApiStore,
	target: Target,
	request: ApiRequest,
	query: URLSearchParams,
	options: HandlerOptions,
): ApiAnswer | ApiStream => {
	const {kind, name, namespace, subresource} = target;
	if (['true', '1'].includes(query.get('watch') ?? '')) return watchObjects(store, target, request, query);
	if (name === undefined) return listObjects(store, target, request, query);
	if (subresource === 'log') return podLog(store, target, query, options.podLog);
	if (subresource === 'scale') return jsonAnswer(200, scaleOf(kind, mustGet(store, kind.key, namespace, name)));
	return getObject(store, target, request);
};

const checkSubresource = ({kind, subresource}: Target, {gatewayUrl}: HandlerOptions): void => {
	if (subresource === undefined) return;
	const isPods = kind.key.plural === 'pods' && kind.key.group === '';
	if (isPods && streamed.has(subresource)) throw notUpgraded(subresource, gatewayUrl);

	const isKnown =
		(subresource === 'status' && kind.hasStatus) ||
		(subresource === 'scale' && kind.scale !== undefined) ||
		(subresource === 'log' && isPods);
	if (!isKnown) throw notServed();
};

const verbs: Readonly<Record<string, (write: Write) => ApiAnswer>> = {
	POST: createObject,
	PUT: replaceObject,
	PATCH: patchObject,
	DELETE: (write) => (write.target.name === undefined ? deleteObjects(write) : deleteObject(write)),
};

const withWarnings = (answer: ApiAnswer, warnings: readonly string[]): ApiAnswer => {
	if (warnings.length === 0) return answer;
	const warning = [...new Set(warnings)].map((text) => `299 - ${JSON.stringify(text)}`).join(', ');
	return {...answer, headers: {...answer.headers, warning}};
};

const handle = (store: ApiStore, request: ApiRequest, options: HandlerOptions): ApiAnswer | ApiStream => {
	const {pathname, searchParams: query} = new URL(request.path, 'http://sandbox');
	const path = pathname.length > 1 ? pathname.replace(/\/$/u, '') : pathname;
	const answered = general(store, request, path);
	if (answered !== undefined) return answered;
	const parts = cut(path);
	if (parts === undefined) throw notServed();
	if (request.method === 'POST' && parts.group.endsWith('.k8s.io')) {
		const review = parts.plural.endsWith('reviews') ? reviewed(parts.plural, bodyObject(request)) : undefined;
		if (review !== undefined) return jsonAnswer(201, review);
	}

	const target = targetOf(store.kinds, parts);
	checkSubresource(target, options);
	if (request.method === 'GET') return read(store, target, request, query, options);
	const warnings: string[] = [];
	const verb = verbs[request.method];
	if (verb === undefined) {
		const said = 'the server does not allow this method on the requested resource';
		throw new StatusError(405, 'MethodNotAllowed', said);
	}

	return withWarnings(verb({store, target, request, query, warnings}), warnings);
};

/** The handler of a store's requests: synchronous, so that a test's order of requests is the order of their effects. */
export const createApiHandler =
	(store: ApiStore, options: HandlerOptions = {}): ApiHandler =>
	(request) => {
		try {
			return handle(store, request, options);
		} catch (error) {
			return failed(error);
		}
	};
