// What etcd still knows of an object's past: a list after an outage tells the last of its changes only.
import type {Client} from '../../sandbox/real/control-plane/client.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {pathOf} from '../../services/kubernetes/resources.ts';

const versionIn = ({metadata}: KubeObject): number => Number(metadata.resourceVersion ?? 0);

/** The object as it was right before its version was made; undefined when it was not there. */
const before = async (client: Client, kind: Resource, object: KubeObject): Promise<KubeObject | undefined> => {
	const {namespace, name} = object.metadata;
	const query = new URLSearchParams({
		fieldSelector: `metadata.name=${name}`,
		resourceVersion: String(versionIn(object) - 1),
		resourceVersionMatch: 'Exact',
	});
	const {items} = (await client.call('GET', `${pathOf(kind, namespace)}?${query.toString()}`)) as {
		items: readonly KubeObject[] | null;
	};
	return items?.[0];
};

/**
 * The states of an object after the version `since` and before the one that it is in, oldest first. Throws an ApiError
 * (410) when etcd has been compacted meanwhile, which the API server lets it do to what is older than five minutes.
 */
export const statesSince = async (
	client: Client,
	kind: Resource,
	object: KubeObject,
	since: number,
): Promise<readonly KubeObject[]> => {
	const state = await before(client, kind, object);
	if (state === undefined || versionIn(state) <= since) return [];
	const {apiVersion, kind: name} = object;
	const named = {...state, apiVersion, kind: name};
	return [...(await statesSince(client, kind, named, since)), named];
};
