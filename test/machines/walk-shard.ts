// One shard of the walk, in a thread of its own: the canary's chart by one menu.
import process from 'node:process';
import {parentPort, workerData} from 'node:worker_threads';
import type {AnyStateMachine} from 'xstate';
import {canaryMachine} from '../../machines/canary.ts';
import {menus} from './menus.ts';
import {walk} from './walk.ts';
import type {Shard} from './walk-shards.ts';

const found = walk(canaryMachine as unknown as AnyStateMachine, menus.slice(workerData as number).slice(0, 1));
const {user, system} = process.threadCpuUsage();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port is no window
parentPort?.postMessage({...found, cpuSeconds: (user + system) / 1e6} satisfies Shard);
