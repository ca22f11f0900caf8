// ReplicaSets that are nobody's, as `kubectl delete --cascade=orphan` leaves them, go to whose selector they match.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {Store} from '../../api/types.ts';
import type {Informer} from '../informer.ts';
import {replicaSetsKey} from '../keys.ts';
import {controllerOf, controllerReference, isMatch, specOf, type LabelSelector} from '../objects.ts';

/** Makes the Deployment the controller of the orphans that it selects. */
export const adoptReplicaSets = (
	deployment: KubeObject,
	{store, replicaSets, by}: {readonly store: Store; readonly replicaSets: Informer; readonly by: string},
): void => {
	const {selector} = specOf<{readonly selector?: LabelSelector}>(deployment);
	if (selector === undefined) return;
	const orphans = [...replicaSets.inNamespace(deployment.metadata.namespace ?? '')].filter(
		(each) =>
			controllerOf(each) === undefined &&
			each.metadata.deletionTimestamp === undefined &&
			isMatch(selector, each.metadata.labels ?? {}),
	);
	for (const orphan of orphans) {
		const ownerReferences = [...(orphan.metadata.ownerReferences ?? []), controllerReference(deployment)];
		store.update(replicaSetsKey, {...orphan, metadata: {...orphan.metadata, ownerReferences}}, by);
	}
};
