// Two replicas of the daemon, each a process with an account of its own, so that the audit log tells them apart.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type {DaemonConfig} from '../../index.ts';
import {sleep, wallClock} from '../../services/clock.ts';
import {LEASE_NAME} from '../../services/election/lease.ts';
import {leases, pathOf} from '../../services/kubernetes/resources.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {ACCOUNT, type Ground} from './cluster.ts';

export const NAMESPACE = 'aviary-system';
const SECOND = `system:serviceaccount:${NAMESPACE}:second`;
const PROGRAM = path.join(import.meta.dirname, 'replica.ts');
const POLL_MS = 5;

/** Shorter than the defaults by five, and in the same proportions. */
export const timing = {durationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 400};

export type Replica = {
	readonly account: string;
	/** What `aviary_leader` says. */
	leads(): Promise<boolean>;
	signal(name: NodeJS.Signals): void;
	/** The exit code; null when a signal has ended it. */
	readonly ended: Promise<number | null>;
	/** Ends it whatever it does. */
	stop(): Promise<void>;
};

/** Gives the second account what the first has. */
export const allowSecond = async (ground: Ground): Promise<void> => {
	const who = `--serviceaccount=${NAMESPACE}:second`;
	await ground.kubectl(['create', 'clusterrolebinding', 'second', '--clusterrole=aviary', who]);
	await ground.kubectl(['create', 'rolebinding', 'second', '-n', NAMESPACE, '--role=aviary-leader-election', who]);
};

const startReplica = async ({plane, mesh, speed}: Ground, namespace: string, account: string): Promise<Replica> => {
	const config: DaemonConfig = {
		kubeconfig: await plane.kubeconfigFor(account),
		metricsServer: mesh.url,
		meshProvider: 'istio',
		intervalMs: 60_000,
		namespaces: [namespace],
		logLevel: 'error',
		port: 0,
		leaderElection: {namespace: NAMESPACE, ...timing},
		speed,
	};
	const child = spawn(process.execPath, [PROGRAM, JSON.stringify(config)], {stdio: ['pipe', 'pipe', 'inherit']});
	const ended = once(child, 'exit').then(([code]) => code as number | null);
	const [line] = (await once(child.stdout, 'data')) as [Buffer];
	const url = String(line).trim();
	return {
		account,
		async leads() {
			return /^aviary_leader 1$/m.test(await (await fetch(url)).text());
		},
		signal(name) {
			child.kill(name);
		},
		ended,
		async stop() {
			child.kill('SIGKILL');
			await ended;
		},
	};
};

/** Two replicas that look after one namespace: first the one that leads. */
export const startPair = async (ground: Ground, namespace: string): Promise<readonly [Replica, Replica]> => {
	const one = await startReplica(ground, namespace, ACCOUNT);
	for (let tries = 0; !(await one.leads()) && tries < 200; tries++) await sleep(wallClock, 50);
	return [one, await startReplica(ground, namespace, SECOND)];
};

const holder = async ({client}: Ground): Promise<string> => {
	const lease = (await client.call('GET', pathOf(leases, NAMESPACE, LEASE_NAME))) as KubeObject;
	return String(lease.spec?.['holderIdentity']);
};

/** Does it, and answers after how many ms another replica has taken the Lease. */
export const handOverMs = async (ground: Ground, act: () => void, maxMs = 15_000): Promise<number> => {
	const former = await holder(ground);
	const begun = wallClock.monotonic();
	act();
	for (;;) {
		const now = await holder(ground);
		const ms = wallClock.monotonic() - begun;
		if (now !== '' && now !== former) return Math.round(ms);
		if (ms > maxMs) throw new Error(`no other replica has taken the Lease within ${maxMs} ms`);
		await sleep(wallClock, POLL_MS);
	}
};

type AuditLine = {
	readonly verb: string;
	readonly user: {readonly username: string};
	readonly objectRef?: {readonly namespace?: string; readonly resource?: string};
	readonly requestReceivedTimestamp: string;
};

/** What an account has written in a namespace since an instant of the wall clock. */
export const writesSince = async (
	{plane}: Ground,
	account: string,
	namespace: string,
	since: number,
): Promise<readonly string[]> =>
	(await readFile(plane.auditLog, 'utf8'))
		.split('\n')
		.filter((line) => line.endsWith('}'))
		.map((line) => JSON.parse(line) as AuditLine)
		.filter(({user, objectRef}) => user.username === account && objectRef?.namespace === namespace)
		.filter(({verb}) => ['create', 'patch', 'update', 'delete'].includes(verb))
		.filter(({requestReceivedTimestamp}) => Date.parse(requestReceivedTimestamp) >= since)
		.map(({verb, objectRef}) => `${verb} ${objectRef?.resource ?? ''}`);
