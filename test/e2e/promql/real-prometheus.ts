// Debian's Prometheus with recorded samples in it.
import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {freePorts, logTail, startChild} from '../../../sandbox/real/control-plane/children.ts';
import {eventually} from '../../../sandbox/real/control-plane/eventually.ts';

export type RealPrometheus = {
	/** Asks; answers status and body. With a form, posts it. */
	ask(path: string, parameters: URLSearchParams, how?: 'GET' | 'POST'): Promise<{status: number; body: string}>;
	stop(): Promise<void>;
};

const run = promisify(execFile);

/** Starts it with the samples, given as OpenMetrics text. Throws when `prometheus` or `promtool` is not installed. */
export const startRealPrometheus = async (openMetrics: string): Promise<RealPrometheus> => {
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-promql-'));
	const data = path.join(dir, 'data');
	await mkdir(data);
	await writeFile(path.join(dir, 'samples.txt'), openMetrics);
	await writeFile(path.join(dir, 'prometheus.yml'), 'scrape_configs: []\n');
	await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', path.join(dir, 'samples.txt'), data]);
	const [port = 0] = await freePorts(1);
	const url = `http://127.0.0.1:${port}`;
	const child = startChild(
		'prometheus',
		'prometheus',
		[
			`--config.file=${path.join(dir, 'prometheus.yml')}`,
			`--storage.tsdb.path=${data}`,
			'--storage.tsdb.retention.time=100y',
			`--web.listen-address=127.0.0.1:${port}`,
		],
		path.join(dir, 'log'),
	);
	await eventually('Prometheus is ready', async () => {
		if (!child.isRunning()) throw new Error(`prometheus ended:\n${logTail(child)}`);
		const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
		await answer?.text();
		return answer?.status === 200 ? true : undefined;
	});
	return {
		async ask(endpoint, parameters, how = 'GET') {
			const answer =
				how === 'GET'
					? await fetch(`${url}${endpoint}?${String(parameters)}`)
					: await fetch(`${url}${endpoint}`, {method: 'POST', body: parameters});
			return {status: answer.status, body: await answer.text()};
		},
		async stop() {
			await child.stop();
			await rm(dir, {recursive: true, force: true});
		},
	};
};
