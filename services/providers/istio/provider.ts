// Istio: a mesh by sidecars, and gateways before it.
import type {Provider} from '../provider.ts';
import {istioQuestions} from './queries.ts';
import {istioRouter} from './router.ts';

export const istio: Provider = {
	names: ['istio'],
	title: 'Istio',
	about:
		'Weights are those of the VirtualService: of today’s shape it is generated with two DestinationRules, of the first ' +
		'it is yours. Requests are told apart by host, or by the subsets of one host ([subsets](running.md)).',
	capabilities: ['weights', 'tcp', 'paired'],
	apis: [{group: 'networking.istio.io', versions: ['v1', 'v1beta1', 'v1alpha3']}],
	permissions: [
		{
			why: "The weights, and what today's shape generates for a mesh. Drop this rule where Istio is not installed.",
			group: 'networking.istio.io',
			resources: ['virtualservices', 'destinationrules'],
			verbs: ['get', 'list', 'watch', 'create', 'patch'],
		},
	],
	grantedIn: 'operator/rbac.yaml',
	router: istioRouter,
	questions: istioQuestions,
};
