// Whole runs as scripts: what the world does, and everything that the chart then does and says, in order.
import type {AnyStateMachine} from 'xstate';
import {
	opening,
	detected,
	waitsForPrimary,
	scaledUp,
	step,
	copied,
	promoted,
	givenUp,
	halts,
	analysed,
} from './script.ts';
import type {Script} from './script.ts';
import {lives} from './scripts-of-lives.ts';
import {promotions} from './scripts-of-promotions.ts';
import {strategies} from './scripts-of-strategies.ts';
import {Stage} from './stage.ts';

const runs: readonly Script[] = [
	{
		title: 'a good revision goes up step by step, is promoted, and its canary ends at zero',
		opening,
		play: async (stage) => stage.until('finished.idle'),
		ends: 'finished.idle',
		journal: [...detected('v1', 'v2'), ...analysed, ...copied('v1', 'v2'), waitsForPrimary, ...promoted('v2')],
	},
	{
		title: 'a bad revision returns all traffic to the primary before its pods go',
		opening,
		async play(stage) {
			stage.verdicts = ['passed', 'failed'];
			await stage.until('failed.idle');
		},
		ends: 'failed.idle',
		journal: [...detected('v1', 'v2'), ...analysed, halts, halts, ...givenUp('failed checks threshold reached 2')],
	},
	{
		title: 'a failed check that is followed by a passed one only halts',
		opening,
		async play(stage) {
			stage.verdicts = ['failed', 'unknown', 'passed'];
			await stage.until('finished.idle');
		},
		ends: 'finished.idle',
		journal: [
			...detected('v1', 'v2'),
			...scaledUp,
			...step(20),
			halts,
			'Halt podinfo.test advancement no values found for metric request-success-rate',
			...step(50),
			...copied('v1', 'v2'),
			waitsForPrimary,
			...promoted('v2'),
		],
	},
	{
		title: 'checks that never tell end the run at the progress deadline',
		opening,
		async play(stage) {
			stage.verdicts = ['unknown'];
			await stage.until('failed.idle');
			stage.abridge();
		},
		ends: 'failed.idle',
		journal: [
			...detected('v1', 'v2'),
			...scaledUp,
			...step(20),
			'Halt podinfo.test advancement no values found for metric request-success-rate',
			...givenUp('progress deadline exceeded: no values found for metric request-success-rate'),
		],
	},
	{
		title: 'failing pods give the primary all traffic at once, and the steps start over when they are well',
		opening,
		async play(stage) {
			await stage.until('progressing.soaking');
			await stage.see({canary: 'failing'});
			await stage.advance(20);
			await stage.see({});
			await stage.until('finished.idle');
		},
		ends: 'finished.idle',
		journal: [
			...detected('v1', 'v2'),
			...scaledUp,
			...step(20),
			'Halt podinfo.test advancement canary deployment podinfo-canary.test is failing, all traffic to the primary: ' +
				'0 of 2 updated replicas are available (container podinfod: CrashLoopBackOff)',
			'route 0',
			...analysed,
			...copied('v1', 'v2'),
			waitsForPrimary,
			...promoted('v2'),
		],
	},
	{
		title: 'a verdict at the threshold while promoting takes the promotion back',
		opening,
		async play(stage) {
			await stage.until('promoting.rolling');
			stage.verdicts = ['failed'];
			await stage.see({primary: 'rolling'});
			await stage.until('promoting.takingBack.returning');
			await stage.see({});
			await stage.until('failed.idle');
		},
		ends: 'failed.idle',
		journal: [
			...detected('v1', 'v2'),
			...analysed,
			...copied('v1', 'v2'),
			waitsForPrimary,
			halts,
			halts,
			'Taking the promotion of podinfo-canary.test back, podinfo.test gets its last promoted template',
			'take back to v1',
			...givenUp('failed checks threshold reached 2'),
		],
	},
	{
		title: 'a new revision in the middle of a run starts it over with the new one',
		opening,
		async play(stage) {
			await stage.until('progressing.soaking');
			await stage.see({target: 'v3'});
			await stage.until('finished.idle');
		},
		ends: 'finished.idle',
		journal: [
			...detected('v1', 'v2'),
			...scaledUp,
			...step(20),
			'New revision detected podinfo-canary.test old v2 new v3',
			'route 0',
			...analysed,
			...copied('v1', 'v3'),
			waitsForPrimary,
			...promoted('v3'),
		],
	},
	{
		title: 'a new revision in the middle of a promotion is analysed after it, and reaches nobody before',
		opening,
		async play(stage) {
			await stage.until('promoting.rolling');
			await stage.see({target: 'v3'});
			await stage.until('finished.keeping');
			await stage.until('finished.idle');
		},
		ends: 'finished.idle',
		journal: [
			...detected('v1', 'v2'),
			...analysed,
			...copied('v1', 'v2'),
			waitsForPrimary,
			'route 0',
			...promoted('v2'),
			...detected('v2', 'v3'),
			...analysed,
			...copied('v2', 'v3'),
			waitsForPrimary,
			...promoted('v3'),
		],
	},
	{
		title: 'a target set back to what the primary runs ends the run, and what was set back is new when it comes again',
		opening,
		async play(stage) {
			await stage.until('progressing.soaking');
			await stage.see({target: 'v1'});
			await stage.until('initialized.idle');
			stage.journal.push(stage.status.phase);
			await stage.see({});
		},
		ends: 'progressing.scalingUp.scaling',
		journal: [
			...detected('v1', 'v2'),
			...scaledUp,
			...step(20),
			'podinfo-canary.test is back at the promoted revision, the run ends without a verdict',
			'route 0',
			'scale 0',
			'Initialized',
			...detected('v1', 'v2'),
		],
	},
];

export const scripts: readonly Script[] = [...runs, ...promotions, ...lives, ...strategies];

/** Plays a script to its end. */
export const perform = async (machine: AnyStateMachine, script: Script): Promise<Stage> => {
	const stage = new Stage(machine, script.opening);
	try {
		await script.play(stage);
	} finally {
		stage.end();
	}

	return stage;
};
