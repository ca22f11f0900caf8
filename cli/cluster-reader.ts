// Reading Canaries, their events and their commands as the caller.
import {ApiError, type KubeObject, type Resource} from '../services/kubernetes/cluster.ts';
import {isAbsent} from '../services/kubernetes/failures.ts';
import {list} from '../services/kubernetes/list.ts';
import {resourceName} from '../services/kubernetes/objects.ts';
import {canaries, canaryCommands, events, pathOf} from '../services/kubernetes/resources.ts';
import {ANSWER_MS, openAccess, type Access, type AccessOptions} from './cluster-access.ts';
import {openDaemonChecks, type DaemonChecks} from './daemon-checks.ts';
import {CommandError} from './errors.ts';
import {instantOfEvent} from './event-time.ts';

export type ReaderOptions = AccessOptions;

export type ClusterReader = {
	/** The namespace asked for, else the kubeconfig's, else `default`. */
	readonly namespace: string;
	/** One Canary; rejects with CommandError when there is none. */
	canary(namespace: string, name: string): Promise<KubeObject>;
	/** All Canaries of a namespace, or of all; by namespace and name. */
	canaries(namespace: string | undefined): Promise<readonly KubeObject[]>;
	/** The events about a Canary, oldest first. */
	eventsOf(canary: KubeObject): Promise<readonly KubeObject[]>;
	/** What was asked of a Canary, oldest first; undefined where that may not be read, or has no CRD. */
	commandsOf(canary: KubeObject): Promise<readonly KubeObject[] | undefined>;
	/** What the daemon knows of a Canary; undefined where none tells. */
	detailOf(namespace: string, name: string): ReturnType<DaemonChecks['detailOf']>;
	close(): Promise<void>;
};

export const READING = 'get and list canaries.flagger.app and events, which the ClusterRole aviary-viewer gives';

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const byNamespaceAndName = ({metadata: a}: KubeObject, {metadata: b}: KubeObject): number =>
	compare(a.namespace ?? '', b.namespace ?? '') || compare(a.name, b.name);

const createdOrder = ({metadata: a}: KubeObject, {metadata: b}: KubeObject): number =>
	compare(a.creationTimestamp ?? '', b.creationTimestamp ?? '') || compare(a.name, b.name);

export const noCanary = (namespace: string, name: string): CommandError =>
	new CommandError(`there is no Canary ${name} in the namespace ${namespace}`, 'see aviary get -A');

/** One Canary, read live; rejects with CommandError when there is none. */
export const readCanary = async (access: Access, namespace: string, name: string): Promise<KubeObject> => {
	const found = await access.request(
		{
			verb: 'get',
			resource: resourceName(canaries),
			path: pathOf(canaries, namespace, name),
			about: name,
			expected: (answer) => isAbsent(answer, name),
		},
		READING,
	);
	if (found === undefined) {
		throw noCanary(namespace, name);
	}

	return found as KubeObject;
};

/** Opens the way to the API server. Throws CommandError when the kubeconfig is of no use. */
export const openReader = (options: ReaderOptions): ClusterReader => {
	const access = openAccess(options);
	const {api} = access;
	const daemon = openDaemonChecks(access);
	const listAll = async (resource: Resource, namespace: string | undefined): Promise<readonly KubeObject[]> => {
		const signal = AbortSignal.timeout(ANSWER_MS * 4);
		const request = {api, resource, namespace, labelSelector: undefined, signal, onPage() {}};
		const {objects} = await list({...request, take: (object) => object});
		return objects;
	};

	return {
		namespace: access.namespace,
		canary: (namespace, name) => readCanary(access, namespace, name),
		async canaries(namespace) {
			const found = await access.explained(listAll(canaries, namespace), READING);
			return found.toSorted(byNamespaceAndName);
		},
		async eventsOf({metadata}) {
			const fieldSelector = `involvedObject.kind=Canary,involvedObject.name=${metadata.name}`;
			const path = pathOf(events, metadata.namespace);
			const query = {fieldSelector, limit: '500'};
			const answer = await access.request(
				{verb: 'get', resource: 'events', path, about: metadata.name, query},
				READING,
			);
			const items = (answer?.['items'] ?? []) as readonly KubeObject[];
			return items.toSorted(
				(a, b) => instantOfEvent(a) - instantOfEvent(b) || compare(a.metadata.name, b.metadata.name),
			);
		},
		async commandsOf({metadata}) {
			try {
				const found = await listAll(canaryCommands, metadata.namespace);
				return found.filter(({spec}) => spec?.['canary'] === metadata.name).toSorted(createdOrder);
			} catch (error) {
				if (error instanceof ApiError && (error.code === 403 || error.code === 404)) {
					return undefined;
				}

				throw error;
			}
		},
		detailOf: (namespace, name) => daemon.detailOf(namespace, name),
		close: () => access.close(),
	};
};
