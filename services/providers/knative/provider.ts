// Knative Serving: a Service of its kind is target, both sides and route in one.
import {KNATIVE} from '../../../api/providers.ts';
import type {Provider} from '../provider.ts';
import {knativeQuestions} from './queries.ts';
import {knativeRouter} from './router.ts';

export const knative: Provider = {
	names: [KNATIVE],
	title: 'Knative Serving',
	about:
		'For targets of its own kind alone, which need no provider written: weights are those of the Service’s ' +
		'`spec.traffic` ([targets](targets.md)).',
	capabilities: ['weights', 'acceptance'],
	apis: [{group: 'serving.knative.dev', versions: ['v1']}],
	permissions: [
		{
			why: "Their traffic and the name of the primary's revision; followed, and read once more after a conflict.",
			group: 'serving.knative.dev',
			resources: ['services'],
			verbs: ['get', 'list', 'watch', 'patch'],
		},
		{
			why: 'Whether a revision is ready.',
			group: 'serving.knative.dev',
			resources: ['revisions'],
			verbs: ['get', 'list', 'watch'],
		},
	],
	grantedIn: 'targets/knativeservices.yaml',
	router: knativeRouter,
	questions: knativeQuestions,
};
