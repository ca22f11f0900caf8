// The embedded world: one API store brought to life, with Aviary's and Istio's kinds installed. The same for the
// sandbox, which puts sockets before it, and for tests, which call it in-process.
import {readdir, readFile} from 'node:fs/promises';
import {parseAllDocuments} from 'yaml';
import type {Clock} from '../services/clock.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import type {Log} from '../services/log.ts';
import type {Random} from '../services/random.ts';
import {createApiHandler} from './api/handler.ts';
import type {ApiHandler} from './api/handler.ts';
import {createStore} from './api/store.ts';
import type {ApiStore} from './api/store.ts';
import {gatewayApiDefinitions} from './crds/gateway-api.ts';
import {istioDefinitions} from './crds/istio.ts';
import {knativeDefinitions} from './crds/knative.ts';
import {operatedDefinitions} from './crds/operated-workloads.ts';
import {startWorld} from './world/world.ts';
import type {World} from './world/world.ts';
import type {Hands} from './scenario/hands.ts';

const CRDS = new URL('../artifacts/crds/', import.meta.url);
/** What every scenario may take for there. */
export const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease', 'istio-system'];

export type EmbeddedOptions = {
	readonly clock: Clock;
	readonly random: Random;
	readonly speed: number;
	readonly log: Log;
	/** Requests a second of world time to each host; see `startWorld`. */
	readonly rps?: number;
};

export type Embedded = {
	readonly store: ApiStore;
	readonly world: World;
	readonly handler: ApiHandler;
	/** Creates objects through the API as kubectl would, existing ones are left. Throws with the server's message. */
	apply(objects: readonly KubeObject[]): void;
	stop(): void;
};

/** The objects of a YAML text, documents without content left out. Throws with the line of a mistake. */
export const objectsOf = (yaml: string): readonly KubeObject[] =>
	parseAllDocuments(yaml).flatMap((document) => {
		const [mistake] = document.errors;
		if (mistake !== undefined) {
			throw mistake;
		}

		const object = document.toJS() as KubeObject | null;
		return object === null ? [] : [object];
	});

const readDefinitions = async (): Promise<readonly KubeObject[]> => {
	const files = (await readdir(CRDS)).filter((file) => file.endsWith('.yaml')).sort();
	const texts = await Promise.all(files.map((file) => readFile(new URL(file, CRDS), 'utf8')));
	return texts.flatMap((text) => objectsOf(text));
};

let definitions: Promise<readonly KubeObject[]> | undefined;

/** Parsed once, for it takes longer than a simulated rollout. */
export const aviaryDefinitions = (): Promise<readonly KubeObject[]> => (definitions ??= readDefinitions());

/** The path of an object's kind, in its namespace. Throws as kubectl does when the kind is not known. */
const discoverable = (handler: ApiHandler, {apiVersion, kind, metadata}: KubeObject): string => {
	const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
	const answer = handler({method: 'GET', path: root, headers: {}});
	const {resources = []} = JSON.parse('body' in answer ? answer.body : '{}') as {
		resources?: ReadonlyArray<{name: string; kind: string; namespaced: boolean}>;
	};
	const found = resources.find((one) => one.kind === kind && !one.name.includes('/'));
	if (found === undefined) {
		throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
	}

	return `${root}${found.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : ''}/${found.name}`;
};

/** Starts the world with the kinds and namespaces that every scenario begins with. */
export const startEmbedded = async (options: EmbeddedOptions): Promise<Embedded> => {
	const {clock, random} = options;
	const store = createStore({clock, random});
	const handler = createApiHandler(store);
	const apply = (objects: readonly KubeObject[]): void => {
		for (const object of objects) {
			const path = discoverable(handler, object);
			const answer = handler({
				method: 'POST',
				path: `${path}?fieldManager=sandbox`,
				headers: {'content-type': 'application/json'},
				body: JSON.stringify(object),
			});
			if (answer.status >= 300 && answer.status !== 409 && 'body' in answer) {
				throw new Error((JSON.parse(answer.body) as {message: string}).message);
			}
		}
	};

	apply(NAMESPACES.map((name) => ({apiVersion: 'v1', kind: 'Namespace', metadata: {name}})));
	apply(await aviaryDefinitions());
	apply([...istioDefinitions, ...gatewayApiDefinitions, ...operatedDefinitions, ...knativeDefinitions]);
	const world = startWorld({store, ...options});
	return {
		store,
		world,
		handler,
		apply,
		stop() {
			world.stop();
		},
	};
};

/** Changes the embedded cluster, each time at once. */
export const handsOf = ({handler, apply}: Pick<Embedded, 'handler' | 'apply'>): Hands => ({
	apply,
	send(method, path, contentType, body) {
		const answer = handler({
			method,
			path,
			headers: {'content-type': contentType},
			...(body !== undefined && {body: JSON.stringify(body)}),
		});
		const said = JSON.parse('body' in answer ? answer.body : '{}') as {message: string};
		if (answer.status >= 300) {
			throw new Error(said.message);
		}

		return said;
	},
});
