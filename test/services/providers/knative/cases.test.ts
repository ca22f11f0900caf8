import {knative as provider} from '../../../../services/providers/knative/provider.ts';
import {knativeModel as model, knativeService, pinned} from '../../workloads/knative.ts';
import {providerCases} from '../provider-cases.ts';

const primary = 'podinfo-00001';

providerCases({
	provider,
	model,
	lay(cluster) {
		cluster.versions = ['v1'];
		cluster.put('services', knativeService({primary, traffic: [pinned(primary, 100)]}));
	},
	carrier: {plural: 'services', name: 'podinfo'},
	shares: [{canary: 1}, {canary: 30}, {canary: 100}],
	beyond: [],
	isOurs: false,
});
