#!/usr/bin/env node
// Finds a Node that runs the command: TypeScript as it is in the sources, a bundle where it is installed. Plain JavaScript
// that Node 20 understands, for it may be the operating system's Node that starts this file.
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {constants} from 'node:os';
import {createRequire} from 'node:module';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const LEAST = 24;
const here = dirname(fileURLToPath(import.meta.url));
const isSource = existsSync(join(here, 'main.ts'));
const main = join(here, isSource ? 'main.ts' : 'main.js');
const remedy = isSource ? 'run npm ci' : 'install aviary with its optional dependencies, which bring one';

/** Names under which it is one of the commands: rollout-cli was there first, the other is what kubectl runs on TAB. */
const names = {'rollout-cli': ['rollout'], 'kubectl_complete-aviary': ['__complete', '--']};
process.argv.splice(2, 0, ...(names[basename(process.argv[1] ?? '')] ?? []));

/** The Node that this package's own optional dependency brought along. */
const pinnedNode = () => {
	const require = createRequire(import.meta.url);
	try {
		const manifest = require.resolve(`node-${process.platform}-${process.arch}/package.json`);
		const file = join(dirname(manifest), 'bin', 'node');
		return existsSync(file) ? file : undefined;
	} catch {
		return undefined;
	}
};

/** Runs the command in a child and ends as it ends: with its code, or by the signal that ended it. */
const runWith = (node) => {
	const child = spawn(node, [main, ...process.argv.slice(2)], {stdio: 'inherit'});
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
		process.on(signal, () => child.kill(signal));
	}

	child.on('error', (error) => {
		process.stderr.write(`aviary: cannot start ${node}: ${error.message}; ${remedy}\n`);
		process.exitCode = 1;
	});
	child.on('exit', (code, signal) => {
		if (signal === null) {
			process.exitCode = code ?? 1;
			return;
		}

		process.exitCode = 128 + (constants.signals[signal] ?? 0);
		process.removeAllListeners(signal);
		process.kill(process.pid, signal);
	});
};

if (Number.parseInt(process.versions.node, 10) >= LEAST) {
	const {runProcess} = await import(pathToFileURL(main).href);
	await runProcess();
} else {
	const node = pinnedNode();
	if (node === undefined) {
		process.stderr.write(
			`aviary: needs Node ${LEAST} or newer and this is ${process.versions.node}; install it, or ${remedy}\n`,
		);
		process.exitCode = 1;
	} else {
		runWith(node);
	}
}
