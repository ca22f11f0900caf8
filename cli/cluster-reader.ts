// Reading Canaries and their events as the caller. Loaded only by commands that need it: a kubeconfig's library is
// large.
import {createDoor} from '../services/http/door.ts';
import {wallClock} from '../services/clock.ts';
import {createApi, type Api} from '../services/kubernetes/api.ts';
import {ApiError, type KubeObject, type Resource} from '../services/kubernetes/cluster.ts';
import {isAbsent} from '../services/kubernetes/failures.ts';
import {loadConnection, type Connection} from '../services/kubernetes/connection.ts';
import {list} from '../services/kubernetes/list.ts';
import {resourceName} from '../services/kubernetes/objects.ts';
import {canaries, events, pathOf} from '../services/kubernetes/resources.ts';
import {silentLog} from '../services/log.ts';
import {systemRandom} from '../services/random.ts';
import {CommandError} from './errors.ts';
import {instantOfEvent} from './event-time.ts';

const ANSWER_MS = 15_000;

export type ReaderOptions = {readonly kubeconfig?: string; readonly namespace?: string};

export type ClusterReader = {
	/** The namespace asked for, else the kubeconfig's, else `default`. */
	readonly namespace: string;
	/** One Canary; rejects with CommandError when there is none. */
	canary(namespace: string, name: string): Promise<KubeObject>;
	/** All Canaries of a namespace, or of all; by namespace and name. */
	canaries(namespace: string | undefined): Promise<readonly KubeObject[]>;
	/** The events about a Canary, oldest first. */
	eventsOf(canary: KubeObject): Promise<readonly KubeObject[]>;
	close(): Promise<void>;
};

const connect = ({kubeconfig}: ReaderOptions): Connection => {
	try {
		return loadConnection({clock: wallClock, kubeconfig});
	} catch (error) {
		const text = error instanceof Error ? error.message : String(error);
		throw new CommandError(`cannot use the kubeconfig: ${text}`, 'name another one by --kubeconfig', {cause: error});
	}
};

/** What to do about an API server's refusal. */
const remedyOf = ({code, reason}: ApiError, server: string): string => {
	if (code === 0) {
		return reason === 'Untrusted'
			? `check the certificate authority that your kubeconfig names for ${server}`
			: `check that the API server at ${server} runs, or name another kubeconfig by --kubeconfig`;
	}

	switch (code) {
		case 401: {
			return 'log in again, or name another kubeconfig by --kubeconfig';
		}

		case 403: {
			return 'ask for the right to get and list canaries.flagger.app and events';
		}

		case 404: {
			return 'install the CRDs: kubectl apply -f artifacts/crds';
		}

		default: {
			return 'try again in a moment';
		}
	}
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byNamespaceAndName = ({metadata: a}: KubeObject, {metadata: b}: KubeObject): number =>
	compare(a.namespace ?? '', b.namespace ?? '') || compare(a.name, b.name);

/** Every request through here has an end, and fails with a remedy. */
const createRequests = (api: Api, server: string) => {
	const explained = async <T>(asked: Promise<T>): Promise<T> => {
		try {
			return await asked;
		} catch (error) {
			if (error instanceof ApiError) {
				throw new CommandError(error.message, remedyOf(error, server), {cause: error});
			}

			throw error;
		}
	};

	const listAll = async (resource: Resource, namespace: string | undefined): Promise<readonly KubeObject[]> => {
		const signal = AbortSignal.timeout(ANSWER_MS * 4);
		const request = {api, resource, namespace, labelSelector: undefined, signal, onPage() {}};
		const {objects} = await explained(list({...request, take: (object) => object}));
		return objects;
	};

	const get = (
		resource: Resource,
		path: string,
		name: string,
		query: Readonly<Record<string, string>> = {},
	): Promise<Record<string, unknown> | undefined> =>
		explained(
			api.request({
				verb: 'get',
				resource: resourceName(resource),
				path,
				about: name,
				query,
				timeoutMs: ANSWER_MS,
				patient: false,
				expected: (answer) => isAbsent(answer, name),
			}),
		);

	return {listAll, get};
};

/** Opens the way to the API server. Throws CommandError when the kubeconfig is of no use. */
export const openReader = (options: ReaderOptions): ClusterReader => {
	const connection = connect(options);
	const door = createDoor({clock: wallClock, log: silentLog, userAgent: 'aviary-cli'});
	const api = createApi({connection, door, clock: wallClock, random: systemRandom, log: silentLog});
	const {listAll, get} = createRequests(api, connection.server);
	return {
		namespace: options.namespace ?? connection.namespace ?? 'default',
		async canary(namespace, name) {
			const found = await get(canaries, pathOf(canaries, namespace, name), name);
			if (found === undefined) {
				throw new CommandError(`there is no Canary ${name} in the namespace ${namespace}`, 'see aviary get -A');
			}

			return found as KubeObject;
		},
		async canaries(namespace) {
			return (await listAll(canaries, namespace)).toSorted(byNamespaceAndName);
		},
		async eventsOf({metadata}) {
			const selector = `involvedObject.kind=Canary,involvedObject.name=${metadata.name}`;
			const path = pathOf(events, metadata.namespace);
			const answer = await get(events, path, metadata.name, {fieldSelector: selector, limit: '500'});
			const items = (answer?.['items'] ?? []) as readonly KubeObject[];
			return items.toSorted(
				(a, b) => instantOfEvent(a) - instantOfEvent(b) || compare(a.metadata.name, b.metadata.name),
			);
		},
		close: () => door.close(),
	};
};
