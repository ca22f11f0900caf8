// How long the command takes to start, what the idle daemon holds in memory, and how large it is: from the sources with
// their packages, and as the bundle that ships. Run: npm run bench:startup
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {cpus, tmpdir} from 'node:os';
import path from 'node:path';
import {bundleInto} from '../build/bundle.ts';
import {writePackage} from '../build/package.ts';

const ROOT = path.join(import.meta.dirname, '..');
const RUNS = 5;

const median = (values: readonly number[]): number =>
	values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const megabytesBelow = (folder: string): number =>
	readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter((entry) => entry.isFile())
		.reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0) / 1e6;

/** An API server without any Canary: lists are empty, watches stay open. */
const startEmptyServer = async (): Promise<{url: string; close(): void}> => {
	const server = createServer((request, response) => {
		response.writeHead(200, {'content-type': 'application/json'});
		if (request.url?.includes('watch=')) {
			response.flushHeaders();
		} else {
			response.end(JSON.stringify({kind: 'List', apiVersion: 'v1', metadata: {resourceVersion: '1'}, items: []}));
		}
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
};

/** Seconds that `version` takes. */
const versionSeconds = (main: string): number => {
	const begun = performance.now();
	const {status, stderr} = spawnSync(process.execPath, [main, 'version'], {encoding: 'utf8'});
	if (status !== 0) {
		throw new Error(stderr);
	}

	return (performance.now() - begun) / 1000;
};

type Start = {readonly seconds: number; readonly megabytes: number};

/** Starts the daemon, waits until it says that it is ready, and reads from the system what it holds. */
const startDaemon = async (main: string, kubeconfig: string): Promise<Start> => {
	const begun = performance.now();
	const flags = ['daemon', '--kubeconfig', kubeconfig, '--port', '0'];
	const child = spawn(process.execPath, [main, ...flags], {stdio: ['ignore', 'pipe', 'pipe']});
	const {promise, resolve, reject} = Promise.withResolvers<number>();
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			said += text;
			if (said.includes('Started operator')) {
				resolve((performance.now() - begun) / 1000);
			}
		});
	}

	child.once('exit', () => {
		reject(new Error(`the daemon ended: ${said}`));
	});
	try {
		const seconds = await promise;
		const [, kilobytes = ''] =
			/^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8')) ?? [];
		return {seconds, megabytes: Number(kilobytes) / 1000};
	} finally {
		child.kill('SIGKILL');
	}
};

const row = async (name: string, main: string, kubeconfig: string, size: number): Promise<string> => {
	const versions: number[] = [];
	const starts: Start[] = [];
	for (let run = 0; run < RUNS; run++) {
		versions.push(versionSeconds(main));
		starts.push(await startDaemon(main, kubeconfig));
	}

	const cells = [
		`${median(versions).toFixed(2)} s`,
		`${median(starts.map(({seconds}) => seconds)).toFixed(2)} s`,
		`${median(starts.map(({megabytes}) => megabytes)).toFixed(0)} MB`,
		`${size.toFixed(1)} MB`,
	];
	return `| ${name} | ${cells.join(' | ')} |`;
};

/** What the sources need to run: the files of the packages that the bundle takes code from, whole. */
const packagesSize = async (outdir: string): Promise<number> => {
	const {inputs} = await bundleInto(outdir);
	const folders = Object.keys(inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
	return [...new Set(folders)].reduce((sum, folder) => sum + megabytesBelow(path.join(ROOT, folder)), 0);
};

const dir = await mkdtemp(path.join(tmpdir(), 'aviary-start-up-'));
const server = await startEmptyServer();
try {
	const kubeconfig = path.join(dir, 'kubeconfig');
	const config = {
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{name: 'empty', cluster: {server: server.url}}],
		contexts: [{name: 'empty', context: {cluster: 'empty', user: ''}}],
		'current-context': 'empty',
	};
	await writeFile(kubeconfig, JSON.stringify(config));
	const shipped = path.join(dir, 'package');
	await writePackage(shipped);
	const sources = await packagesSize(path.join(dir, 'bundle'));
	const {model = 'unknown'} = cpus()[0] ?? {};
	process.stdout.write(
		[
			`${model}, ${cpus().length} cores, Node ${process.versions.node}, median of ${RUNS}`,
			'',
			'| | `aviary version` | daemon until ready | memory then (RSS) | on disk |',
			'|---|---|---|---|---|',
			await row('sources and their packages', path.join(ROOT, 'cli', 'main.ts'), kubeconfig, sources),
			await row('bundle', path.join(shipped, 'cli', 'main.js'), kubeconfig, megabytesBelow(path.join(shipped, 'cli'))),
			'',
		].join('\n'),
	);
} finally {
	server.close();
	await rm(dir, {recursive: true, force: true});
}
