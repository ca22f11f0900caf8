import {today} from './manifests.ts';
import {testCases, type Case} from './problem-cases.ts';

const a = 'spec.analysis';
const rollBack = 'Set it to the number of failed checks at which the canary is rolled back';
const duration = 'Write a whole number and a unit, such as 30s, 1m or 2h';

const cases: readonly Case[] = [
	[
		today({interval: '1x'}),
		`${a}.interval`,
		'1x',
		`${a}.interval is 1x, which is no duration of at most 24 days`,
		duration,
	],
	[
		today({interval: '9999999h'}),
		`${a}.interval`,
		'9999999h',
		`${a}.interval is 9999999h, which is no duration of at most 24 days`,
		duration,
	],
	[today({threshold: 0}), `${a}.threshold`, '0', `${a}.threshold is 0, not a whole number of at least 1`, rollBack],
	[today({threshold: -1}), `${a}.threshold`, '-1', `${a}.threshold is -1, not a whole number of at least 1`, rollBack],
	[today({threshold: undefined}), `${a}.threshold`, '', `${a}.threshold is missing`, rollBack],
	[
		today({canaryReadyThreshold: 101}),
		`${a}.canaryReadyThreshold`,
		'101',
		`${a}.canaryReadyThreshold is 101, not a whole number from 0 to 100`,
		'Set it to a whole number from 0 to 100',
	],
	...[0, -5, 101, 2.5, '10'].map((step): Case => [
		today({stepWeight: step}),
		`${a}.stepWeight`,
		String(step),
		`${a}.stepWeight is ${step}, not a whole number from 1 to 100`,
		'Set it to the percentage of traffic by which the canary shall advance',
	]),
	[
		today({stepWeight: undefined}),
		`${a}.stepWeight`,
		'',
		`${a} has no stepWeight, so that the canary would never receive traffic`,
		`Set ${a}.stepWeight to a whole number from 1 to 100`,
	],
	[
		today({maxWeight: 5}),
		`${a}.maxWeight`,
		'5',
		`${a}.maxWeight is 5, below ${a}.stepWeight, which is 10`,
		'Raise maxWeight to at least stepWeight, or lower stepWeight',
	],
	[
		today({maxWeight: 120}),
		`${a}.maxWeight`,
		'120',
		`${a}.maxWeight is 120, not a whole number from 1 to 100`,
		'Set it to the highest percentage of traffic that the canary may receive, or remove it for 100',
	],
	[
		today({stepWeights: [10, 50, 20]}),
		`${a}.stepWeights`,
		'[10, 50, 20]',
		`${a}.stepWeights[2] is 20, not above the step before it, which is 50`,
		'List rising percentages, such as [5, 20, 50]',
	],
	[
		today({stepWeights: [10, 10]}),
		`${a}.stepWeights`,
		'[10, 10]',
		`${a}.stepWeights[1] is 10, not above the step before it, which is 10`,
		'List rising percentages, such as [5, 20, 50]',
	],
	[
		today({stepWeights: [0, 10]}),
		`${a}.stepWeights`,
		'[0, 10]',
		`${a}.stepWeights[0] is 0, not a whole number from 1 to 100`,
		'List rising percentages, such as [5, 20, 50]',
	],
	[
		today({stepWeights: [50, 101]}),
		`${a}.stepWeights`,
		'[50, 101]',
		`${a}.stepWeights[1] is 101, not a whole number from 1 to 100`,
		'List rising percentages, such as [5, 20, 50]',
	],
	[
		today({iterations: -1, stepWeight: undefined, maxWeight: undefined}),
		`${a}.iterations`,
		'-1',
		`${a}.iterations is -1, not a whole number from 1 to 10000`,
		'Set it to the number of rounds of checks that must pass',
	],
	[
		today({match: [{headers: {}}], iterations: 3, stepWeight: undefined, maxWeight: undefined}),
		`${a}.match[0]`,
		'an object',
		`${a}.match[0] names no header, query parameter or source label, so that it would match every request`,
		'Name a header, such as x-canary: {exact: insider}',
	],
	[
		today({mirror: true}),
		`${a}.mirror`,
		'true',
		`${a}.mirror asks for traffic mirroring, but provider istio cannot mirror`,
		'Remove mirror',
	],
	[
		today({sessionAffinity: {cookieName: 'a'}}),
		`${a}.sessionAffinity`,
		'an object',
		`${a}.sessionAffinity asks for session affinity, which is not supported yet`,
		'Remove sessionAffinity',
	],
	[
		today({webhooks: [{name: 'gate', type: 'confirm-rollout', url: 'http://gate'}]}),
		`${a}.webhooks[0]`,
		'gate',
		`${a}.webhooks[0] is a webhook of type confirm-rollout, which gates a release and is not supported yet`,
		'Remove the webhook',
	],
	[
		today({webhooks: [{name: 'load', url: 'http://load'}]}),
		`${a}.webhooks[0]`,
		'load',
		`${a}.webhooks[0] is a webhook of type rollout, which gates a release and is not supported yet`,
		'Remove the webhook',
	],
	[
		today({onMissingData: 'wait'}),
		`${a}.onMissingData`,
		'wait',
		`${a}.onMissingData is wait, neither halt nor fail`,
		'Write halt to wait for data, or fail to count a failed check',
	],
];

testCases(cases);
