// What the proxies know of pods that a real API server holds: since when they are ready, and how they behave.
import type {Clock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {ReadableStore} from '../api/types.ts';
import {parseBehaviour, type Behaviour} from '../world/behaviour.ts';
import {podsKey} from '../world/keys.ts';
import {isReady} from '../world/objects.ts';

const uidOf = ({metadata}: KubeObject): string => metadata.uid ?? '';

/** Follows the pods by our clock: the API tells of readiness in whole seconds, which are minutes of a fast world. */
export const followReadiness = (store: ReadableStore, clock: Clock) => {
	const since = new Map<string, number>();
	const behaviours = new Map<string, Behaviour>();
	store.watch(podsKey, {}, ({type, object}) => {
		const uid = uidOf(object);
		if (type === 'DELETED') {
			since.delete(uid);
			behaviours.delete(uid);
		} else if (!isReady(object)) {
			since.delete(uid);
		} else if (!since.has(uid)) {
			since.set(uid, clock.now());
		}
	});
	return {
		readySince: (pod: KubeObject) => since.get(uidOf(pod)),
		behaviourOf(pod: KubeObject): Behaviour {
			const known = behaviours.get(uidOf(pod)) ?? parseBehaviour(pod.metadata.annotations ?? {}, () => {});
			behaviours.set(uidOf(pod), known);
			return known;
		},
	};
};
