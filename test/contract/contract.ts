// The contract: what the daemon relies on in an API server, each behaviour as a case that any server can be asked.
import {readdir, readFile} from 'node:fs/promises';
import type {ExecutionContext, TestFn} from 'ava';
import {parseAllDocuments} from 'yaml';
import type {Answer, Client, Json, Method} from './client.ts';

export type Server = {
	readonly client: Client;
	/** Makes versions of the time before this call too old to watch from. */
	readonly forget: () => Promise<void>;
	readonly stop: () => Promise<void>;
};

/** What a case is given: a namespace of its own, and requests in it. */
export type Place = Omit<Server, 'stop'> & {
	readonly namespace: string;
	/** The path of a collection in this namespace (`apps/v1/deployments`, `v1/services`), or of an object in it. */
	readonly at: (collection: string, name?: string) => string;
	/** Creates what must be creatable; answers it. */
	readonly made: (collection: string, object: Json) => Promise<Json>;
	/** Reads what must be there. */
	readonly read: (collection: string, name: string) => Promise<Json>;
	/** A JSON Patch. */
	readonly patch: (collection: string, name: string, operations: readonly Json[]) => Promise<Answer>;
};

export type Case = {readonly title: string; readonly run: (t: ExecutionContext, place: Place) => Promise<void>};

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';

/** `v1/pods` is below /api, `apps/v1/deployments` below /apis. */
const pathOf = (collection: string, namespace: string | undefined, name?: string): string => {
	const parts = collection.split('/');
	const root = parts.length === 2 ? 'api' : 'apis';
	const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
	const rest = name === undefined ? '' : `/${name}`;
	return `/${root}/${parts.slice(0, -1).join('/')}${scope}/${parts.at(-1) ?? ''}${rest}`;
};

const must = async (client: Client, method: Method, path: string, body?: unknown): Promise<Json> => {
	const answer = await client.request(method, path, body);
	if (answer.status >= 300) {
		throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
	}

	return answer.body;
};

const placeIn = (server: Server, namespace: string): Place => {
	const {client} = server;
	const at: Place['at'] = (collection, name) => pathOf(collection, namespace, name);
	return {
		client,
		namespace,
		forget: () => server.forget(),
		at,
		made: (collection, object) => must(client, 'POST', at(collection), object),
		read: (collection, name) => must(client, 'GET', at(collection, name)),
		patch: (collection, name, operations) => client.request('PATCH', at(collection, name), operations, JSON_PATCH),
	};
};

const CRDS = new URL('../../artifacts/crds/', import.meta.url);
const DEFINITIONS = 'apiextensions.k8s.io/v1/customresourcedefinitions';

/** The documents of YAML text. */
export const documentsOf = (yaml: string): readonly Json[] =>
	parseAllDocuments(yaml).flatMap((document) => (document.toJS() as Json | null) ?? []);

/** Our own definitions, as users install them. */
export const ownDefinitions = async (): Promise<readonly Json[]> => {
	const names = (await readdir(CRDS)).filter((name) => name.endsWith('.yaml'));
	const texts = await Promise.all(names.map((name) => readFile(new URL(name, CRDS), 'utf8')));
	return texts.flatMap((text) => documentsOf(text));
};

const isServed = async (client: Client, {spec}: Json): Promise<boolean> => {
	const {group, names, versions} = spec as {group: string; names: {plural: string}; versions: {name: string}[]};
	const statuses = await Promise.all(
		versions.map(async ({name}) => client.request('GET', `/apis/${group}/${name}/${names.plural}?limit=1`)),
	);
	return statuses.every(({status}) => status === 200);
};

/** Creates definitions and waits until the server serves what they define. */
export const install = async (
	client: Client,
	definitions: readonly Json[],
	eventually: (what: string, ask: () => Promise<true | undefined>) => Promise<unknown>,
): Promise<void> => {
	for (const definition of definitions) {
		await must(client, 'POST', pathOf(DEFINITIONS, undefined), definition);
	}

	for (const definition of definitions) {
		await eventually(`${String(definition['metadata'].name)} to be served`, async () =>
			(await isServed(client, definition)) ? true : undefined,
		);
	}
};

/** One test for each case, in turn, each in a new namespace of a server that all share. */
export const declare = (test: TestFn, cases: readonly Case[], start: () => Promise<Server>): void => {
	let server: Server | undefined;
	test.before('a server to ask', async () => {
		server = await start();
	});
	test.after.always('no server left', async () => {
		await server?.stop();
	});
	for (const [index, {title, run}] of cases.entries()) {
		test.serial(title, async (t) => {
			const asked = server as Server;
			const name = `case-${index + 1}`;
			await must(asked.client, 'POST', '/api/v1/namespaces', {metadata: {name}});
			await run(t, placeIn(asked, name));
		});
	}
};
