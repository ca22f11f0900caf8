// Starts etcd, kube-apiserver and kube-controller-manager on loopback: a real control plane for one test file.
import {spawn} from 'node:child_process';
import {generateKeyPairSync, randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {text} from 'node:stream/consumers';
import {sleep, wallClock} from '../../../services/clock.ts';
import type {Log} from '../../../services/log.ts';
import {freePorts, logTail, startChild, type Child} from './children.ts';
import {createClient} from './client.ts';
import {apiServerFlags, controllerManagerFlags, etcdFlags, filesIn, type Files, type Ports} from './flags.ts';
import {startPeople, writeKubeconfig, type People} from './users.ts';

export type KubectlResult = {readonly stdout: string; readonly stderr: string; readonly code: number};

export type ControlPlane = {
	/** A kubeconfig of the group system:masters. */
	readonly adminKubeconfig: string;
	readonly url: string;
	readonly caFile: string;
	/** What service accounts asked for, one JSON object a line. */
	readonly auditLog: string;
	/** Runs the built kubectl as the administrator; add `--kubeconfig` to be someone else. Does not throw on failure. */
	kubectl(args: readonly string[], options?: {stdin?: string}): Promise<KubectlResult>;
	/**
	 * A new kubeconfig. `system:serviceaccount:NAMESPACE:NAME` gets a real token by TokenRequest, and is created if
	 * missing (its namespace must exist); anyone else is a person known by name and groups. Roles are the caller's.
	 */
	kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
	/** An outage: killed at once, with its data kept. */
	stopApiServer(): Promise<void>;
	startApiServer(): Promise<void>;
	/** The same for etcd, while the API server stays. Resolves when the API server is ready again. */
	stopEtcd(): Promise<void>;
	startEtcd(): Promise<void>;
	stop(): Promise<void>;
};

type Options = {
	readonly dir: string;
	readonly assets: string;
	readonly log: Log;
	/** Of the API server; without it, or 0, a free one. */
	readonly port?: number;
	/** More flags for the programs; they win over ours. */
	readonly flags?: {readonly apiServer?: readonly string[]; readonly controllerManager?: readonly string[]};
};

const READY_MS_MAX = 90_000;
const KUBECTL_MS_MAX = 120_000;
const TOKEN_LIFETIME = '10h';

/** Who uses which permission is wanted of service accounts alone; a line for an answer, none for its arrival. */
const auditPolicy = {
	apiVersion: 'audit.k8s.io/v1',
	kind: 'Policy',
	omitStages: ['RequestReceived'],
	rules: [{level: 'Metadata', userGroups: ['system:serviceaccounts']}, {level: 'None'}],
};

const writeSecrets = async (files: Files, adminToken: string): Promise<void> => {
	const keys = generateKeyPairSync('rsa', {
		modulusLength: 2048,
		privateKeyEncoding: {type: 'pkcs1', format: 'pem'},
		publicKeyEncoding: {type: 'spki', format: 'pem'},
	});
	await mkdir(files.certificates, {recursive: true});
	await writeFile(files.serviceAccountKey, keys.privateKey, {mode: 0o600});
	await writeFile(files.serviceAccountPublicKey, keys.publicKey);
	await writeFile(files.auditPolicy, JSON.stringify(auditPolicy));
	await writeFile(files.tokens, `${adminToken},admin,admin,system:masters\n`, {mode: 0o600});
};

/** Polls until the server says that it is ready; fails early when it has died, and in the end anyway. */
const waitUntilReady = async (child: Child, url: string, caFile: string, token: string): Promise<void> => {
	const deadline = wallClock.monotonic() + READY_MS_MAX;
	let last: unknown = 'no certificate yet';
	while (child.isRunning() && wallClock.monotonic() < deadline) {
		if (existsSync(caFile)) {
			const client = createClient({url, ca: readFileSync(caFile), token});
			try {
				await client.call('GET', '/readyz');
				return;
			} catch (error) {
				last = error;
			} finally {
				await client.close();
			}
		}

		await sleep(wallClock, 100);
	}

	await child.stop();
	throw new Error(`${child.name} did not become ready: ${String(last)}\n${logTail(child)}`);
};

const runKubectl = async (program: string, args: readonly string[], stdin = ''): Promise<KubectlResult> => {
	const child = spawn(program, args, {
		// Not the caller's: a kubeconfig, a proxy or a plugin of the machine must not take part.
		env: {PATH: process.env['PATH'], HOME: path.dirname(program)},
		stdio: 'pipe',
		timeout: KUBECTL_MS_MAX,
		killSignal: 'SIGKILL',
	});
	// Broken when kubectl ends without having read everything.
	child.stdin.on('error', () => {});
	child.stdin.end(stdin);
	const [stdout, stderr, [code]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, 'close') as Promise<[number | null]>,
	]);
	return {stdout, stderr, code: code ?? -1};
};

