// What the installed sandbox costs: time to start, memory with many Canaries, and how late their steps are when all
// release at once. `npm run bench:sandbox`; prints a table and writes results.json beside this file.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {availableParallelism, cpus, loadavg, tmpdir, totalmem} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {writePackage} from '../../build/package.ts';
import type {Happening} from '../../sandbox/scenario/happenings.ts';
import {readRecording} from '../../sandbox/recording.ts';
import {imageOf, loadScenario, nameOf, NAMESPACE, WEIGHTS} from './load.ts';
import {sourceLauncher, startSubject, type Subject} from './subject.ts';

const CANARIES = 100;
const SPEED = 60;
const STARTS = 5;
const IDLE_MS = 15_000;
const PATIENCE_MS = 240_000;
const STEP_MS = 60_000 / SPEED;

const median = (values: readonly number[]): number =>
	values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const startUp = async (launcher: string): Promise<number> => {
	const times: number[] = [];
	for (let turn = 0; turn < STARTS; turn++) {
		const subject = await startSubject(launcher, ['--scenario', 'none']);
		times.push(subject.readyMs);
		await subject.stop();
	}

	return median(times);
};

type Item = {readonly metadata: {readonly name: string}; readonly status?: {readonly phase?: string}};

/** Waits until all Canaries are in a phase; throws as soon as one of them failed. */
const allIn = async ({apiUrl}: Subject, phase: string): Promise<void> => {
	const until = performance.now() + PATIENCE_MS;
	for (;;) {
		const answer = await fetch(`${apiUrl}/apis/flagger.app/v1beta1/namespaces/${NAMESPACE}/canaries`);
		const {items} = (await answer.json()) as {items: readonly Item[]};
		const count = items.filter(({status}) => status?.phase === phase).length;
		if (count === CANARIES) {
			return;
		}

		const failed = items.filter(({status}) => status?.phase === 'Failed').map(({metadata}) => metadata.name);
		if (failed.length > 0) {
			throw new Error(`failed: ${failed.join(', ')}; ${count} of ${CANARIES} Canaries are ${phase}`);
		}

		if (performance.now() > until) {
			throw new Error(`only ${count} of ${CANARIES} Canaries are ${phase}`);
		}

		await sleep(500);
	}
};

const releaseAll = async ({apiUrl}: Subject): Promise<void> => {
	const container = {name: 'podinfod', image: imageOf('next')};
	const body = JSON.stringify({spec: {template: {spec: {containers: [container]}}}});
	const headers = {'content-type': 'application/strategic-merge-patch+json'};
	for (let index = 0; index < CANARIES; index++) {
		const url = `${apiUrl}/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${nameOf(index)}`;
		const answer = await fetch(url, {method: 'PATCH', headers, body});
		if (!answer.ok) {
			throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
		}
	}
};

/** When each Canary's status first had each weight, from a recording. */
const stepsOf = async (file: string): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> => {
	const steps = new Map<string, Map<number, number>>();
	for await (const happening of readRecording(file) as AsyncIterable<Happening>) {
		const weight = happening.kind === 'canary' ? happening.object.status?.['canaryWeight'] : undefined;
		if (happening.kind === 'canary' && typeof weight === 'number' && weight > 0) {
			const known = steps.get(happening.canary) ?? new Map<number, number>();
			steps.set(happening.canary, known);
			known.set(weight, known.get(weight) ?? happening.at);
		}
	}

	return steps;
};

/** How late steps and whole runs were, as shares of what they should have taken. */
const latenessOf = (steps: ReadonlyMap<string, ReadonlyMap<number, number>>) => {
	const runs = [...steps.values()].map((times) => WEIGHTS.map((weight) => times.get(weight) ?? Number.NaN));
	const late = (from = Number.NaN, to = Number.NaN, count = 1): number => (to - from) / (count * STEP_MS) - 1;
	const ofSteps = runs.flatMap((times) => times.slice(1).map((to, index) => late(times[index], to)));
	const ofRuns = runs.map((times) => late(times[0], times.at(-1), times.length - 1));
	return {
		runs: runs.length,
		stepsMeasured: ofSteps.length,
		stepLateMedian: median(ofSteps),
		stepLateMax: Math.max(...ofSteps),
		stepsOver10Percent: ofSteps.filter((share) => !(share <= 0.1)).length,
		runLateMax: Math.max(...ofRuns),
	};
};

