// Many Canaries in one sandbox, which all release at once: what the process takes, and how late each step is.
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Happening} from '../../sandbox/scenario/happenings.ts';
import {readRecording} from '../../sandbox/recording.ts';
import {imageOf, loadScenario, nameOf, NAMESPACE, WEIGHTS} from './load.ts';
import {startSubject, type Subject} from './subject.ts';

const PATIENCE_MS = 240_000;
/** A step that is later than this share of its minute does not keep time. */
const LATE = 0.1;

export type Lateness = {
	/** Canaries that released. */
	readonly runs: number;
	readonly stepsMeasured: number;
	/** Shares of what a step should take. */
	readonly stepLateMedian: number;
	readonly stepLateMax: number;
	readonly stepsOver10Percent: number;
	/** A share of what all steps of a run should take. */
	readonly runLateMax: number;
};

export type Releases = Lateness & {
	/** Resident memory at rest, in MB. */
	readonly idleMb: number;
	/** Shares of a core. */
	readonly idleCpu: number;
	readonly releasingCpu: number;
	/** The most while releasing. */
	readonly releasingMb: number;
	readonly releaseSeconds: number;
};

/** How much is asked of a sandbox. */
export type Load = {readonly canaries: number; readonly speed: number; readonly idleMs: number};

export const median = (values: readonly number[]): number =>
	values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Item = {readonly metadata: {readonly name: string}; readonly status?: {readonly phase?: string}};

/** Waits until all Canaries are in a phase; throws as soon as one of them failed. */
const allIn = async ({apiUrl}: Subject, canaries: number, phase: string): Promise<void> => {
	const until = performance.now() + PATIENCE_MS;
	for (;;) {
		const answer = await fetch(`${apiUrl}/apis/flagger.app/v1beta1/namespaces/${NAMESPACE}/canaries`);
		const {items} = (await answer.json()) as {items: readonly Item[]};
		const count = items.filter(({status}) => status?.phase === phase).length;
		if (count === canaries) {
			return;
		}

		const failed = items.filter(({status}) => status?.phase === 'Failed').map(({metadata}) => metadata.name);
		if (failed.length > 0) {
			throw new Error(`failed: ${failed.join(', ')}; ${count} of ${canaries} Canaries are ${phase}`);
		}

		if (performance.now() > until) {
			throw new Error(`only ${count} of ${canaries} Canaries are ${phase}`);
		}

		await sleep(500);
	}
};

const releaseAll = async ({apiUrl}: Subject, canaries: number): Promise<void> => {
	const container = {name: 'podinfod', image: imageOf('next')};
	const body = JSON.stringify({spec: {template: {spec: {containers: [container]}}}});
	const headers = {'content-type': 'application/strategic-merge-patch+json'};
	for (let index = 0; index < canaries; index++) {
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
const latenessOf = (steps: ReadonlyMap<string, ReadonlyMap<number, number>>, stepMs: number): Lateness => {
	const runs = [...steps.values()].map((times) => WEIGHTS.map((weight) => times.get(weight) ?? Number.NaN));
	const late = (from = Number.NaN, to = Number.NaN, count = 1): number => (to - from) / (count * stepMs) - 1;
	const ofSteps = runs.flatMap((times) => times.slice(1).map((to, index) => late(times[index], to)));
	const ofRuns = runs.map((times) => late(times[0], times.at(-1), times.length - 1));
	return {
		runs: runs.length,
		stepsMeasured: ofSteps.length,
		stepLateMedian: median(ofSteps),
		stepLateMax: Math.max(...ofSteps),
		stepsOver10Percent: ofSteps.filter((share) => !(share <= LATE)).length,
		runLateMax: Math.max(...ofRuns),
	};
};

/** Starts a sandbox with so many Canaries, waits, releases all of them, and ends it. Throws when a release fails. */
export const releaseMany = async (launcher: string, folder: string, load: Load): Promise<Releases> => {
	const {canaries, speed, idleMs} = load;
	const scenario = join(folder, `load-${canaries}.yaml`);
	const recording = join(folder, `run-${canaries}-${speed}.jsonl`);
	await writeFile(scenario, loadScenario(canaries));
	const words = ['--scenario', scenario, '--speed', String(speed), '--record', recording];
	const subject = await startSubject(launcher, words);
	let releasingMb = 0;
	const ended = new AbortController();
	let watching = Promise.resolve();
	const watch = async (signal: AbortSignal): Promise<void> => {
		while (!signal.aborted) {
			releasingMb = Math.max(releasingMb, await subject.memory());
			await sleep(500);
		}
	};
	const measure = async (): Promise<Omit<Releases, keyof Lateness | 'releasingMb'>> => {
		try {
			await allIn(subject, canaries, 'Initialized');
			const cpuBefore = await subject.cpu();
			await sleep(idleMs);
			const idleMb = await subject.memory();
			const idleCpu = ((await subject.cpu()) - cpuBefore) / (idleMs / 1000);
			watching = watch(ended.signal);
			const [begun, cpuAtRelease] = [performance.now(), await subject.cpu()];
			await releaseAll(subject, canaries);
			await allIn(subject, canaries, 'Succeeded');
			const releaseSeconds = (performance.now() - begun) / 1000;
			const releasingCpu = ((await subject.cpu()) - cpuAtRelease) / releaseSeconds;
			return {idleMb, idleCpu, releasingCpu, releaseSeconds};
		} finally {
			ended.abort();
			await watching;
			await subject.stop();
		}
	};
	// In this order: the most of memory and the recording are whole once it has ended.
	const cost = await measure();
	return {...cost, releasingMb, ...latenessOf(await stepsOf(recording), 60_000 / speed)};
};
