import {shown} from '../../api/reading.ts';
import {first, today} from './manifests.ts';
import {testCases, type Case} from './problem-cases.ts';

const metric = (entry: object) => today({metrics: [entry]});
const a = 'spec.analysis';
const m = `${a}.metrics[0]`;

const TOLERANCE =
	'Set it to how much worse the canary may be: 0.1 is a tenth of the primary’s value, or with by: difference a tenth of the unit';

/** Of a metric whose query comes out the same for the canary and the primary. */
const oneQuestion = (
	canary: object,
	analysis: string,
	query: string,
	[variable, what] = ['{{ target }}', 'workload'],
): Case => [
	canary,
	`${analysis}.metrics[0].query`,
	shown(query),
	`${analysis}.metrics[0] compares with the primary, but its query does not name ${variable}, so that both would be asked the same`,
	`Write ${variable} where the query names the ${what}, or remove compareWithPrimary`,
];

const cases: readonly Case[] = [
	[
		today({metrics: {}}),
		`${a}.metrics`,
		'an object',
		`${a}.metrics is an object, which is no list`,
		'Write a list of metrics',
	],
	[metric({threshold: 1}), `${m}.name`, '', `${m} has no name`, 'Name the metric'],
	[
		metric({name: 'latency', threshold: 1}),
		`${m}.name`,
		'latency',
		`${m}.name is latency, which is no built-in metric, and it has no query`,
		'Use request-success-rate, request-duration, istio_requests_total, istio_request_duration_seconds_bucket, or add a query',
	],
	[
		first({metrics: [{name: 'latency', templateRef: {name: 'latency'}}]}),
		'spec.canaryAnalysis.metrics[0].templateRef',
		'latency',
		'spec.canaryAnalysis.metrics[0].templateRef refers to a MetricTemplate, which a Canary of the first shape cannot',
		'Write the PromQL into query, or migrate the Canary: aviary migrate',
	],
	[
		metric({name: 'latency', templateRef: {name: 'La tency'}}),
		`${m}.templateRef.name`,
		'La tency',
		`${m}.templateRef.name is La tency, which is no valid name`,
		'Use at most 253 lower-case letters, digits, dashes and dots, letters or digits at both ends',
	],
	[
		metric({name: 'latency', templateRef: {name: 'latency'}, templateVariables: {team: 7}}),
		`${m}.templateVariables.team`,
		'7',
		`${m}.templateVariables.team is 7, which is no text`,
		'Write a text, in quotes',
	],
	[
		metric({name: 'request-duration'}),
		`${m}.threshold`,
		'',
		`${m} has no threshold, so that nothing would be checked`,
		`Set ${m}.threshold, or ${m}.thresholdRange with min or max`,
	],
	[
		metric({name: 'request-success-rate', threshold: 101}),
		`${m}.threshold`,
		'101',
		`${m}.threshold is 101, not a percentage from 0 to 100`,
		'Set it to a percentage from 0 to 100',
	],
	[
		metric({name: 'request-duration', threshold: -1}),
		`${m}.threshold`,
		'-1',
		`${m}.threshold is -1, not a number of milliseconds, 0 or more`,
		'Set it to a number of milliseconds, 0 or more',
	],
	[
		metric({name: 'request-duration', thresholdRange: {}}),
		`${m}.thresholdRange`,
		'',
		`${m}.thresholdRange has neither min nor max, so that nothing would be checked`,
		'Set min, max or both',
	],
	[
		metric({name: 'request-duration', thresholdRange: {min: 9, max: 1}}),
		`${m}.thresholdRange`,
		'9…1',
		`${m}.thresholdRange has min 9 above max 1, so that no value could pass`,
		'Swap min and max',
	],
	[
		metric({name: 'request-duration', threshold: 1, interval: '0s'}),
		`${m}.interval`,
		'0s',
		`${m}.interval is 0s, over which no rate can be taken`,
		'Write a duration above zero, such as 1m',
	],
	[
		metric({name: 'request-duration', compareWithPrimary: {}}),
		`${m}.compareWithPrimary.tolerance`,
		'',
		`${m}.compareWithPrimary.tolerance is missing`,
		TOLERANCE,
	],
	[
		metric({name: 'request-duration', compareWithPrimary: {tolerance: -1}}),
		`${m}.compareWithPrimary.tolerance`,
		'-1',
		`${m}.compareWithPrimary.tolerance is -1, not a number of 0 or more`,
		TOLERANCE,
	],
	[
		metric({name: 'request-duration', compareWithPrimary: {tolerance: 1, by: 'percent'}}),
		`${m}.compareWithPrimary.by`,
		'percent',
		`${m}.compareWithPrimary.by is percent, not one of ratio, difference`,
		'Set it to ratio or difference',
	],
	[
		today({stepWeight: 50, maxWeight: 100, metrics: [{name: 'request-duration', compareWithPrimary: {tolerance: 1}}]}),
		`${a}.maxWeight`,
		'100',
		`${a}.metrics compares with the primary, which has no traffic once the canary has 100 percent`,
		`Set ${a}.maxWeight, or the last of stepWeights, below 100, or remove compareWithPrimary`,
	],
	...[
		'max(queue)',
		'max(queue{ns="{{ namespace }}"}) / max(rate(jobs{app="{{ name }}", host="{{ service }}"}[{{ interval }}]))',
		'max(queue{workload="podinfo"})',
		'# of {{ target }}\nmax(queue{note="# of podinfo"}) # {{ target }}',
	].map((query): Case => oneQuestion(metric({name: 'queue', query, compareWithPrimary: {tolerance: 1}}), a, query)),
	oneQuestion(
		first({metrics: [{name: 'queue', query: 'max(queue)', compareWithPrimary: {tolerance: 1}}]}),
		'spec.canaryAnalysis',
		'max(queue)',
	),
	oneQuestion(
		today(
			{metrics: [{name: 'queue', query: 'max(queue{app="{{ target }}"})', compareWithPrimary: {tolerance: 1}}]},
			{targetRef: {apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'podinfo'}},
		),
		a,
		'max(queue{app="{{ target }}"})',
		['{{ route }}', 'revision'],
	),
];

testCases(cases);