const many = async (launcher: string, folder: string) => {
	const scenario = join(folder, 'load.yaml');
	const recording = join(folder, 'run.jsonl');
	await writeFile(scenario, loadScenario(CANARIES));
	const subject = await startSubject(launcher, [
		'--scenario',
		scenario,
		'--speed',
		String(SPEED),
		'--record',
		recording,
	]);
	let releasingMax = 0;
	const ended = new AbortController();
	let watching = Promise.resolve();
	const watch = async (signal: AbortSignal): Promise<void> => {
		while (!signal.aborted) {
			releasingMax = Math.max(releasingMax, await subject.memory());
			await sleep(500);
		}
	};
	try {
		await allIn(subject, 'Initialized');
		const cpuBefore = await subject.cpu();
		await sleep(IDLE_MS);
		const idleMb = await subject.memory();
		const idleCpu = ((await subject.cpu()) - cpuBefore) / (IDLE_MS / 1000);
		watching = watch(ended.signal);
		const [begun, cpuAtRelease] = [performance.now(), await subject.cpu()];
		await releaseAll(subject);
		await allIn(subject, 'Succeeded');
		const seconds = (performance.now() - begun) / 1000;
		const releasingCpu = ((await subject.cpu()) - cpuAtRelease) / seconds;
		return {idleMb, idleCpu, releasingMb: releasingMax, releasingCpu, releaseSeconds: seconds, recording};
	} finally {
		ended.abort();
		await watching;
		await subject.stop();
	}
};

const folder = await mkdtemp(join(tmpdir(), 'aviary-bench-'));
try {
	// Others may use the machine: how much, before this began.
	const [, loadBefore] = loadavg();
	const installed = join(folder, 'package');
	await writePackage(installed);
	const launcher = join(installed, 'cli', 'launcher.js');
	const startMs = await startUp(launcher);
	const startOfSourcesMs = await startUp(sourceLauncher);
	const {recording, ...load} = await many(launcher, folder);
	const lateness = latenessOf(await stepsOf(recording));
	const machine = {
		cpu: cpus()[0]?.model ?? '',
		cores: availableParallelism(),
		memoryGb: Math.round(totalmem() / 2 ** 30),
		node: process.version,
	};
	const results = {
		machine,
		canaries: CANARIES,
		speed: SPEED,
		load: loadBefore,
		startMs,
		startOfSourcesMs,
		...load,
		...lateness,
	};
	const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
	console.table({
		'load average before (5 min)': loadBefore?.toFixed(1),
		'start, median of 5': `${Math.round(startMs)} ms`,
		'start of the sources, median of 5': `${Math.round(startOfSourcesMs)} ms`,
		[`memory, ${CANARIES} idle`]: `${Math.round(load.idleMb)} MB`,
		[`CPU, ${CANARIES} idle`]: percent(load.idleCpu),
		[`memory, ${CANARIES} releasing, most`]: `${Math.round(load.releasingMb)} MB`,
		[`CPU, ${CANARIES} releasing`]: percent(load.releasingCpu),
		'CPU of a release': `${((load.releasingCpu * load.releaseSeconds) / CANARIES).toFixed(2)} s`,
		'all releases': `${load.releaseSeconds.toFixed(1)} s`,
		'steps late, median': percent(lateness.stepLateMedian),
		'steps late, most': percent(lateness.stepLateMax),
		'steps more than 10 % late': `${lateness.stepsOver10Percent} of ${lateness.stepsMeasured}`,
		'runs late, most': percent(lateness.runLateMax),
	});
	await writeFile(
		fileURLToPath(new URL('results.json', import.meta.url)),
		`${JSON.stringify(results, undefined, '\t')}\n`,
	);
} finally {
	await rm(folder, {recursive: true});
}
