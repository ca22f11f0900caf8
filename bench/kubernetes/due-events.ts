// The events of a rollout that anyone waits for, and how many of them can be read in the cluster.
import {events, pathOf} from '../../services/kubernetes/resources.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Client} from '../../sandbox/real/control-plane/client.ts';
import {namespacesOf, STEPS, type Place} from './objects.ts';

type EventObject = KubeObject & {readonly involvedObject: {readonly name: string}; readonly message?: string};
type Page = {readonly metadata: {readonly continue?: string}; readonly items: readonly EventObject[] | null};

const PAGE = '500';

/** The ten texts of a rollout of five steps; the peer's and ours are the same. */
export const dueTexts: readonly RegExp[] = [
	/^New revision detected! Scaling up /,
	/^Starting canary analysis for /,
	...Array.from({length: STEPS}, (_, step) => new RegExp(`^Advance \\S+ canary weight ${(step + 1) * 10}$`)),
	/^Copying /,
	/^Routing all traffic to primary$/,
	/^Promotion completed! /,
];

const eventsIn = async (client: Client, namespace: string): Promise<readonly EventObject[]> => {
	const found: EventObject[] = [];
	let next = '';
	do {
		const query = new URLSearchParams({fieldSelector: 'involvedObject.kind=Canary', limit: PAGE});
		if (next !== '') {
			query.set('continue', next);
		}

		const page = (await client.call('GET', `${pathOf(events, namespace)}?${query.toString()}`)) as Page;
		found.push(...(page.items ?? []));
		next = page.metadata.continue ?? '';
	} while (next !== '');

	return found;
};

/** How many of the due texts were said of their Canaries; one that was said twice counts once. */
export const eventsDelivered = async (client: Client, places: readonly Place[]): Promise<number> => {
	const delivered = new Set<string>();
	for (const namespace of namespacesOf(places)) {
		for (const {involvedObject, message = ''} of await eventsIn(client, namespace)) {
			const which = dueTexts.findIndex((text) => text.test(message));
			if (which !== -1) {
				delivered.add(`${namespace}/${involvedObject.name} ${which}`);
			}
		}
	}

	return delivered.size;
};
