// What a VirtualService of podinfo gives its canary.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

type Destination = {
	readonly destination?: {readonly host?: string; readonly subset?: string};
	readonly weight?: number;
};
type HttpRoute = {readonly route?: readonly Destination[]};

/** The weight that a VirtualService gives a host, or its subset named canary; the highest one of its routes. */
export const weightOf = (object: KubeObject | undefined, host: string): number => {
	const weights = ((object?.spec?.['http'] ?? []) as readonly HttpRoute[]).flatMap(({route = []}) =>
		route
			.filter(({destination: {host: named, subset} = {}}) =>
				subset === undefined ? named === host : subset === 'canary',
			)
			.map(({weight}) => weight ?? 0),
	);
	return Math.max(0, ...weights);
};
