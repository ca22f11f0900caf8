// `aviary sandbox`: starts the sandbox, shows what happens, and ends when it is told to; or replays a recording.
import {readFile} from 'node:fs/promises';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {wallClock} from '../services/clock.ts';
import type {Log} from '../services/log.ts';
import {createLog} from '../services/telemetry/log.ts';
import type {Level} from '../services/telemetry/log.ts';
import {objectsOf} from '../sandbox/embedded.ts';
import {findAssets, NoControlPlane} from '../sandbox/real/assets.ts';
import {startRecording} from '../sandbox/recording.ts';
import type {Happening} from '../sandbox/scenario/happenings.ts';
import {ScenarioError} from '../sandbox/scenario/mistakes.ts';
import {readScenario, type Scenario, type Shape} from '../sandbox/scenario/read.ts';
import {startSandbox} from '../sandbox/sandbox.ts';
import {spareMemory} from '../sandbox/spare-memory.ts';
import {NoPrometheus, speedForScrapes} from '../sandbox/world/prometheus/real.ts';
import {CommandError} from './errors.ts';
import type {InspectFlags} from './inspect-flag.ts';
import {openView} from './live-view/view.ts';
import {buildPageFromSources} from './page-files.ts';
import {recordingFailure} from './replay.ts';
import {onStopSignal} from './signals.ts';

/** The command's flags, already checked. */
export type SandboxFlags = InspectFlags & {
	readonly speed: number;
	/** A built-in scenario's name, or a file. */
	readonly scenario: string;
	readonly shape: Shape;
	readonly filename: readonly string[];
	readonly kubeconfigOut?: string;
	readonly exitWhen?: 'finished' | 'failed' | 'met';
	readonly output: 'text' | 'json';
	readonly port: number;
	readonly gatewayPort: number;
	readonly rps: number;
	/** On real binaries instead of the embedded API. */
	readonly real?: true;
	/** The address of a real Prometheus, or `auto`. */
	readonly prometheus?: string;
	readonly logLevel: Level;
	readonly record?: string;
	readonly replay?: string;
};

/** The exit code of a process that Ctrl-C has ended, as shells have it. */
const INTERRUPTED = 130;

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

const scenarioOf = async ({scenario: word, shape, exitWhen, real}: SandboxFlags): Promise<Scenario> => {
	try {
		const scenario = await readScenario(word, shape);
		if (exitWhen === 'met' && scenario.expect === undefined) {
			throw new ScenarioError(
				`--exit-when met: the scenario ${scenario.name} expects nothing; write expect into its file`,
			);
		}

		const outage = scenario.timeline.find(({fault}) => fault?.api !== undefined)?.fault?.api;
		if (real === true && outage !== undefined) {
			throw new ScenarioError(`--real: fault api: ${outage} of the scenario ${scenario.name} needs the embedded API`);
		}

		return scenario;
	} catch (error) {
		if (error instanceof ScenarioError) {
			throw new CommandError(error.text, error.remedy, {exitCode: 2, cause: error});
		}

		throw error;
	}
};

/** On a terminal the view shows what is logged, for lines in between would break it. */
const logInto = (tell: (happening: Happening) => void, isDebugged: boolean): Log => {
	const complain = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
		const facts = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
		tell({kind: 'complaint', at: wallClock.now(), text: [message, ...facts].join(' ')});
	};
	return {debug() {}, info() {}, warn: isDebugged ? complain : () => {}, error: complain};
};

/** The daemon's own metrics look at the last minute, unless a Canary says otherwise. */
const WINDOW_MS = 60_000;

const warnOfSpeed = ({prometheus, speed}: SandboxFlags, tell: (happening: Happening) => void): void => {
	const most = speedForScrapes(WINDOW_MS);
	if (prometheus !== undefined && speed > most) {
		const text = `at --speed ${speed} a window of 1m has too few scrapes of a real Prometheus: use --speed ${most} or less`;
		tell({kind: 'complaint', at: wallClock.now(), text});
	}
};

/** What is not on this machine, with what to do about it. */
const missingProgram = (error: unknown): never => {
	const isKnown = error instanceof NoPrometheus || error instanceof NoControlPlane;
	throw isKnown ? new CommandError(error.message, error.remedy, {cause: error}) : error;
};

const assetsHere = (): string => {
	try {
		return findAssets(process.env);
	} catch (error) {
		return missingProgram(error);
	}
};

/** Runs the sandbox until a signal or `--exit-when`; answers the exit code. */
export const runSandbox = async (flags: SandboxFlags): Promise<number> => {
	const scenario = await scenarioOf(flags);
	const objects = await readManifests(flags.filename);
	const assets = flags.real === true ? assetsHere() : undefined;
	const recorder = flags.record === undefined ? undefined : await startRecording(flags.record).catch(recordingFailure);
	const view = openView({isJson: flags.output === 'json', clock: wallClock, now: () => wallClock.now()});
	const ended = Promise.withResolvers<number>();
	const endWhen = (wish: SandboxFlags['exitWhen'], isGood: () => boolean): void => {
		if (flags.exitWhen === wish) {
			ended.resolve(isGood() ? 0 : 1);
		}
	};
	const hear = (happening: Happening): void => {
		view.hear(happening);
		recorder?.write(happening);
	};
	const log = view.isLive
		? logInto(hear, flags.logLevel !== 'error')
		: createLog({level: flags.logLevel, clock: wallClock});
	warnOfSpeed(flags, hear);
	const stopSparing = spareMemory(wallClock);
	const page = buildPageFromSources();
	try {
		const sandbox = await startSandbox({
			...flags,
			...(assets !== undefined && {assets}),
			scenario,
			objects,
			log,
			onHappening: hear,
			onJudged(findings) {
				endWhen('met', () => findings.every(({isMet}) => isMet));
			},
			onEnd(phase) {
				endWhen('finished', () => phase === 'Succeeded');
				endWhen('failed', () => phase === 'Failed');
			},
		}).catch(missingProgram);
		await page;
		const stop = onStopSignal();
		const codeOfSignal = (): number => (stop.signal() === 'SIGINT' ? INTERRUPTED : 0);
		const code = await Promise.race([ended.promise, stop.asked.then(codeOfSignal)]);
		// First the terminal, so that a second Ctrl-C finds it in order.
		view.close();
		await sandbox.stop();
		await recorder?.close().catch(recordingFailure);
		return code;
	} finally {
		stopSparing();
		view.close();
	}
};
