// What a watch has left out though its stream went on: found by reading one object, and taken as its event would be.
import {sleep, type Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Api} from './api.ts';
import type {Cluster, KubeObject, Resource} from './cluster.ts';
import {aboutOf, getObject} from './get-object.ts';
import {resourceName} from './objects.ts';
import type {SharedWatch} from './shared-watch.ts';

/** So much later than a read may the event of what it shows come, from an API server under load. */
const GRACE_MS = 1000;

export type LookAgainOptions = {
	readonly api: Api;
	readonly clock: Clock;
	readonly log: Log;
	/** The open watches that an object of this kind and namespace may be in. */
	readonly concerned: (resource: Resource, namespace: string | undefined) => readonly SharedWatch[];
	/** Takes from an object what nobody reads. */
	readonly trim: (resource: Resource, object: KubeObject) => KubeObject;
	/** Told of each object of which a change had been missed. */
	readonly onMissed: ((facts: {readonly resource: string}) => void) | undefined;
};

const take = (watch: SharedWatch, live: KubeObject | undefined, held: KubeObject | undefined): void => {
	if (live !== undefined) watch.absorb(live);
	else if (held !== undefined) watch.buried(held);
};

/** `lookAgain` of a Cluster. */
export const createLookAgain = ({
	api,
	clock,
	log,
	concerned,
	trim,
	onMissed,
}: LookAgainOptions): Cluster['lookAgain'] => {
	return async (resource, namespace, name, signal) => {
		const watches = concerned(resource, namespace);
		if (watches.length === 0) return false;
		const key = `${namespace ?? ''}/${name}`;
		const before = new Map(watches.map((watch) => [watch, watch.held(key)]));
		const answer = await getObject(api, {resource, namespace, name, signal, patient: false});
		const live = answer && trim(resource, answer);
		// Who was there before the read and is not found by it is gone for ever: a successor has another uid.
		const outlives = (watch: SharedWatch): boolean => {
			const uid = before.get(watch)?.metadata.uid;
			return uid !== undefined && watch.held(key)?.metadata.uid === uid;
		};
		const isBehind = (watch: SharedWatch): boolean => (live === undefined ? outlives(watch) : watch.lacks(live));
		if (!watches.some((watch) => isBehind(watch))) return false;
		await sleep(clock, GRACE_MS, signal);
		const behind = watches.filter((watch) => isBehind(watch));
		const [first] = behind;
		if (first === undefined) return false;
		log.warn('a change was found that no watch had told', {
			resource: resourceName(resource),
			object: aboutOf(namespace, name),
			held: first.held(key)?.metadata.resourceVersion ?? 'nothing',
			found: live?.metadata.resourceVersion ?? 'nothing',
		});
		for (const watch of behind) take(watch, live, watch.held(key));
		onMissed?.({resource: resourceName(resource)});
		return true;
	};
};
