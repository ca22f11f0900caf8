// The Rollout resource, from before there were Canaries: the user owns both Deployments, both Services and the
// VirtualService; one metric is the gate. Nothing is required, for what is wrong is said by `model-of-rollout.ts`.
import {status} from './schema/status.ts';
import {absent, group, number, resource, text} from './schema/words.ts';

const side = (whose: string) =>
	group(
		{
			name: text(`Name of the ${whose} Deployment`),
			host: text(`Host of the ${whose} Service, as the VirtualService has it`),
		},
		`The ${whose} Deployment and Service`,
	);

const spec = group(
	{
		targetKind: text('Kind of both workloads: `Deployment`'),
		primary: side('primary’s'),
		canary: side('canary’s'),
		virtualService: group(
			{
				name: text('Name'),
				weight: number('Percentage by which the canary’s traffic grows, up to 100', absent(10)),
			},
			'The VirtualService that routes to both',
		),
		metric: group(
			{
				type: text('`counter`', absent('`counter`')),
				name: text('`istio_requests_total`', absent('`istio_requests_total`')),
				interval: text('Window of the query', absent('`1m`')),
				threshold: number('Least success rate in percent'),
			},
			'What must hold for the canary to be given more traffic',
		),
	},
	'What is wanted',
);

/** The schema of `apps.weave.works/v1beta1 Rollout`. */
export const rollout = resource(
	{spec, status},
	'Rollout guards the releases of one workload, and halts those that err',
);
