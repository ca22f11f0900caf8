// The Cluster of the contract, against an API server: shared watches, and writes whose answers are believed at once.
import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import type {Api, ApiRequest} from './api.ts';
import {ApiError} from './cluster.ts';
import type {Cluster, KubeObject, Resource, WriteOptions} from './cluster.ts';
import {garbled, isAbsent} from './failures.ts';
import {aboutOf, getObject} from './get-object.ts';
import {createLookAgain, type LookAgainOptions} from './missed-events.ts';
import {dropManagedFields, isObjectOf, keepStatusWriters, resourceName, versionOf} from './objects.ts';
import {canaries, pathOf} from './resources.ts';
import {createSharedWatch, type SharedWatch} from './shared-watch.ts';
import type {WatchOptions} from './watch.ts';

export type ClusterOptions = {
	readonly api: Api;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** Told of each watch that ends and is opened again. */
	readonly onRestart?: WatchOptions['onRestart'];
	/** Told of each object of which no watch had told a change that a look then found. */
	readonly onMissed?: LookAgainOptions['onMissed'];
};

export type LiveCluster = Cluster & {
	/** Objects held, by resource (`canaries.flagger.app`), of all open watches. */
	cacheSizes(): ReadonlyMap<string, number>;
};

/** A write without an answer has an unknown outcome, and a rollback may be waiting behind it. */
const WRITE_MS = 10_000;

type Open = {
	readonly resource: Resource;
	readonly namespace: string | undefined;
	readonly watch: SharedWatch;
};

/** Two operators may act on one Canary, for a moment: who wrote its status tells. */
const isSharedStatus = ({group, plural}: Resource): boolean => group === canaries.group && plural === canaries.plural;

const isSameKind = (a: Resource, b: Resource): boolean =>
	a.group === b.group && a.version === b.version && a.plural === b.plural;

const keyOfWatch = (
	{group, version, plural}: Resource,
	namespace: string | undefined,
	labels: Readonly<Record<string, string>> | undefined,
): string => JSON.stringify([group, version, plural, namespace ?? null, Object.entries(labels ?? {})]);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The open watches, and the words that reach those whom a written object concerns. */
const createWatches = (options: ClusterOptions, trim: (resource: Resource, object: KubeObject) => KubeObject) => {
	const open = new Map<string, Open>();

	const concerned = (resource: Resource, namespace: string | undefined): SharedWatch[] =>
		[...open.values()]
			.filter((one) => isSameKind(one.resource, resource))
			.filter((one) => one.namespace === undefined || one.namespace === namespace)
			.map((one) => one.watch);

	const at: Cluster['follow'] = (resource, namespace, wanted, onChange) => {
		const labels = 'labels' in wanted ? wanted.labels : undefined;
		const key = keyOfWatch(resource, namespace, labels);
		let one = open.get(key);
		if (one === undefined) {
			const watch = createSharedWatch({
				...options,
				resource,
				namespace,
				labels,
				trim: (object) => trim(resource, object),
				onEnd: () => open.delete(key),
			});
			one = {resource, namespace, watch};
			open.set(key, one);
		}

		return one.watch.follow(wanted, onChange);
	};

	const sizes = (): ReadonlyMap<string, number> => {
		const sum = new Map<string, number>();
		for (const {resource, watch} of open.values()) {
			const name = resourceName(resource);
			sum.set(name, (sum.get(name) ?? 0) + watch.size());
		}

		return sum;
	};

	return {follow: at, concerned, sizes};
};

/**
 * The cluster behind `api`. Writes answered with an object reach the followers in the same turn; a delete takes the
 * object from their view unless finalizers keep it; a scale shows the new `spec.replicas` under the old version, so
 * that a precondition on that version is refused rather than wrongly met.
 */
