// What a Canary asks of a provider that cannot do it: refused by name, and by the names of those that can.
import test from 'ava';
import type {ProviderFacts} from '../../api/providers.ts';
import {toModel} from '../../api/model-of-canary.ts';
import {defaults, first, today} from './manifests.ts';

const providers: readonly ProviderFacts[] = [
	{names: ['istio'], capabilities: ['weights', 'match', 'mirror', 'tcp', 'paired']},
	{names: ['gatewayapi:v1', 'gatewayapi:v1beta1'], capabilities: ['weights', 'match', 'mirror']},
	{names: ['nginx'], capabilities: ['weights'], routeName: (_, apex) => `${apex}-canary`},
	{
		names: ['traefik'],
		capabilities: ['match'],
		problems: ({route}) => [{field: 'spec.service', value: route.name, text: 'it wants more', remedy: 'Give it'}],
	},
];

const read = (canary: unknown, meshProvider = 'istio') => toModel(canary, {...defaults, meshProvider, providers});
const textsOf = (canary: unknown, meshProvider?: string) => read(canary, meshProvider).problems.map(({text}) => text);

test('what it cannot do is refused by name, and who can is told', (t) => {
	const mirrored = today({mirror: true}, {provider: 'nginx'});
	t.deepEqual(read(mirrored).problems, [
		{
			field: 'spec.analysis.mirror',
			value: 'true',
			text:
				'spec.analysis.mirror asks for traffic mirroring, but provider nginx cannot mirror; ' +
				'istio, gatewayapi:v1 and gatewayapi:v1beta1 can',
			remedy: 'Remove mirror, or set spec.provider to istio, gatewayapi:v1 or gatewayapi:v1beta1',
		},
	]);
	const tcp = today({}, {provider: 'nginx', service: {port: 80, appProtocol: 'TCP'}});
	t.deepEqual(textsOf(tcp), [
		'spec.service.appProtocol asks for TCP routes, but provider nginx cannot route TCP; istio can',
	]);
	const matched = today(
		{match: [{headers: {a: {exact: 'b'}}}], iterations: 5, stepWeight: undefined},
		{provider: 'nginx'},
	);
	t.regex(textsOf(matched).join(), /asks for A\/B testing, but provider nginx cannot tell requests apart/);
	t.regex(textsOf(first({}, {provider: 'nginx'})).join(), /spec\.virtualService asks for a route of your own, but/);
});

test('a provider may want more of a Canary, and what it does without is not asked of it', (t) => {
	t.deepEqual(textsOf(today({}, {provider: 'traefik'})), [
		'spec.analysis.stepWeight asks for a share of all requests, but provider traefik cannot share out requests by ' +
			'weight; istio, gatewayapi:v1, gatewayapi:v1beta1 and nginx can',
		'it wants more',
	]);
	t.deepEqual(textsOf(today({}, {provider: 'traefik', skipAnalysis: true})), ['it wants more']);
});

test('a route may be named by its provider, the daemon’s too', (t) => {
	t.deepEqual(read(today({}, {provider: 'nginx'})).route, {name: 'podinfo-canary', generated: true});
	t.deepEqual(read(today(), 'nginx').route, {name: 'podinfo-canary', generated: true});
	t.deepEqual(read(today()).route, {name: 'podinfo', generated: true});
});

test('where nobody knows which providers there are, none is refused', (t) => {
	const {providers: _, ...unknowing} = defaults;
	t.deepEqual(toModel(today({mirror: true}, {provider: 'linkerd'}), unknowing).problems, []);
});
