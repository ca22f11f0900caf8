// What the operator costs a real API server and its own machine: `npm run bench`. Writes bench/results/NAME-N.json for
// each size, and docs/performance.md from all results.
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {machine} from './machine.ts';
import {measure} from './measurement.ts';
import {readOptions, usage, type Options} from './options.ts';
import type {Results} from './performance-page.ts';
import {writePerformancePage} from './write-docs.ts';

const say = (text: string): void => {
	process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
};

/** Measures all sizes that are asked for, and writes what each gave as soon as it is there. */
const run = async (options: Options): Promise<void> => {
	await mkdir(options.out, {recursive: true});
	for (const size of options.sizes) {
		const before = machine();
		const results: Results = {subject: options.name, machine: before, measured: await measure(options, size, say)};
		const file = path.join(options.out, `${options.name}-${size}.json`);
		await writeFile(file, `${JSON.stringify(results, undefined, '\t')}\n`);
		say(`wrote ${file}`);
	}

	await writePerformancePage();
};

if (import.meta.main) {
	// An operator must not outlive its measurement: what waits for the exit ends it.
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => process.exit(1));
	}

	if (process.argv.includes('--help')) {
		process.stdout.write(usage);
	} else {
		await run(readOptions(process.argv.slice(2)));
	}
}
