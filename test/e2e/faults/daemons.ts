// Daemons that look after one namespace each, behind a proxy of their own: in this process, or in one that dies by -9.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {startDaemon, type DaemonConfig} from '../../../index.ts';
import type {Log} from '../../../services/log.ts';
import type {Ground} from '../cluster.ts';
import {startProxy, type Proxy, type Rule, type Upstream} from './proxy.ts';

export type Place = {readonly ground: Ground; readonly upstream: Upstream; readonly namespace: string};

export type Guarded = {
	readonly proxy: Proxy;
	/** What it complained about. */
	readonly complaints: readonly string[];
	readonly ready: Promise<void>;
	stop(): Promise<void>;
};

const configOf = ({ground, namespace}: Place, server: string): DaemonConfig => ({
	server,
	metricsServer: ground.mesh.url,
	meshProvider: 'istio',
	intervalMs: 60_000,
	namespaces: [namespace],
	logLevel: 'warn',
	port: 0,
	speed: ground.speed,
});

/** A daemon in this process. */
export const startInside = async (place: Place, rule?: Rule): Promise<Guarded> => {
	const proxy = await startProxy(place.upstream, rule);
	const complaints: string[] = [];
	const complain = (message: string, fields: object = {}): void => {
		complaints.push(`${message} ${JSON.stringify(fields)}`);
	};
	const log: Log = {debug() {}, info() {}, warn: complain, error: complain};
	const daemon = await startDaemon(configOf(place, proxy.url), {log});
	return {
		proxy,
		complaints,
		ready: daemon.ready,
		async stop() {
			await daemon.stop();
			await proxy.stop();
		},
	};
};

export type Mortal = {
	readonly proxy: Proxy;
	/** The write with which it was killed; undefined for one that was stopped before. */
	readonly died: Promise<string | undefined>;
	stop(): Promise<void>;
};

const PROGRAM = path.join(import.meta.dirname, 'daemon.ts');
/** Half the time of a start goes into reading the program. */
const CACHE = path.join(tmpdir(), 'aviary-compile-cache');

/** A daemon in a process of its own, killed by SIGKILL when its `write`-th write was applied and not yet answered. */
export const startMortal = async (place: Place, write: number): Promise<Mortal> => {
	const death = Promise.withResolvers<string | undefined>();
	const proxy = await startProxy(place.upstream, (call) =>
		call.isWrite && call.write === write
			? async ({apply}) => {
					await apply();
					child.kill('SIGKILL');
					proxy.sever();
					death.resolve(call.kind);
				}
			: undefined,
	);
	const child = spawn(process.execPath, [PROGRAM, JSON.stringify(configOf(place, proxy.url))], {
		stdio: ['pipe', 'ignore', 'ignore'],
		env: {...process.env, NODE_COMPILE_CACHE: CACHE},
	});
	const ended = once(child, 'exit');
	return {
		proxy,
		died: death.promise,
		async stop() {
			child.kill('SIGKILL');
			await ended;
			death.resolve(undefined);
			await proxy.stop();
		},
	};
};
