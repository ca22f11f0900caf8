// This checkout against another commit, in turn on one machine in one run, so that a ratio says something where seconds
// do not: `npm run bench:paired -- --base REV`. Both are what they would ship, put together from their sources.
import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import {readOptions, type Options} from './options.ts';
import {measure, type Measurement} from './measurement.ts';
import {shippedFlags} from './subject.ts';

const execute = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '..', '..');
const MEGABYTES_MAX = 64 * 1024 * 1024;

const usage = `npm run bench:paired -- --base REV [--pairs 2] [--canaries 100] [--foreign none] [--idle 10s]
  --base REV   the commit to compare with; its packages are installed, and it is bundled, in a folder of its own
  --pairs N    how often both are measured, in turn
  further flags as of npm run bench
`;

const say = (text: string): void => {
	process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
};

/** The other commit, installed and bundled; the answer is the bundle's folder. */
const bundleOf = async (revision: string, folder: string): Promise<string> => {
	const run = (cwd: string, file: string, ...words: readonly string[]) =>
		execute(file, words, {cwd, maxBuffer: MEGABYTES_MAX});
	await run(ROOT, 'git', 'worktree', 'add', '--detach', '--force', folder, revision);
	await run(folder, 'npm', 'ci');
	await run(folder, 'npm', 'run', 'build');
	return path.join(folder, 'dist');
};

type Figure = {readonly name: string; readonly unit: string; readonly of: (measured: Measurement) => number};

/** What is compared; less is better in each. */
const figures: readonly Figure[] = [
	{name: 'a wave, until all have succeeded', unit: 's', of: ({rollout}) => rollout.phase.seconds},
	{name: 'a wave: the daemon’s CPU', unit: 's', of: ({rollout}) => rollout.phase.cpuSeconds},
	{name: 'a wave: memory at most (RSS)', unit: 'MB', of: ({rollout}) => rollout.phase.peakMb},
	{name: 'a wave: metric queries', unit: '', of: ({rollout}) => rollout.phase.queries},
	{name: 'memory at rest (RSS)', unit: 'MB', of: ({idle}) => idle.rssMb},
	{name: 'initialise all', unit: 's', of: ({initialise}) => initialise.seconds},
	{name: 'resume all', unit: 's', of: ({startUp}) => startUp.resumedSeconds ?? Number.NaN},
];

const median = (values: readonly number[]): number => {
	const sorted = values.toSorted((a, b) => a - b);
	const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
	return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
};

type Pair = {readonly now: Measurement; readonly base: Measurement};

/** A line a figure: the medians of both, and the median of the ratios pair by pair. */
const tableOf = (pairs: readonly Pair[]): string =>
	[
		'| | this | base | ratio, pair by pair |',
		'| --- | ---: | ---: | --- |',
		...figures.map(({name, unit, of}) => {
			const ratios = pairs.map(({now, base}) => of(now) / of(base));
			const cell = (values: readonly number[]): string => `${median(values).toFixed(1)} ${unit}`.trimEnd();
			const [now, base] = [pairs.map((one) => of(one.now)), pairs.map((one) => of(one.base))];
			const each = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
			return `| ${name} | ${cell(now)} | ${cell(base)} | ${median(ratios).toFixed(2)} (${each}) |`;
		}),
		'',
	].join('\n');

const compare = async (options: Options): Promise<void> => {
	const {base: revision, pairs: count} = options;
	if (revision === undefined) {
		throw new Error('--base is missing: name the commit to compare with');
	}

	const folder = await mkdtemp(path.join(tmpdir(), 'aviary-base-'));
	try {
		say(`installing and bundling ${revision}`);
		const bundle = await bundleOf(revision, folder);
		const flags = '--kubeconfig {kubeconfig} --metrics-server {metricsServer} --port {port}';
		const main = path.join(bundle, 'cli', 'main.js');
		const command = `${process.execPath} ${shippedFlags().join(' ')} ${main} daemon ${flags}`;
		for (const size of options.sizes) {
			const pairs: Pair[] = [];
			for (let pair = 1; pair <= count; pair++) {
				say(`pair ${pair} of ${count}, ${size} Canaries: this`);
				const now = await measure(options, size, say);
				say(`pair ${pair} of ${count}, ${size} Canaries: ${revision}`);
				pairs.push({now, base: await measure({...options, command}, size, say)});
			}

			process.stdout.write(`\n${size} Canaries, against ${revision}, ${count} pairs\n\n${tableOf(pairs)}`);
		}
	} finally {
		await execute('git', ['worktree', 'remove', '--force', folder], {cwd: ROOT}).catch(() => {});
		await rm(folder, {recursive: true, force: true});
	}
};

if (import.meta.main) {
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => process.exit(1));
	}

	const words = process.argv.slice(2);
	if (words.includes('--help')) {
		process.stdout.write(usage);
	} else {
		const options = readOptions(['--canaries', '100', '--foreign', 'none', '--idle', '10s', ...words]);
		await compare(options);
	}
}
