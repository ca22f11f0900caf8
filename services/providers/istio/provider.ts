// Istio: a mesh by sidecars, and gateways before it.
import type {CanaryModel, Problem} from '../../../api/model.ts';
import {isTcp} from '../../../api/service-model.ts';
import type {Provider} from '../provider.ts';
import {istioQuestions} from './queries.ts';
import {rulesOf} from './matches.ts';
import {istioRouter} from './router.ts';

const ofTcp = ({service}: Pick<CanaryModel, 'service'>): Problem => ({
	field: 'spec.analysis.match',
	value: service?.appProtocol ?? '',
	text: 'spec.analysis.match tells requests apart, and spec.service.appProtocol is tcp, which has none',
	remedy: 'Remove match, or appProtocol',
});

export const istio: Provider = {
	names: ['istio'],
	title: 'Istio',
	about:
		'Weights are those of the VirtualService: of today’s shape it is generated with two DestinationRules, of the first ' +
		'it is yours. Requests are told apart by host, or by the subsets of one host ([subsets](running.md)).',
	capabilities: ['weights', 'match', 'tcp', 'paired'],
	problems: (model) => (isTcp(model.service ?? {}) && rulesOf(model) !== undefined ? [ofTcp(model)] : []),
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
