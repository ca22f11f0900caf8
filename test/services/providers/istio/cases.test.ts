import {istio as provider} from '../../../../services/providers/istio/provider.ts';
import {managedModel as model, pairedModel, virtualService} from '../../workloads/podinfo.ts';
import {providerCases} from '../provider-cases.ts';

const common = {
	provider,
	carrier: {plural: 'virtualservices', name: 'podinfo'},
	shares: [{canary: 1}, {canary: 30}, {canary: 100}],
	beyond: [],
};

providerCases({...common, model, lay() {}, isOurs: true});

providerCases({
	...common,
	provider: {...provider, title: 'Istio, by a route of the user’s own'},
	model: pairedModel,
	lay: (cluster) =>
		void cluster.put(
			'virtualservices',
			virtualService([
				{host: 'podinfo', weight: 100},
				{host: 'podinfo-canary', weight: 0},
			]),
		),
	isOurs: false,
});
