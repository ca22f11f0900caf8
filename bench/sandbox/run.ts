// What the installed sandbox costs: time to start, memory with many Canaries, and how late their steps are when all
// release at once; where some do not keep time, with how many they do, and at which speed. `npm run bench:sandbox`;
// prints a table and writes results.json beside this file, of which write-docs.ts makes a part of docs/sandbox.md.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {availableParallelism, cpus, loadavg, tmpdir, totalmem} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {writePackage} from '../../build/package.ts';
import {costRows, type Results} from './cost-page.ts';
import {median, releaseMany, type Load} from './releases.ts';
import {sourceLauncher, startSubject} from './subject.ts';

const GOAL: Load = {canaries: 100, speed: 60, idleMs: 15_000};
/** What is tried, in this order, when the goal is out of reach. */
const FEWER = [75, 50, 25, 10];
const SLOWER = [40, 30, 20, 10];
const STARTS = 5;

const startUp = async (launcher: string): Promise<number> => {
	const times: number[] = [];
	for (let turn = 0; turn < STARTS; turn++) {
		const subject = await startSubject(launcher, ['--scenario', 'none']);
		times.push(subject.readyMs);
		await subject.stop();
	}

	return median(times);
};

/** The first load of which no step is late. */
const firstInTime = async (launcher: string, folder: string, loads: readonly Load[]): Promise<Load | undefined> => {
	for (const load of loads) {
		const {stepsOver10Percent} = await releaseMany(launcher, folder, {...load, idleMs: 1000});
		if (stepsOver10Percent === 0) {
			return load;
		}
	}

	return undefined;
};

/** How much less keeps time. */
const reachOf = async (launcher: string, folder: string): Promise<NonNullable<Results['reach']>> => {
	const fewer = FEWER.map((canaries) => ({...GOAL, canaries}));
	const slower = SLOWER.map((speed) => ({...GOAL, speed}));
	return {
		canaries: (await firstInTime(launcher, folder, fewer))?.canaries ?? 0,
		speed: (await firstInTime(launcher, folder, slower))?.speed ?? 0,
	};
};

const folder = await mkdtemp(join(tmpdir(), 'aviary-bench-'));
try {
	// Others may use the machine: how much, before this began.
	const [, loadBefore = 0] = loadavg();
	const installed = join(folder, 'package');
	await writePackage(installed);
	const launcher = join(installed, 'cli', 'launcher.js');
	const startMs = await startUp(launcher);
	const startOfSourcesMs = await startUp(sourceLauncher);
	const releases = await releaseMany(launcher, folder, GOAL);
	const machine = {
		cpu: cpus()[0]?.model ?? '',
		cores: availableParallelism(),
		memoryGb: Math.round(totalmem() / 2 ** 30),
		node: process.version,
	};
	const results: Results = {
		machine,
		canaries: GOAL.canaries,
		speed: GOAL.speed,
		load: loadBefore,
		startMs,
		startOfSourcesMs,
		...releases,
		...(releases.stepsOver10Percent > 0 && {reach: await reachOf(launcher, folder)}),
	};
	console.table(Object.fromEntries(costRows(results)));
	await writeFile(
		fileURLToPath(new URL('results.json', import.meta.url)),
		`${JSON.stringify(results, undefined, '\t')}\n`,
	);
} finally {
	await rm(folder, {recursive: true});
}
