// The fields of the first shape: the user owns both workloads, their Services and the VirtualService.
// Nothing in it is required and no text has a pattern, for its first CRD refused next to nothing.
import {alerts, onMissingData, ownChecks} from './analysis.ts';
import {lenient} from './lenient.ts';
import {absent, group, list, number, shape, text} from './words.ts';

const first = shape('first');
const ours = shape('first, Aviary');

const side = (whose: string) =>
	group(
		{
			name: text(`Name of the ${whose} workload`),
			host: text(
				`Host of the ${whose} Service, as the VirtualService has it; one for both where subsets tell them apart`,
			),
			subset: text(`The ${whose} subset of that Service, where both have one host`, {
				...absent('the one that selects its pods alone'),
				...ours,
			}),
		},
		`The ${whose} workload and Service`,
		first,
	);

export const firstShape = {
	targetKind: text(
		'Kind of both workloads: `Deployment`, `DaemonSet`, `StatefulSet`, or one that has a mapping',
		first,
	),
	virtualService: group({name: text('Name')}, 'The VirtualService that routes to both', first),
	primary: side('primary’s'),
	canary: side('canary’s'),
	canaryAnalysis: group(
		{
			interval: text('Time between two checks', {
				...absent('the daemon’s `--control-loop-interval`'),
				...ours,
			}),
			threshold: number('Failed checks at which the canary is rolled back; counted over the whole run'),
			maxWeight: number('Highest percentage of traffic for the canary', absent(100)),
			stepWeight: number('Percentage by which the canary’s traffic grows'),
			stepWeights: list(
				number('Percentage'),
				'The canary’s percentages one by one, rising; `maxWeight` is not used',
				ours,
			),
			onMissingData: onMissingData('first, Aviary'),
			metrics: list(
				group({
					name: text(
						'`istio_requests_total`, `istio_request_duration_seconds_bucket`, or a name of your own with a query',
					),
					interval: text('Window of the query', absent('`1m`')),
					threshold: number(
						'Least success rate in percent, longest duration (P99) in milliseconds, or highest value of a query that passes',
					),
					thresholdRange: lenient(ownChecks.thresholdRange, ours),
					compareWithPrimary: lenient(ownChecks.compareWithPrimary, ours),
					unit: lenient(ownChecks.unit, ours),
					query: lenient(ownChecks.query, ours),
				}),
				'Checks, in order',
			),
			alerts: lenient(alerts, ours),
		},
		'How a canary is analysed',
		first,
	),
};
