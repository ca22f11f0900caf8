// Scripts of lives: today's shape from its first day, actors that are built anew, and Canaries that change their objects.
import {
	atRest,
	opening,
	firstDay,
	detected,
	waitsForCanary,
	waitsForPrimary,
	scaledUp,
	step,
	copied,
	promoted,
	givenUp,
	halts,
} from './script.ts';
import type {Script} from './script.ts';
import {edits, initializedPast, managed, paired, REPLICAS, START} from './world.ts';

export const lives: readonly Script[] = [
	{
		title:
			"today's shape makes its primary first, moves users, then scales the target to zero; a bad run ends there too",
		opening: firstDay,
		async play(stage) {
			await stage.until('initialized.idle', 100);
			stage.verdicts = ['failed'];
			await stage.see({});
			await stage.until('failed.idle');
		},
		ends: 'failed.idle',
		journal: [
			'bootstrap the workload',
			'Waiting for podinfo-primary.test rollout to finish: 1 of 2 updated replicas are available',
			'bootstrap the routing',
			'scale 0',
			'Initialization done! podinfo.test',
			'New revision detected! Scaling up podinfo.test',
			'scale 2',
			'Waiting for podinfo.test rollout to finish: 1 of 2 updated replicas are available',
			'Starting canary analysis for podinfo.test',
			...step(20),
			halts,
			halts,
			'Rolling back podinfo.test failed checks threshold reached 2',
			'route 0',
			'Canary failed! Scaling down podinfo.test',
			'scale 0',
		],
	},
	{
		title: "today's shape says what it copies and where traffic goes",
		opening: {...opening, model: managed},
		play: async (stage) => stage.until('finished.idle'),
		ends: 'finished.idle',
		journal: [
			'New revision detected! Scaling up podinfo.test',
			'scale 2',
			'Waiting for podinfo.test rollout to finish: 1 of 2 updated replicas are available',
			'Starting canary analysis for podinfo.test',
			...step(20),
			...step(50),
			'keep v1',
			'Copying podinfo.test template spec to podinfo-primary.test',
			'promote v2',
			'Waiting for podinfo-primary.test rollout to finish: 1 of 2 updated replicas are available',
			'Routing all traffic to primary',
			'route 0',
			'scale 0',
			'keep v2',
			'Promotion completed! Scaling down podinfo.test',
		],
	},
	{
		title: 'an actor built anew in the middle of a step writes that step again and goes on from it',
		opening: {
			...opening,
			recalled: {
				...initializedPast,
				phase: 'Progressing',
				canaryWeight: 20,
				failedChecks: 1,
				lastAppliedSpec: 'v2',
				lastTransitionTime: START - 5000,
			},
			standing: {...atRest, replicas: REPLICAS, route: {canary: 20}},
		},
		play: async (stage) => stage.until('finished.idle'),
		ends: 'finished.idle',
		journal: [...step(20), ...step(50), ...copied('v1', 'v2'), waitsForPrimary, ...promoted('v2')],
	},
	{
		title: 'an actor built anew after its users went home starts the steps over, with what was counted',
		opening: {
			...opening,
			recalled: {...initializedPast, phase: 'Progressing', canaryWeight: 50, failedChecks: 1, lastAppliedSpec: 'v2'},
			standing: {...atRest, replicas: REPLICAS},
		},
		async play(stage) {
			stage.verdicts = ['failed'];
			await stage.until('failed.idle');
		},
		ends: 'failed.idle',
		journal: [
			'scale 2',
			waitsForCanary,
			'Starting canary deployment for podinfo.test',
			...step(20),
			halts,
			...givenUp('failed checks threshold reached 2'),
		],
	},
	{
		title: 'a Canary that names another target ends its run, then begins anew with the other',
		opening,
		async play(stage) {
			await stage.until('progressing.soaking');
			await stage.edit(edits['another target'](paired));
			await stage.until('failed.scalingDown');
			await stage.see({target: 'v1'});
			await stage.until('initialized.idle');
		},
		ends: 'initialized.idle',
		journal: [
			...detected('v1', 'v2'),
			...scaledUp,
			...step(20),
			...givenUp('the Canary was changed to name other objects'),
			'bootstrap the workload',
			waitsForPrimary,
			'bootstrap the routing',
			'scale 0',
			'Initialization done! podinfo.test',
		],
	},
	{
		title: 'a route that cannot be written ends the run at the progress deadline, however often it is tried',
		opening,
		async play(stage) {
			stage.refusing.add('route traffic');
			await stage.until('failed.idle');
			stage.abridge();
		},
		ends: 'failed.idle',
		journal: [
			...detected('v1', 'v2'),
			...scaledUp,
			'Halt podinfo.test advancement route traffic is forbidden',
			...givenUp('progress deadline exceeded: route traffic is forbidden'),
		],
	},
];
