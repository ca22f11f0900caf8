// The Canary resource, both shapes in one schema. What both accept is accepted; what makes no sense together is said
// by `model-of-canary.ts` afterwards, never by refusing an apply.
import type {Static} from '@sinclair/typebox';
import {knownProviders} from './providers.ts';
import {analysis} from './schema/analysis.ts';
import {firstShape} from './schema/first-shape.ts';
import {service} from './schema/service.ts';
import {status} from './schema/status.ts';
import {
	absent,
	choice,
	flag,
	group,
	integer,
	number,
	reference,
	resource,
	shape,
	text,
	textMap,
} from './schema/words.ts';

const least1 = {minimum: 1};

const autoscalerRef = reference(
	['HorizontalPodAutoscaler', 'ScaledObject'],
	'The workload’s autoscaler; the primary gets a copy',
	{
		primaryScalerQueries: textMap('Queries of the primary’s ScaledObject, by the trigger’s name (KEDA)'),
		primaryScalerReplicas: group(
			{
				minReplicas: integer('Replicas at least', least1),
				maxReplicas: integer('Replicas at most', least1),
			},
			'Bounds of the primary’s autoscaler',
		),
	},
	shape('today'),
);

const spec = group(
	{
		targetRef: reference(
			['DaemonSet', 'Deployment', 'Service', 'StatefulSet'],
			'The workload to release, which is the canary; the primary is generated from it',
			{},
			shape('today'),
		),
		...firstShape,
		provider: choice(knownProviders, 'What routes the traffic', {
			...absent('the daemon’s `--mesh-provider`; `knative` for a Knative Service'),
		}),
		metricsServer: text('Address of Prometheus', absent('the daemon’s `--metrics-server`')),
		progressDeadlineSeconds: number('How long a workload may take to become ready', absent(600)),
		failFast: flag(
			'Whether a canary whose pods cannot start (their image cannot be pulled, they crash in a loop) fails at once, ' +
				'and not at `progressDeadlineSeconds`',
			{...absent(false), ...shape('both, Aviary')},
		),
		suspend: flag('Whether nothing may be changed for this Canary', absent(false)),
		skipAnalysis: flag('Whether a canary is promoted as soon as it is ready', absent(false)),
		drainSeconds: number('How long a copy without traffic is left to finish its requests before it is scaled down', {
			...absent(10),
			...shape('both, Aviary'),
		}),
		routeSettleSeconds: number('How long after a change of routes its checks begin to count', {
			...absent(3),
			...shape('both, Aviary'),
		}),
		onRouteChange: choice(
			['restore', 'adopt', 'yield'],
			'What a run does when somebody else changes the weights of its route. `restore`: it sets them back, three times, ' +
				'then halts. `adopt`: it goes on from the weight that it finds. `yield`: it halts until the weights are its own ' +
				'again, or somebody decides',
			{...absent('restore'), ...shape('both, Aviary')},
		),
		revertOnDeletion: flag('Whether deleting the Canary undoes its changes', {...absent(false), ...shape('today')}),
		autoscalerRef,
		ingressRef: reference(['Ingress'], 'Ingress (NGINX, Skipper)', {}, shape('today')),
		routeRef: reference(['ApisixRoute'], 'Route (APISIX)', {}, shape('today')),
		upstreamRef: reference(['Upstream'], 'Upstream (Gloo)', {namespace: text('Namespace')}, shape('today')),
		service,
		analysis,
	},
	'What is wanted',
	shape('both'),
);

/** The schema of `flagger.app/v1beta1 Canary`. */
export const canary = resource({spec, status}, 'Canary guards the releases of one workload');

/** A Canary of either shape as the API server holds it. */
export type Canary = Static<typeof canary>;

/** `status`, the peer's fields and ours. */
export type CanaryStatus = NonNullable<Canary['status']>;
