// Scripts of promotions that stand still with users on the canary, until their deadline.
import {
	analysed,
	copied,
	detected,
	givenUp,
	halts,
	heldAt50,
	heldUntilWhole,
	opening,
	waitsForPrimary,
} from './script.ts';
import type {Script} from './script.ts';

/** Ten seconds apart until the deadline of a minute. */
const refusals = Array.from({length: 6}, () => [
	'Copying podinfo-canary.test template spec to podinfo.test',
	'Halt podinfo.test advancement promote the revision is forbidden',
]).flat();

export const promotions: readonly Script[] = [
	{
		title: 'a promotion that outlasts its deadline holds its users on the canary until the primary is healthy',
		opening,
		async play(stage) {
			await stage.until('promoting.rolling');
			await stage.see({primary: 'rolling'});
			await heldUntilWhole(stage);
		},
		ends: 'failed.idle',
		journal: [
			...detected('v1', 'v2'),
			...analysed,
			...copied('v1', 'v2'),
			waitsForPrimary,
			...heldAt50('progress deadline exceeded: 1 of 2 updated replicas are available'),
		],
	},
	{
		title: 'a promotion that is refused until its deadline has failed, and its users go back to a healthy primary',
		opening,
		async play(stage) {
			stage.refusing.add('promote the revision');
			await stage.until('failed.idle');
		},
		ends: 'failed.idle',
		journal: [
			...detected('v1', 'v2'),
			...analysed,
			'keep v1',
			...refusals,
			'Promotion of podinfo-canary.test failed: progress deadline exceeded: promote the revision is forbidden',
			...givenUp('progress deadline exceeded: promote the revision is forbidden'),
		],
	},
	{
		title: 'a promotion whose objects are missing until its deadline has failed, and holds its users on the canary',
		opening,
		async play(stage) {
			await stage.until('promoting.rolling');
			await stage.see({primary: 'rolling', problem: true});
			await heldUntilWhole(stage);
		},
		ends: 'failed.idle',
		journal: [
			...detected('v1', 'v2'),
			...analysed,
			...copied('v1', 'v2'),
			'is missing. create it',
			waitsForPrimary,
			...heldAt50('progress deadline exceeded: 1 of 2 updated replicas are available'),
		],
	},
	{
		title: 'a promotion that is taken back to a primary that does not come up holds its users on the canary',
		opening,
		async play(stage) {
			await stage.until('promoting.rolling');
			stage.verdicts = ['failed'];
			await stage.see({primary: 'rolling'});
			await stage.until('promoting.takingBack.returning');
			await heldUntilWhole(stage);
			stage.abridge();
		},
		ends: 'failed.idle',
		journal: [
			...detected('v1', 'v2'),
			...analysed,
			...copied('v1', 'v2'),
			waitsForPrimary,
			halts,
			'Taking the promotion of podinfo-canary.test back, podinfo.test gets its last promoted template',
			'take back to v1',
			halts,
			...heldAt50('failed checks threshold reached 8'),
		],
	},
];
