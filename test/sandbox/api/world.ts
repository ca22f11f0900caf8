// What the tests of the embedded API server share: a store at a clock that stands, and objects to put there.
import type {Clock} from '../../../services/clock.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {seededRandom} from '../../../services/random.ts';
import {createApiHandler, type ApiHandler} from '../../../sandbox/api/handler.ts';
import {isStream, type ApiAnswer, type ApiRequest, type ApiStream} from '../../../sandbox/api/messages.ts';
import {createStore, type ApiStore, type StoreOptions} from '../../../sandbox/api/store.ts';

export const keys = {
	canaries: {group: 'flagger.app', plural: 'canaries'},
	configMaps: {group: '', plural: 'configmaps'},
	crds: {group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions'},
	deployments: {group: 'apps', plural: 'deployments'},
	replicaSets: {group: 'apps', plural: 'replicasets'},
	namespaces: {group: '', plural: 'namespaces'},
	pods: {group: '', plural: 'pods'},
	services: {group: '', plural: 'services'},
};

/** A clock that moves only when told to. */
export type SteppedClock = Clock & {advance(ms: number): void};

const steppedClock = (): SteppedClock => {
	let now = Date.parse('2026-01-02T03:04:05Z');
	const timers = new Map<number, {readonly at: number; readonly callback: () => void}>();
	let handles = 0;
	return {
		now: () => now,
		monotonic: () => now,
		setTimeout(callback, ms) {
			timers.set(++handles, {at: now + ms, callback});
			return handles;
		},
		clearTimeout(handle) {
			timers.delete(handle as number);
		},
		advance(ms) {
			now += ms;
			for (const [handle, timer] of timers) {
				if (timer.at > now) continue;
				timers.delete(handle);
				timer.callback();
			}
		},
	};
};

export type World = {readonly store: ApiStore; readonly clock: SteppedClock; readonly handle: ApiHandler};

/** A store with the namespace `test`. */
export const world = (options: Partial<StoreOptions> = {}): World => {
	const clock = steppedClock();
	const store = createStore({clock, random: seededRandom(7), ...options});
	store.create(keys.namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'test'}}, 'test');
	return {store, clock, handle: createApiHandler(store)};
};

export const configMap = (
	name: string,
	more: Partial<KubeObject['metadata']> = {},
	data = {key: 'value'},
): KubeObject => ({
	apiVersion: 'v1',
	kind: 'ConfigMap',
	metadata: {name, namespace: 'test', ...more},
	data,
});

export const deployment = (name = 'podinfo'): KubeObject => ({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name, namespace: 'test', labels: {app: name}},
	spec: {
		selector: {matchLabels: {app: name}},
		template: {
			metadata: {labels: {app: name}},
			spec: {containers: [{name: 'podinfod', image: 'podinfo:1.0', ports: [{containerPort: 9898}]}]},
		},
	},
});

const analysis = {
	type: 'object',
	properties: {
		threshold: {type: 'number', default: 5},
		maxWeight: {type: 'integer', minimum: 0, maximum: 100},
		mode: {type: 'string', enum: ['fast', 'slow']},
		interval: {type: 'string', pattern: '^[0-9]+(m|s)'},
		port: {'x-kubernetes-int-or-string': true},
		free: {type: 'object', 'x-kubernetes-preserve-unknown-fields': true},
		one: {
			type: 'object',
			properties: {left: {type: 'string'}, right: {type: 'string'}},
			oneOf: [{required: ['left']}, {required: ['right']}],
		},
	},
};

const canarySchema = {
	type: 'object',
	required: ['spec'],
	properties: {
		spec: {
			type: 'object',
			required: ['targetKind'],
			properties: {targetKind: {type: 'string'}, canaryAnalysis: analysis},
		},
		status: {type: 'object', properties: {phase: {type: 'string'}, conditions: {type: 'array', items: analysis}}},
	},
};

/** A definition in the manner of Flagger's, served in two versions. */
export const canaryDefinition: KubeObject = {
	apiVersion: 'apiextensions.k8s.io/v1',
	kind: 'CustomResourceDefinition',
	metadata: {name: 'canaries.flagger.app'},
	spec: {
		group: 'flagger.app',
		scope: 'Namespaced',
		names: {plural: 'canaries', kind: 'Canary', categories: ['all']},
		versions: ['v1alpha3', 'v1beta1'].map((name) => ({
			name,
			served: true,
			storage: name === 'v1beta1',
			subresources: {status: {}},
			schema: {openAPIV3Schema: canarySchema},
			additionalPrinterColumns: [
				{name: 'Status', type: 'string', jsonPath: '.status.phase'},
				{name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'},
			],
		})),
	},
};

export const canary = (spec: Record<string, unknown> = {}, name = 'podinfo'): KubeObject => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'Canary',
	metadata: {name, namespace: 'test'},
	spec: {targetKind: 'Deployment', ...spec},
});

/** A world that serves canaries. */
export const canaryWorld = (): World => {
	const made = world();
	made.store.create(keys.crds, canaryDefinition, 'test');
	return made;
};

type Call = {readonly status: number; readonly body: any; readonly headers: ApiAnswer['headers']};

const requestOf = (method: string, path: string, body: unknown, headers: ApiRequest['headers']): ApiRequest => ({
	method,
	path,
	headers,
	...(body !== undefined && {body: typeof body === 'string' ? body : JSON.stringify(body)}),
});

/** Sends a request and reads the answer's JSON. */
export const call = (
	{handle}: World,
	method: string,
	path: string,
	body?: unknown,
	headers: ApiRequest['headers'] = {},
): Call => {
	const answer = handle(requestOf(method, path, body, headers));
	if (isStream(answer)) throw new Error('a stream was answered');
	const isJson = answer.headers['content-type']?.startsWith('application/json');
	return {status: answer.status, body: isJson ? JSON.parse(answer.body) : answer.body, headers: answer.headers};
};

export type Watched = {readonly events: any[]; readonly stop: () => void; isEnded(): boolean};

/** Opens a watch; `events` fills as they come. */
export const watch = ({handle}: World, path: string, headers: ApiRequest['headers'] = {}): Watched => {
	const answer = handle(requestOf('GET', path, undefined, headers)) as ApiStream;
	const events: any[] = [];
	let isEnded = false;
	const stop = answer.start(
		(line) => events.push(JSON.parse(line)),
		() => {
			isEnded = true;
		},
	);
	return {events, stop, isEnded: () => isEnded};
};

/** Each event as `ADDED name`. */
export const told = ({events}: Watched): readonly string[] =>
	events.map(({type, object}) => `${type} ${object.metadata?.name ?? object.code ?? ''}`.trim());
