// The doors to what is neither the API server nor Prometheus: webhooks and notifiers. One for each proxy.
import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import {createDoor, type Door, type Transport} from './door.ts';
import {createGotTransport} from './got-transport.ts';

export type OuterDoors = {
	/** Through this HTTP proxy, or straight. Errors and log name the origin of an address alone. */
	through(proxy: string | undefined): Door;
	close(): Promise<void>;
};

export type OuterDoorsOptions = {
	readonly clock: Clock;
	readonly log: Log;
	readonly userAgent: string;
	/** In-process instead of sockets; then proxies are passed over. */
	readonly transport?: Transport | undefined;
};

export const createOuterDoors = ({transport, ...options}: OuterDoorsOptions): OuterDoors => {
	const doors = new Map<string, Door>();
	return {
		through(proxy = '') {
			let door = doors.get(proxy);
			if (door === undefined) {
				const behind = transport ?? createGotTransport(proxy === '' ? undefined : proxy);
				door = createDoor({...options, transport: behind, discreet: true});
				doors.set(proxy, door);
			}

			return door;
		},
		async close() {
			await Promise.all([...doors.values()].map((door) => door.close()));
		},
	};
};