export const createCluster = (options: ClusterOptions): LiveCluster => {
	const {api} = options;
	const trim = (resource: Resource, object: KubeObject): KubeObject =>
		isSharedStatus(resource) ? keepStatusWriters(object) : dropManagedFields(object);
	const watches = createWatches(options, trim);

	const absorb = (resource: Resource, object: KubeObject): void => {
		for (const watch of watches.concerned(resource, object.metadata.namespace)) {
			watch.absorb(object);
		}
	};

	const take = (resource: Resource, answer: KubeObject): KubeObject => {
		const object = trim(resource, answer);
		absorb(resource, object);
		return object;
	};

	/** The answer as an object of this kind, already absorbed; ApiError `MalformedAnswer` if it is something else. */
	const accept = (resource: Resource, answer: unknown, attempt: string): KubeObject => {
		if (!isObjectOf(resource, answer)) {
			const kind = isRecord(answer) ? String(answer['kind']) : typeof answer;
			throw garbled(attempt, `the answer is no ${resource.kind} but ${kind.slice(0, 60)}`);
		}

		return take(resource, answer);
	};

	const acceptScale = (
		resource: Resource,
		namespace: string | undefined,
		name: string,
		answer: unknown,
	): KubeObject => {
		const scale = answer as KubeObject;
		const version = versionOf(scale.metadata?.resourceVersion);
		if (scale.kind !== 'Scale' || version === undefined) {
			throw garbled(`PATCH ${resourceName(resource)} ${aboutOf(namespace, name)}`, 'the answer is no Scale');
		}

		const replicas = scale.spec?.['replicas'] ?? 0;
		for (const watch of watches.concerned(resource, namespace)) {
			watch.amend(`${namespace ?? ''}/${name}`, version, (object) => ({...object, spec: {...object.spec, replicas}}));
		}

		return scale;
	};

	/** Asked once a group, for a run must cost no read; a missing kind makes it be asked again. */
	const served = new Map<string, readonly string[]>();
	/** Who asks while somebody asks already shares the answer: a thousand Canaries resume in the same moment. */
	const asking = new Map<string, Promise<readonly string[]>>();

	const ask = (group: string): Promise<readonly string[]> => {
		const underWay = asking.get(group) ?? discover(api, group).finally(() => asking.delete(group));
		asking.set(group, underWay);
		return underWay;
	};

	const write = (resource: Resource, about: string, {lane, signal}: WriteOptions) => ({
		resource: resourceName(resource),
		about,
		lane,
		signal,
		timeoutMs: WRITE_MS,
	});

	return {
		follow: watches.follow,
		async read(resource, namespace, name, signal) {
			const answer = await getObject(api, {resource, namespace, name, signal});
			return answer === undefined ? undefined : take(resource, answer);
		},
		lookAgain: createLookAgain({...options, concerned: watches.concerned, trim, onMissed: options.onMissed}),
		async create(resource, object, writing) {
			// A real server answers 500 to a version on a new object, which would look like an unknown outcome.
			const {resourceVersion: _, ...metadata} = object.metadata;
			const {name, namespace} = metadata;
			const body = {...object, metadata};
			const about = aboutOf(namespace, name);
			const request = write(resource, about, writing);
			const answer = await api.request({...request, verb: 'create', path: pathOf(resource, namespace), body});
			return accept(resource, answer, `POST ${resourceName(resource)} ${about}`);
		},
		async patch(resource, namespace, name, operations, writing) {
			const about = aboutOf(namespace, name);
			const request: ApiRequest = {
				...write(resource, about, writing),
				verb: 'patch',
				path: pathOf(resource, namespace, name, writing.subresource),
				body: operations,
				contentType: 'application/json-patch+json',
			};
			const answer = await api.request(request).catch((error: unknown) => {
				if (error instanceof ApiError && error.code === 404) served.delete(resource.group);
				throw error;
			});
			return writing.subresource === 'scale'
				? acceptScale(resource, namespace, name, answer)
				: accept(resource, answer, `PATCH ${resourceName(resource)} ${about}`);
		},
		async remove(resource, namespace, name, uid, writing) {
			const answer = await api.request({
				...write(resource, aboutOf(namespace, name), writing),
				verb: 'delete',
				path: pathOf(resource, namespace, name),
				body: {kind: 'DeleteOptions', apiVersion: 'v1', preconditions: {uid}, propagationPolicy: 'Background'},
				expected: (refused) => isAbsent(refused, name),
			});
			// Some kinds answer with the object as it was; only one marked for deletion is still there.
			if (isObjectOf(resource, answer) && answer.metadata.deletionTimestamp !== undefined) {
				absorb(resource, trim(resource, answer));
				return;
			}

			const metadata = {name, uid, ...(namespace !== undefined && {namespace})};
			for (const watch of watches.concerned(resource, namespace)) {
				watch.buried({apiVersion: '', kind: resource.kind, metadata});
			}
		},
		async servedVersions(group) {
			const found = served.get(group) ?? (await ask(group));
			// Nothing is kept of a group that is not served: it may be installed at any time.
			if (found.length > 0) served.set(group, found);
			return found;
		},
		cacheSizes: watches.sizes,
	};
};

/** Versions of a group, preferred first; none for a group that is not served. */
const discover = async (api: Api, group: string): Promise<readonly string[]> => {
	const answer = await api.request({
		verb: 'get',
		resource: 'apigroups',
		path: group === '' ? '/api' : `/apis/${encodeURIComponent(group)}`,
		about: group,
		patient: false,
		expected: ({status}) => status === 404,
	});
	if (answer === undefined) {
		return [];
	}

	const {versions, preferredVersion} = answer as {versions?: unknown; preferredVersion?: {version?: unknown}};
	if (!Array.isArray(versions)) {
		throw garbled(`GET apigroups ${group}`, 'the answer has no versions');
	}

	const served = versions.map((one: unknown) => String(isRecord(one) ? one['version'] : one));
	const preferred = served.filter((version) => version === preferredVersion?.version);
	return [...new Set([...preferred, ...served])];
};
