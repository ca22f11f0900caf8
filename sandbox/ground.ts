// The cluster that a sandbox stands on: the embedded API, or real binaries (real/ground.ts). Both look the same here.
import {wallClock} from '../services/clock.ts';
import type {Log} from '../services/log.ts';
import {systemRandom} from '../services/random.ts';
import {writeKubeconfig} from './api/kubeconfig.ts';
import {startApiServer} from './api/server.ts';
import type {ReadableStore} from './api/types.ts';
import {createDaemonLog, daemonObjects} from './daemon-log.ts';
import {handsOf, startEmbedded} from './embedded.ts';
import {startGateway} from './gateway/server.ts';
import type {Hands} from './scenario/hands.ts';
import type {Faults} from './scenario/faults.ts';
import {nodeObjects} from './world/nodes.ts';
import type {World} from './world/world.ts';

export type GroundOptions = {
	readonly speed: number;
	/** Of the API server; 0 takes a free one. */
	readonly port: number;
	readonly gatewayPort: number;
	readonly rps: number;
	readonly log: Log;
	readonly faults: Faults;
};

export type Ground = {
	/** Of the API server. */
	readonly url: string;
	readonly gatewayUrl: string;
	/** The objects, to be watched. */
	readonly store: ReadableStore;
	readonly world: World;
	readonly hands: Hands;
	/** How the daemon reaches the API server. */
	readonly connection: {readonly server: string} | {readonly kubeconfig: string};
	/** For the daemon to write to. */
	readonly daemonLog: Log;
	/** Writes the kubeconfig with which its user finds the cluster. */
	/** `page` is where the daemon's page answers. */
	writeKubeconfig(file: string, page?: string): Promise<void>;
	stop(): Promise<void>;
};

const podLogOf = ({namespace, name}: {namespace: string; name: string}): string =>
	`{"level":"info","msg":"simulated pod ${name}.${namespace} answers as its annotations say"}\n`;

/** Puts sockets before an embedded cluster. */
export const startEmbeddedGround = async (options: GroundOptions): Promise<Ground> => {
	const {speed, log, rps, port, faults} = options;
	const embedded = await startEmbedded({clock: wallClock, random: systemRandom, speed, log, rps});
	const daemonLog = createDaemonLog(log, wallClock);
	embedded.apply([...nodeObjects(wallClock.now()), ...daemonObjects]);
	const gateway = await startGateway({world: embedded.world, port: options.gatewayPort, log});
	const api = await startApiServer({
		store: embedded.store,
		port,
		log,
		podLog: (pod) => daemonLog.of(pod) ?? podLogOf(pod),
		fetchInWorld: (call, signal) => embedded.world.fetchInWorld(call, signal),
		gatewayUrl: gateway.url,
		behind: (handler) => faults.behind(handler),
	});
	return {
		url: api.url,
		gatewayUrl: gateway.url,
		store: embedded.store,
		world: embedded.world,
		hands: handsOf(embedded),
		connection: {server: api.url},
		daemonLog: daemonLog.log,
		writeKubeconfig: (file, page) => writeKubeconfig(file, api.url, page),
		async stop() {
			embedded.stop();
			await Promise.all([api.close(), gateway.close()]);
		},
	};
};
