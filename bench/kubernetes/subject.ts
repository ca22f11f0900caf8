// The operator that is measured, as a process of its own.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync, readFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {sleep, wallClock} from '../../services/clock.ts';
import {writePackage} from '../../build/package.ts';
import {freePorts} from '../../sandbox/real/control-plane/children.ts';
import type {Options} from './options.ts';
import {figuresOf, resetPeak, type Figures} from './process-figures.ts';
import type {Site} from './site.ts';

export type Subject = {
	figures(): Figures;
	resetPeak(): void;
	/** `/readyz` answers 200: what exists has an actor. Undefined for an operator that has no such path. */
	readonly readySeconds: Promise<number | undefined>;
	/** Canaries whose state its metrics tell. */
	resumed(): Promise<number>;
	/** Asks it to end, and waits. */
	stop(): Promise<void>;
};

const DOCKERFILE = new URL('../../Dockerfile', import.meta.url);
const POLL_MS = 50;
const READY_MS_MAX = 120_000;
const END_MS_MAX = 20_000;

/** The flags with which the image starts Node. */
export const shippedFlags = (): readonly string[] => {
	const [, entrypoint = '[]'] = /^ENTRYPOINT (\[.*\])$/mu.exec(readFileSync(DOCKERFILE, 'utf8')) ?? [];
	return (JSON.parse(entrypoint) as readonly string[]).filter((word) => word.startsWith('--'));
};

/** The command line of what Aviary ships, put together in the site's folder. */
const shippedCommand = async (dir: string, nodeFlags: readonly string[]): Promise<readonly string[]> => {
	const folder = path.join(dir, 'package');
	await writePackage(folder);
	const main = path.join(folder, 'cli', 'main.js');
	const flags = ['--kubeconfig', '{kubeconfig}', '--metrics-server', '{metricsServer}', '--port', '{port}'];
	return [process.execPath, ...shippedFlags(), ...nodeFlags, main, 'daemon', ...flags];
};

const readiness = async (url: string, isRunning: () => boolean): Promise<number | undefined> => {
	const begun = wallClock.monotonic();
	while (isRunning() && wallClock.monotonic() - begun < READY_MS_MAX) {
		const answer = await fetch(`${url}/readyz`).catch(() => undefined);
		await answer?.body?.cancel();
		if (answer?.ok) {
			return (wallClock.monotonic() - begun) / 1000;
		}

		if (answer?.status === 404) {
			return undefined;
		}

		await sleep(wallClock, POLL_MS);
	}

	throw new Error('the operator did not become ready');
};

/** Starts it. Fails later with the end of its log when it does not live. */
export const startSubject = async (site: Site, words: readonly string[]): Promise<Subject> => {
	const [port = 0] = await freePorts(1);
	const values: Readonly<Record<string, string>> = {
		kubeconfig: site.kubeconfig,
		metricsServer: site.metrics.url,
		port: String(port),
	};
	const [program = '', ...args] = words.map((word) =>
		word.replaceAll(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole),
	);
	const logFile = path.join(site.dir, 'operator.log');
	const log = openSync(logFile, 'a');
	const child = spawn(program, args, {stdio: ['ignore', log, log]});
	closeSync(log);
	const ended = once(child, 'exit').catch(() => {});
	const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
	const pid = child.pid ?? 0;
	const url = `http://127.0.0.1:${port}`;
	const kill = (): void => {
		child.kill('SIGKILL');
	};
	// It must not outlive us.
	process.once('exit', kill);
	const readySeconds = readiness(url, isRunning).catch((error: unknown) => {
		const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
		throw new Error(`${words.join(' ')}: ${String(error)}\n${tail}`);
	});
	readySeconds.catch(() => {});
	return {
		figures: () => figuresOf(pid),
		resetPeak: () => resetPeak(pid),
		readySeconds,
		async resumed() {
			const text = await (await fetch(`${url}/metrics`)).text();
			return text.split('\n').filter((line) => line.startsWith('aviary_canary_state{')).length;
		},
		async stop() {
			child.kill('SIGTERM');
			const timer = wallClock.setTimeout(kill, END_MS_MAX);
			await ended;
			wallClock.clearTimeout(timer);
			process.off('exit', kill);
		},
	};
};

/** The words of a command; quotes keep words together. */
const wordsOf = (line: string): readonly string[] =>
	[...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');

export const commandOf = async ({command, nodeFlags}: Options, dir: string): Promise<readonly string[]> =>
	command === undefined ? shippedCommand(dir, nodeFlags) : wordsOf(command);
