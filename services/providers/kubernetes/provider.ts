// Kubernetes alone, without a mesh or an ingress controller.
import {podQuestions} from '../pod-queries.ts';
import type {Provider} from '../provider.ts';
import {kubernetesRouter} from './router.ts';

export const kubernetes: Provider = {
	names: ['kubernetes'],
	title: 'Kubernetes',
	about:
		'Without a mesh users reach the primary by the Service that they call, and nobody reaches a canary but who calls ' +
		'`{apex}-canary`: a load test that does so gives the checks something to judge. So a run is blue/green: ' +
		'`spec.analysis.iterations` rounds of checks, then the promotion, which is all that users notice. ' +
		'The built-in metrics ask for `http_request_duration_seconds` of the pods.',
	capabilities: ['tcp', 'routeless'],
	apis: [],
	permissions: [],
	router: kubernetesRouter,
	questions: podQuestions,
};
