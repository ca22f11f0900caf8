// Who tests the tests: every mutant of the canary's chart is tried by the charts' tests, and the score is printed.
// `npm run test:mutants`; fails below the score asked for. `--every 10` tries each tenth; `--actions` forgets actions too.
import {availableParallelism} from 'node:os';
import {parseArgs} from 'node:util';
import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import type {AnyStateMachine} from 'xstate';
import {canaryMachine} from '../../machines/canary.ts';
import {forgottenActions, mutantsOf} from './mutants.ts';

const SCORE_MIN = 0.95;

type Share = {readonly first: number; readonly every: number};
type Outcome = {readonly name: string; readonly killer?: string | undefined};

const chart = canaryMachine as unknown as AnyStateMachine;
const mutants = [...mutantsOf(chart), ...(process.argv.includes('--actions') ? forgottenActions(chart) : [])];

/** Tries one worker's share of the mutants. */
const tryShare = async ({first, every}: Share): Promise<void> => {
	const {killerOf} = await import('./trial.ts');
	const killer = first === 0 ? await killerOf(chart) : undefined;
	if (killer !== undefined) throw new Error(`the chart itself does not pass: ${killer}`);
	for (let position = first; position < mutants.length; position += every) {
		const mutant = mutants[position];
		if (mutant !== undefined) {
			// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port is no window
			parentPort?.postMessage({name: mutant.name, killer: await killerOf(mutant.make())} satisfies Outcome);
		}
	}
};

const outcomesOf = (share: Share): Promise<readonly Outcome[]> =>
	new Promise((resolve, reject) => {
		const outcomes: Outcome[] = [];
		new Worker(new URL(import.meta.url), {workerData: share, argv: process.argv.slice(2)})
			.on('message', (outcome: Outcome) => outcomes.push(outcome))
			.on('error', reject)
			.on('exit', () => {
				resolve(outcomes);
			});
	});

const main = async (): Promise<void> => {
	const {values} = parseArgs({
		options: {every: {type: 'string', default: '1'}, killers: {type: 'boolean'}, actions: {type: 'boolean'}},
	});
	const workers = Math.min(4, availableParallelism());
	const stride = Number(values.every);
	const shares = Array.from({length: workers}, (_, index) => ({first: index * stride, every: workers * stride}));
	const outcomes = (await Promise.all(shares.map(outcomesOf))).flat();
	const killed = outcomes.filter(({killer}) => killer !== undefined);
	const score = killed.length / outcomes.length;
	for (const {name, killer} of outcomes) {
		if (killer === undefined) console.log(`survived: ${name}`);
		else if (values.killers === true) console.log(`killed: ${name}\n  by: ${killer}`);
	}

	console.log(`${killed.length} of ${outcomes.length} mutants killed (${Math.floor(score * 100)} %)`);
	process.exitCode = score < SCORE_MIN ? 1 : 0;
};

await (isMainThread ? main() : tryShare(workerData as Share));
