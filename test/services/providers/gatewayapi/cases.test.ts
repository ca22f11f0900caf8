import {gatewayApi as provider} from '../../../../services/providers/gatewayapi/provider.ts';
import {providerCases} from '../provider-cases.ts';
import {model} from './routes.ts';

for (const name of provider.names) {
	providerCases({
		provider: {...provider, title: name},
		model: {...model, provider: name},
		lay(cluster) {
			cluster.versions = ['v1', 'v1beta1'];
		},
		carrier: {plural: 'httproutes', name: 'podinfo'},
		shares: [{canary: 1}, {canary: 30}, {canary: 100}],
		beyond: [
			{canary: 0, mirrored: 10},
			{canary: 100, match: [{headers: {'x-canary': {exact: 'always'}}}]},
		],
		isOurs: true,
	});
}
