// The Gateway API: whatever gateways there are, as long as they follow HTTPRoutes.
import type {CanaryModel, Problem} from '../../../api/model.ts';
import {podQuestions} from '../pod-queries.ts';
import type {Provider} from '../provider.ts';
import {GROUP} from './api.ts';
import {corsProblems, hostProblems, rewriteProblems} from './generated.ts';
import {matchProblems} from './matching.ts';
import {gatewayApiRouter} from './router.ts';
import {timeoutProblems} from './time-outs.ts';

const withoutParents: Problem = {
	field: 'spec.service.gatewayRefs',
	value: '',
	text: 'GatewayRefs must be specified when using Gateway API as a provider.',
	remedy: 'Name the Gateways that users come through in spec.service.gatewayRefs',
};

const problems = ({service}: Omit<CanaryModel, 'problems'>): readonly Problem[] => {
	// Of a Canary without one, and of a route of the user's own, something else is said.
	if (service === undefined) return [];
	return [
		...(service.gatewayRefs.length === 0 ? [withoutParents] : []),
		...hostProblems(service),
		...matchProblems(service.match),
		...rewriteProblems(service),
		...corsProblems(service),
		...timeoutProblems(service),
	];
};

export const gatewayApi: Provider = {
	names: ['gatewayapi:v1', 'gatewayapi:v1beta1'],
	title: 'Gateway API',
	about:
		'Weights are those of the backends in one HTTPRoute, whose parents are `spec.service.gatewayRefs`. What is written ' +
		'counts once each parent has accepted that generation of it; a parent that refuses the route, and a backend that is ' +
		'not there, are problems of the Canary and hold a release. Both weights are never 0, for then gateways answer every ' +
		'user with an error. `spec.service.match` may ask for `uri`, an exact `method`, and exact `headers` and ' +
		'`queryParams` or patterns; `spec.service.retries` has no field in an HTTPRoute and is left out. An HTTPRoute of ' +
		'that name which nobody controls is taken over, its former spec kept in an annotation; deleting the Canary ' +
		'leaves it as it was last written. Built-in metrics are what ' +
		'pods say of themselves in `http_request_duration_seconds`.',
	capabilities: ['weights', 'acceptance'],
	apis: [{group: GROUP, versions: ['v1', 'v1beta1']}],
	permissions: [
		{
			why: 'The weights, and the route that is made for them.',
			group: GROUP,
			resources: ['httproutes'],
			verbs: ['get', 'list', 'watch', 'create', 'patch'],
		},
	],
	grantedIn: 'routers/gatewayapi.yaml',
	problems,
	router: gatewayApiRouter,
	questions: podQuestions,
};
