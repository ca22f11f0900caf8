import {first} from './manifests.ts';
import {testCases, type Case} from './problem-cases.ts';

const c = 'spec.canaryAnalysis';
const rollBack = 'Set it to the number of failed checks at which the canary is rolled back';

const cases: readonly Case[] = [
	[
		first({}, {targetKind: 'ReplicaSet'}),
		'spec.targetKind',
		'ReplicaSet',
		'spec.targetKind is ReplicaSet, which is no kind of workload',
		'Use a Deployment, a DaemonSet or a StatefulSet',
	],
	[first({}, {targetKind: undefined}), 'spec.targetKind', '', 'spec.targetKind is missing', 'Set it to Deployment'],
	[
		first({}, {virtualService: undefined}),
		'spec.virtualService.name',
		'',
		'spec.virtualService.name is missing',
		'Set spec.virtualService.name to the name of the object it refers to',
	],
	[
		first({}, {canary: {name: 'Podinfo', host: 'podinfo-canary'}}),
		'spec.canary.name',
		'Podinfo',
		'spec.canary.name is Podinfo, which is no valid name',
		'Use at most 253 lower-case letters, digits, dashes and dots, letters or digits at both ends',
	],
	[
		first({}, {canary: {name: 'podinfo', host: 'podinfo-canary'}}),
		'spec.canary.name',
		'podinfo',
		'spec.primary.name and spec.canary.name are both podinfo',
		'Name two different objects',
	],
	[
		first(
			{},
			{
				primary: {name: 'podinfo', host: 'podinfo', subset: 'ga'},
				canary: {name: 'podinfo-canary', host: 'podinfo', subset: 'ga'},
			},
		),
		'spec.canary.subset',
		'ga',
		'spec.primary.subset and spec.canary.subset are both ga',
		'Name two different objects',
	],
	[
		first({}, {onRouteChange: 'ignore'}),
		'spec.onRouteChange',
		'ignore',
		'spec.onRouteChange is ignore, neither restore nor adopt nor yield',
		'Write restore to set weights back, adopt to go on from them, or yield to halt',
	],
	[first({threshold: 0}), `${c}.threshold`, '0', `${c}.threshold is 0, not a whole number of at least 1`, rollBack],
	[
		first({stepWeight: 0}),
		`${c}.stepWeight`,
		'0',
		`${c}.stepWeight is 0, not a whole number from 1 to 100`,
		'Set it to the percentage of traffic by which the canary shall advance',
	],
	[
		first({}, {canaryAnalysis: undefined}),
		c,
		'',
		'spec.canaryAnalysis is missing',
		'Add spec.canaryAnalysis with interval, threshold, stepWeight, maxWeight and metrics',
	],
];

testCases(cases);
