// `aviary sandbox`: starts the sandbox, prints what happens, and ends when it is told to.
import {readFile} from 'node:fs/promises';
import pc from 'picocolors';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {wallClock} from '../services/clock.ts';
import {createLog} from '../services/telemetry/log.ts';
import type {Level} from '../services/telemetry/log.ts';
import {objectsOf} from '../sandbox/embedded.ts';
import type {Scenario, Shape} from '../sandbox/scenarios.ts';
import {startSandbox} from '../sandbox/sandbox.ts';
import {onStopSignal} from './signals.ts';
import type {EventLine, Sandbox, StateLine} from '../sandbox/sandbox.ts';

/** The command's flags, already checked. */
export type SandboxFlags = {
	readonly speed: number;
	readonly scenario: Scenario;
	readonly shape: Shape;
	readonly filename: readonly string[];
	readonly kubeconfigOut?: string;
	readonly exitWhen?: 'finished' | 'failed';
	readonly output: 'text' | 'json';
	readonly port: number;
	readonly rps: number;
	readonly logLevel: Level;
};

type Printer = {
	started(sandbox: Sandbox, flags: SandboxFlags): void;
	event(line: EventLine): void;
	state(line: StateLine): void;
};

const print = (text: string): void => {
	process.stdout.write(`${text}\n`);
};

const jsonPrinter: Printer = {
	started() {},
	event(line) {
		print(JSON.stringify(line));
	},
	state(line) {
		print(JSON.stringify(line));
	},
};

const clockTime = (): string => new Date().toISOString().slice(11, 19);

const textPrinter: Printer = {
	started({kubeconfig, url, prometheusUrl, metricsUrl}, {speed, scenario}) {
		print(
			[
				'',
				`  ${pc.bold('Aviary sandbox')}  ${pc.dim(`a small Kubernetes on this machine; time runs ${speed} times faster`)}`,
				'',
				`  API server   ${url}`,
				`  Prometheus   ${prometheusUrl}`,
				`  Metrics      ${metricsUrl}`,
				`  Try          ${pc.cyan(`kubectl --kubeconfig ${kubeconfig} -n test describe canary/podinfo`)}`,
				'',
				scenario === 'none'
					? '  Nothing is deployed: apply your own manifests. Ctrl-C ends it.'
					: `  Scenario ${pc.bold(scenario)}: podinfo 1.2.0 is released over 1.1.1. Ctrl-C ends it.`,
				'',
			].join('\n'),
		);
	},
	event({type, object, message}) {
		const mark = type === 'Warning' ? pc.yellow('!') : pc.green('✓');
		print(`${pc.dim(clockTime())} ${mark} ${message} ${pc.dim(object)}`);
	},
	state({canary, from, to}) {
		print(`${pc.dim(clockTime())} ${pc.cyan('→')} ${canary} ${pc.dim(from === '' ? 'begins' : from)} → ${pc.bold(to)}`);
	},
};

/** Reads manifests; throws with the file's name. */
const readManifests = async (files: readonly string[]): Promise<readonly KubeObject[]> => {
	const texts = await Promise.all(
		files.map(async (file) => {
			try {
				return objectsOf(await readFile(file, 'utf8'));
			} catch (error) {
				throw new Error(`-f ${file}: ${(error as Error).message}`, {cause: error});
			}
		}),
	);
	return texts.flat();
};

/** Runs the sandbox until a signal or `--exit-when`; answers the exit code. */
export const runSandbox = async (flags: SandboxFlags): Promise<number> => {
	const printer = flags.output === 'json' ? jsonPrinter : textPrinter;
	const objects = await readManifests(flags.filename);
	let end = (_: number): void => {};
	const ended = new Promise<number>((resolve) => {
		end = resolve;
	});
	const sandbox = await startSandbox({
		...flags,
		objects,
		log: createLog({level: flags.logLevel, clock: wallClock}),
		onEvent: (line) => {
			printer.event(line);
		},
		onState: (line) => {
			printer.state(line);
		},
		onEnd(phase) {
			if (flags.exitWhen !== undefined) {
				const wanted = flags.exitWhen === 'finished' ? 'Succeeded' : 'Failed';
				end(phase === wanted ? 0 : 1);
			}
		},
		onReady: (started) => {
			printer.started(started, flags);
		},
	});
	const stop = onStopSignal();
	const code = await Promise.race([ended, stop.asked.then(() => 0)]);
	await sandbox.stop();
	return code;
};
