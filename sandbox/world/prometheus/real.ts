// A real Prometheus in place of the simulated one: somebody else's, or Debian's as a child that scrapes the sandbox.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer, type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {sleep, type Clock} from '../../../services/clock.ts';
import {DAEMON_PATH} from './server.ts';

export type RealPrometheus = {readonly url: string; stop(): Promise<void>};

/** A Prometheus that cannot be used, with what to do about it. */
export class NoPrometheus extends Error {
	readonly remedy: string;

	constructor(message: string, remedy: string) {
		super(message);
		this.name = 'NoPrometheus';
		this.remedy = remedy;
	}
}

const SCRAPE_SECONDS = 1;
const READY_MS = 30_000;
const POLL_MS = 100;
const STOP_MS = 5000;

/** A left-open window of this many intervals has three samples or more, and two when a scrape fails. */
const SCRAPES_IN_WINDOW = 3;

/**
 * Up to which speed a window (ms of world time) is long enough for what a Prometheus scrapes each second: windows are
 * divided by the speed, its scrapes are not.
 */
export const speedForScrapes = (windowMs: number): number => windowMs / 1000 / (SCRAPE_SECONDS * SCRAPES_IN_WINDOW);

/** The configuration with which a Prometheus scrapes the sandbox. */
const configOf = (target: string): string =>
	[
		'global:',
		`  scrape_interval: ${SCRAPE_SECONDS}s`,
		`  scrape_timeout: ${SCRAPE_SECONDS}s`,
		'scrape_configs:',
		'  - job_name: aviary-sandbox',
		'    honor_labels: true',
		'    static_configs:',
		`      - targets: ['${new URL(target).host}']`,
		'  - job_name: aviary',
		`    metrics_path: ${DAEMON_PATH}`,
		'    static_configs:',
		`      - targets: ['${new URL(target).host}']`,
		'',
	].join('\n');

const freePort = async (): Promise<number> => {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
};

const isReady = async (url: string): Promise<boolean> => {
	const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
	await answer?.arrayBuffer().catch(() => {});
	return answer?.status === 200;
};

/**
 * Starts `prometheus` from PATH, which scrapes the target's counters and the daemon's metrics each second into a temporary folder. It answers
 * once it is ready; it ends with `stop`, or with this process. Throws NoPrometheus.
 */
export const startRealPrometheus = async (target: string, clock: Clock): Promise<RealPrometheus> => {
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-prometheus-'));
	const config = path.join(dir, 'prometheus.yml');
	await writeFile(config, configOf(target));
	const url = `http://127.0.0.1:${await freePort()}`;
	const listen = new URL(url).host;
	const child = spawn(
		'prometheus',
		[`--config.file=${config}`, `--storage.tsdb.path=${dir}/data`, `--web.listen-address=${listen}`],
		{stdio: ['ignore', 'ignore', 'pipe']},
	);
	let said = '';
	let failure: Error | undefined;
	child.stderr.on('data', (chunk: Buffer) => {
		said = (said + chunk.toString('utf8')).slice(-2000);
	});
	child.on('error', (error) => {
		failure = error;
	});
	const isOver = (): boolean => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
	const kill = (): void => {
		child.kill('SIGKILL');
	};
	process.once('exit', kill);
	const stop = async (): Promise<void> => {
		process.off('exit', kill);
		if (!isOver()) {
			const ended = once(child, 'exit');
			child.kill('SIGTERM');
			const timer = clock.setTimeout(kill, STOP_MS);
			await ended;
			clock.clearTimeout(timer);
		}

		await rm(dir, {recursive: true, force: true});
	};

	const deadline = clock.monotonic() + READY_MS;
	while (!(await isReady(url))) {
		if (isOver() || clock.monotonic() > deadline) {
			await stop();
			const isMissing = (failure as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
			throw isMissing
				? new NoPrometheus(
						'--prometheus auto: there is no program `prometheus` on the PATH',
						'Install it (Debian: apt-get install prometheus), give the address of one, or leave --prometheus out.',
					)
				: new NoPrometheus(
						`--prometheus auto: prometheus did not start: ${said.trim().split('\n').at(-1) ?? String(failure)}`,
						'Start `prometheus` by itself to see why, or leave --prometheus out.',
					);
		}

		await sleep(clock, POLL_MS);
	}

	return {url, stop};
};