type Kubectl = ControlPlane['kubectl'];

const serviceAccountToken = async (kubectl: Kubectl, namespace: string, name: string): Promise<string> => {
	const created = await kubectl(['create', 'serviceaccount', name, '-n', namespace]);
	if (created.code !== 0 && !created.stderr.includes('already exists')) {
		throw new Error(created.stderr);
	}

	const token = await kubectl(['create', 'token', name, '-n', namespace, `--duration=${TOKEN_LIFETIME}`]);
	if (token.code !== 0) {
		throw new Error(token.stderr);
	}

	return token.stdout.trim();
};

const kubeconfigMaker = (dir: string, base: {url: string; caFile: string}, kubectl: Kubectl, people: People) => {
	let made = 0;
	return async (user: string, groups: readonly string[] = []): Promise<string> => {
		const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/u.exec(user) ?? [];
		if (namespace && groups.length > 0) {
			throw new Error('The groups of a service account are fixed');
		}

		const token = namespace && name ? await serviceAccountToken(kubectl, namespace, name) : people.admit(user, groups);
		made++;
		return writeKubeconfig(path.join(dir, `user-${made}.kubeconfig`), {...base, token});
	};
};

/** The three programs: etcd and the controllers run all the time, the API server comes and goes. */
const startPrograms = async ({dir, assets, flags = {}}: Options, files: Files, ports: Ports, token: string) => {
	const run = (name: string, flags: string[]): Child =>
		startChild(name, path.join(assets, name), flags, path.join(dir, `${name}.log`));
	const url = `https://127.0.0.1:${ports.apiServer}`;
	const running: Child[] = [];
	let apiServer: Child | undefined;
	let etcd: Child | undefined;
	const stopEtcd = async (): Promise<void> => {
		await etcd?.stop();
	};
	const startEtcd = async (): Promise<void> => {
		etcd = run('etcd', etcdFlags(files, ports));
		if (apiServer?.isRunning()) {
			await waitUntilReady(apiServer, url, files.ca, token);
		}
	};
	const startApiServer = async (): Promise<void> => {
		if (apiServer?.isRunning()) {
			return;
		}

		apiServer = run('kube-apiserver', [...apiServerFlags(files, ports), ...(flags.apiServer ?? [])]);
		await waitUntilReady(apiServer, url, files.ca, token);
	};
	const stopApiServer = async (): Promise<void> => {
		await apiServer?.stop();
	};
	const stop = async (): Promise<void> => {
		await Promise.all([...running.map((child) => child.stop()), stopApiServer(), stopEtcd()]);
	};

	try {
		await startEtcd();
		await startApiServer();
		running.push(
			run('kube-controller-manager', [...controllerManagerFlags(files), ...(flags.controllerManager ?? [])]),
		);
	} catch (error) {
		await stop();
		throw error;
	}

	return {startApiServer, stopApiServer, startEtcd, stopEtcd, stop};
};

/** Starts everything under `dir`, which also gets the programs' logs, and waits until the API server is ready. */
export const startControlPlane = async (options: Options): Promise<ControlPlane> => {
	const {dir, assets, log} = options;
	const started = wallClock.monotonic();
	const files = filesIn(dir);
	const adminToken = randomBytes(16).toString('hex');
	await writeSecrets(files, adminToken);
	const [etcd = 0, etcdPeer = 0, free = 0] = await freePorts(3);
	const apiServerPort = options.port || free;
	const url = `https://127.0.0.1:${apiServerPort}`;
	await writeKubeconfig(files.adminKubeconfig, {url, caFile: files.ca, token: adminToken});
	const people = await startPeople(files.people);
	const ports = {etcd, etcdPeer, apiServer: apiServerPort};
	const programs = await startPrograms(options, files, ports, adminToken).catch((error: unknown) => {
		people.close();
		throw error;
	});
	log.info('Control plane is ready', {url, ms: Math.round(wallClock.monotonic() - started), dir});
	const fixed = [`--cache-dir=${files.discoveryCache}`];
	const kubectl: Kubectl = (args, {stdin} = {}) => {
		const own = args.some((arg) => arg.startsWith('--kubeconfig'));
		const credentials = own ? [] : [`--kubeconfig=${files.adminKubeconfig}`];
		return runKubectl(path.join(assets, 'kubectl'), [...fixed, ...credentials, ...args], stdin);
	};

	return {
		adminKubeconfig: files.adminKubeconfig,
		url,
		caFile: files.ca,
		auditLog: files.auditLog,
		kubectl,
		kubeconfigFor: kubeconfigMaker(dir, {url, caFile: files.ca}, kubectl, people),
		startApiServer: programs.startApiServer,
		stopApiServer: programs.stopApiServer,
		startEtcd: programs.startEtcd,
		stopEtcd: programs.stopEtcd,
		async stop() {
			await programs.stop();
			people.close();
			log.info('Control plane has stopped', {url});
		},
	};
};
