// The walk of the canary's chart in shards, one a menu: each in a thread, as many at once as there are processors, so
// that no shard waits for the sum of them and each has a bound of its own.
import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import {menus} from './menus.ts';
import type {Menu} from './pairs.ts';
import type {Found} from './walk.ts';

export type Shard = Found & {readonly cpuSeconds: number};

const walkOne = (index: number): Promise<Shard> =>
	new Promise((resolve, reject) => {
		new Worker(new URL('walk-shard.ts', import.meta.url), {workerData: index})
			.on('message', resolve)
			.on('error', reject)
			.on('exit', (code) => {
				reject(new Error(`the walk of ${menus[index]?.menu.name ?? index} ended with ${code} and found nothing`));
			});
	});

/** Begins all shards, in the order of the menus. */
export const walkInShards = (): ReadonlyArray<{readonly menu: Menu; readonly found: Promise<Shard>}> => {
	const shards = menus.map(({menu}, index) => ({menu, index, ...Promise.withResolvers<Shard>()}));
	const waiting = [...shards];
	const work = async (): Promise<void> => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			await walkOne(next.index).then(next.resolve, next.reject);
		}
	};

	for (let worker = 0; worker < availableParallelism(); worker += 1) void work();
	return shards.map(({menu, promise}) => ({menu, found: promise}));
};
