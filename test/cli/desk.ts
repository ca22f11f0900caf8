// A desk with an API server on it: a store behind a socket, a kubeconfig, and commands run in this process.
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createColors} from 'picocolors';
import {runCommand} from '../../cli/main.ts';
import {writeKubeconfig} from '../../sandbox/api/kubeconfig.ts';
import {startApiServer, type ApiServerOptions} from '../../sandbox/api/server.ts';
import {createStore, type ApiStore} from '../../sandbox/api/store.ts';
import {objectsOf} from '../../sandbox/embedded.ts';
import {wallClock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {silentLog} from '../../services/log.ts';
import {seededRandom} from '../../services/random.ts';

export type Desk = {
	readonly store: ApiStore;
	readonly kubeconfig: string;
	/** Resolves when a command has begun to watch the kind, each watch once: what is changed from then on is a change. */
	watched(plural: string): Promise<void>;
	close(): Promise<void>;
};

const namespaces = {group: '', plural: 'namespaces'};
const canaries = {group: 'flagger.app', plural: 'canaries'};

const definition = async (name: string): Promise<KubeObject> => {
	const text = await readFile(new URL(`../../artifacts/crds/${name}.yaml`, import.meta.url), 'utf8');
	const [crd] = objectsOf(text);
	if (crd === undefined) throw new Error(`the CRD ${name} is empty`);
	return crd;
};

const ourKinds = ['canaries.flagger.app', 'canarycommands.aviary.dev'];

/** Which kinds were watched, and who waits for that. */
const createWatches = () => {
	const begun = new Map<string, number>();
	const waiting = new Map<string, Array<() => void>>();
	return {
		note(path: string): void {
			const {pathname, searchParams} = new URL(path, 'http://desk');
			if (searchParams.get('watch') !== 'true') return;
			const plural = pathname.split('/').at(-1) ?? '';
			const next = waiting.get(plural)?.shift();
			if (next === undefined) begun.set(plural, (begun.get(plural) ?? 0) + 1);
			else next();
		},
		async begun(plural: string): Promise<void> {
			const count = begun.get(plural) ?? 0;
			if (count > 0) {
				begun.set(plural, count - 1);
				return;
			}

			await new Promise<void>((resolve) => {
				waiting.set(plural, [...(waiting.get(plural) ?? []), resolve]);
			});
		},
	};
};

type DeskOptions = Pick<ApiServerOptions, 'behind'> & {
	readonly kinds?: readonly string[];
	/** Where a daemon on this machine answers. */
	readonly page?: string;
};

/** An API server with the namespaces `test` and `shop`, and the CRDs of Canary and CanaryCommand unless told otherwise. */
export const openDesk = async ({kinds = ourKinds, behind = (own) => own, page}: DeskOptions = {}): Promise<Desk> => {
	const store = createStore({clock: wallClock, random: seededRandom(1)});
	for (const name of ['test', 'shop']) {
		store.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name}}, 'test');
	}

	for (const kind of kinds) {
		store.create({group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions'}, await definition(kind), 'test');
	}

	const watches = createWatches();
	const server = await startApiServer({
		store,
		log: silentLog,
		behind: (own) =>
			behind((request) => {
				const answer = own(request);
				watches.note(request.path);
				return answer;
			}),
	});
	const directory = await mkdtemp(join(tmpdir(), 'aviary-desk-'));
	const kubeconfig = join(directory, 'kubeconfig');
	await writeKubeconfig(kubeconfig, server.url, page);
	return {
		store,
		kubeconfig,
		watched: (plural) => watches.begun(plural),
		async close() {
			await server.close();
			await rm(directory, {recursive: true});
		},
	};
};

const spec = {
	targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
	service: {port: 9898},
	analysis: {
		interval: '1m',
		threshold: 5,
		maxWeight: 50,
		stepWeight: 10,
		metrics: [{name: 'request-success-rate', thresholdRange: {min: 99}, interval: '1m'}],
	},
};

/** Stores a Canary with a status, as the daemon would have written it. */
export const putCanary = (
	{store}: Desk,
	{namespace = 'test', name = 'podinfo', status}: {namespace?: string; name?: string; status?: Record<string, unknown>},
): void => {
	const canary = {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: {name, namespace}, spec};
	const stored = store.create(canaries, canary, 'test');
	if (status !== undefined) {
		store.update(canaries, {...stored, status}, 'test', 'status');
	}
};

/** Posts an event about a Canary. */
export const putEvent = ({store}: Desk, message: string, type: 'Normal' | 'Warning', lastTimestamp: string): void => {
	const name = `podinfo.${store.resourceVersion()}`;
	store.create(
		{group: '', plural: 'events'},
		{
			apiVersion: 'v1',
			kind: 'Event',
			metadata: {name, namespace: 'test'},
			involvedObject: {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'podinfo', namespace: 'test'},
			reason: 'Synced',
			type,
			message,
			lastTimestamp,
		},
		'test',
	);
};

export type Outcome = {readonly code: number; readonly out: string; readonly err: string};

/** Runs a command line in this process; `columns` makes it a terminal of that width. */
export const run = async (
	words: readonly string[],
	{columns, onOutput}: {columns?: number; onOutput?: (out: string) => void} = {},
): Promise<Outcome> => {
	let out = '';
	let err = '';
	const code = await runCommand(words, {
		terminal: {
			write(text) {
				out += text;
				onOutput?.(out);
			},
			columns,
			colors: createColors(false),
			now: () => Date.now(),
		},
		complain(text) {
			err += text;
		},
		finish() {},
	});
	return {code, out, err};
};

/**
 * Runs a command that goes on until it is stopped, and stops it, as Ctrl-C does, once it has printed enough: however
 * long that takes. A signal is for the whole process, so that the cases of a file that use this are serial.
 */
export const runUntil = (words: readonly string[], isEnough: (out: string) => boolean): Promise<Outcome> => {
	let isStopped = false;
	return run(words, {
		onOutput(out) {
			if (!isStopped && isEnough(out)) {
				isStopped = true;
				setImmediate(() => process.emit('SIGINT', 'SIGINT'));
			}
		},
	});
};
