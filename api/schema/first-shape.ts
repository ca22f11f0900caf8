// The fields of the first shape: the user owns both workloads, their Services and the VirtualService.
// Nothing in it is required and no text has a pattern, for its first CRD refused next to nothing.
import {onMissingData} from './analysis.ts';
import {absent, group, list, number, shape, text} from './words.ts';

const first = shape('first');

const side = (whose: string) =>
	group(
		{
			name: text(`Name of the ${whose} workload`),
			host: text(
				`Host of the ${whose} Service, as the VirtualService has it; one for both where subsets tell them apart`,
			),
			subset: text(`The ${whose} subset of that Service, where both have one host`, {
				...absent('the one that selects its pods alone'),
				...shape('first, Aviary'),
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
				...shape('first, Aviary'),
			}),
			threshold: number('Failed checks at which the canary is rolled back; counted over the whole run'),
			maxWeight: number('Highest percentage of traffic for the canary', absent(100)),
			stepWeight: number('Percentage by which the canary’s traffic grows'),
			stepWeights: list(number('Percentage'), 'The canary’s percentages one by one, rising; `maxWeight` is not used', {
				...shape('first, Aviary'),
			}),
			onMissingData: onMissingData('first, Aviary'),
			metrics: list(
				group({
					name: text('`istio_requests_total` or `istio_request_duration_seconds_bucket`'),
					interval: text('Window of the query', absent('`1m`')),
					threshold: number('Least success rate in percent, or longest duration (P99) in milliseconds'),
				}),
				'Checks, in order',
			),
		},
		'How a canary is analysed',
		first,
	),
};
