// Routes as the proxies hear of them: some time after the API server has them.
import type {Clock} from '../../../services/clock.ts';
import type {ReadableStore, WatchEvent} from '../../api/types.ts';
import {followKind} from '../informer.ts';
import {gatewaysKey, httpRoutesKey, virtualServicesKey} from '../keys.ts';
import type {RouteKind} from './table.ts';

type Parts = {
	readonly store: ReadableStore;
	readonly clock: Clock;
	/** How long (of the clock) a changed route takes to reach the proxies. */
	readonly proxyDelayMs: number;
};

/** Calls with each route as the proxies hear of it; those that are there already are known at once. */
export const followRoutes = (
	{store, clock, proxyDelayMs}: Parts,
	apply: (kind: RouteKind, event: WatchEvent) => void,
): (() => void) => {
	const delays = new Set<unknown>();
	const informers = {
		virtualServices: followKind(store, virtualServicesKey),
		gateways: followKind(store, gatewaysKey),
		httpRoutes: followKind(store, httpRoutesKey),
	};
	for (const kind of ['virtualServices', 'gateways', 'httpRoutes'] as const) {
		for (const object of informers[kind].all()) apply(kind, {type: 'ADDED', object});
		informers[kind].onEvent((event) => {
			if (proxyDelayMs <= 0) {
				apply(kind, event);
				return;
			}

			const delay = clock.setTimeout(() => {
				delays.delete(delay);
				apply(kind, event);
			}, proxyDelayMs);
			delays.add(delay);
		});
	}

	return () => {
		for (const delay of delays) clock.clearTimeout(delay);
		for (const informer of Object.values(informers)) informer.close();
	};
};
