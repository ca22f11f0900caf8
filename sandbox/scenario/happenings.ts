// What is told of a running sandbox: the one stream that lines, the live view, recordings and expectations are made of.
import type {Verdict} from '../../api/model.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {ReadableStore} from '../api/types.ts';
import type {World} from '../world/world.ts';

/** An event of a Canary, as `--output json` prints it. */
export type EventLine = {
	readonly time: string;
	readonly type: string;
	readonly reason: string;
	readonly object: string;
	readonly message: string;
};

/** A change of a Canary's top-level state. */
export type StateLine = {
	readonly time: string;
	readonly canary: string;
	readonly from: string;
	readonly to: string;
	readonly event: string;
};

/** Where everything is found. */
export type Started = {
	readonly scenario: string;
	readonly description: string;
	readonly speed: number;
	/** Requests a second of world time. */
	readonly rps: number;
	/** Titles and addresses. */
	readonly addresses: ReadonlyArray<readonly [string, string]>;
	readonly kubeconfig: string;
	/** The first Canary that is applied, `namespace/name`; none in `--scenario none`. */
	readonly canary?: string;
};

/** How an expectation of the scenario ended. */
export type Finding = {
	readonly text: string;
	readonly isMet: boolean;
	/** What was found instead. */ readonly found: string;
};

/** Each with its instant, ms since the epoch. A Canary's key is `namespace/name`. */
export type Happening = {readonly at: number} & (
	| {readonly kind: 'started'; readonly started: Started}
	| {readonly kind: 'event'; readonly canary: string; readonly event: EventLine}
	| {readonly kind: 'state'; readonly state: StateLine}
	| {readonly kind: 'canary'; readonly canary: string; readonly object: KubeObject}
	| {readonly kind: 'gone'; readonly canary: string}
	| {readonly kind: 'verdict'; readonly canary: string; readonly verdict: Verdict}
	/** Users' requests so far; with errors are those that failed or found nobody. */
	| {readonly kind: 'traffic'; readonly requests: number; readonly errors: number}
	/** The timeline did something. */
	| {readonly kind: 'timeline'; readonly text: string}
	| {readonly kind: 'complaint'; readonly text: string}
	| {readonly kind: 'finding'; readonly finding: Finding}
);

export type OnHappening = (happening: Happening) => void;

const canariesKey = {group: 'flagger.app', plural: 'canaries'};
const eventsKey = {group: '', plural: 'events'};

type EventObject = KubeObject & {
	involvedObject: {kind: string; name: string; namespace: string};
	type: string;
	reason: string;
	message: string;
	lastTimestamp?: string;
};

/** Without what nobody looks at: managed fields and annotations make up most of an object. */
const trimmed = ({apiVersion, kind, metadata, spec, status}: KubeObject): KubeObject => {
	const {name, namespace, uid, generation, creationTimestamp} = metadata;
	return {
		apiVersion,
		kind,
		metadata: {
			name,
			...(namespace !== undefined && {namespace}),
			...(uid !== undefined && {uid}),
			...(generation !== undefined && {generation}),
			...(creationTimestamp !== undefined && {creationTimestamp}),
		},
		...(spec !== undefined && {spec}),
		...(status !== undefined && {status}),
	};
};

/** Tells of Canaries and of events about them, from now on; the answer ends it. */
export const tellCanaries = (store: ReadableStore, now: () => number, tell: OnHappening): (() => void) => {
	const stopEvents = store.watch(eventsKey, {}, ({type, object}) => {
		const {involvedObject, reason, message, type: eventType, lastTimestamp = ''} = object as EventObject;
		const {kind, name, namespace} = involvedObject;
		if (type === 'DELETED' || kind !== 'Canary') {
			return;
		}

		const about = `${kind}/${name}.${namespace}`;
		const event = {time: lastTimestamp, type: eventType, reason, object: about, message};
		tell({kind: 'event', at: now(), canary: `${namespace}/${name}`, event});
	});
	const stopCanaries = store.watch(canariesKey, {}, ({type, object}) => {
		const canary = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
		tell(
			type === 'DELETED'
				? {kind: 'gone', at: now(), canary}
				: {kind: 'canary', at: now(), canary, object: trimmed(object)},
		);
	});
	return () => {
		stopEvents();
		stopCanaries();
	};
};

/**
 * Counts what users got of each host since it answered for the first time, for nobody can serve before the first pod
 * is ready. Requests that the mesh mirrors are not theirs.
 */
export const countUsers = (world: Pick<World, 'onRequest'>) => {
	const counted = {requests: 0, errors: 0};
	const answering = new Set<string>();
	const stop = world.onRequest(({host, count, code, isMirror}) => {
		if (code < 500) answering.add(host);
		if (!isMirror && answering.has(host)) {
			counted.requests += count;
			counted.errors += code >= 500 ? count : 0;
		}
	});
	return {counted: (): Readonly<typeof counted> => ({...counted}), stop};
};
