// Istio's kinds: which versions are served, what is kept, what is refused.
import type {Json} from '../client.ts';
import type {Case} from '../contract.ts';
import {refusal} from '../objects.ts';

const istio = (version: string, plural = 'virtualservices'): string => `networking.istio.io/${version}/${plural}`;

const virtualService = (version: string, destination: Json): Json => ({
	apiVersion: `networking.istio.io/${version}`,
	kind: 'VirtualService',
	metadata: {name: 'web'},
	spec: {
		hosts: ['web'],
		gateways: ['mesh'],
		http: [
			{
				route: [
					{destination, weight: 100},
					{destination: {host: 'web-canary'}, weight: 0},
				],
			},
		],
	},
});

const versions: readonly Case[] = [
	{
		title: 'a group says which versions are served, the preferred one first',
		async run(t, {client}) {
			const {body} = await client.request('GET', '/apis/networking.istio.io');
			t.deepEqual(
				(body['versions'] as readonly {version: string}[]).map(({version}) => version),
				['v1', 'v1beta1', 'v1alpha3'],
			);
			t.is(body['preferredVersion'].version, 'v1');
			const own = await client.request('GET', '/apis/flagger.app');
			const served = {groupVersion: 'flagger.app/v1beta1', version: 'v1beta1'};
			t.deepEqual([own.body['versions'], own.body['preferredVersion']], [[served], served]);
			t.deepEqual((await client.request('GET', '/api')).body['versions'], ['v1']);
		},
	},
	{
		title: 'a group that is not served is a 404',
		async run(t, {client}) {
			t.is((await client.request('GET', '/apis/networking.example.dev')).status, 404);
		},
	},
	{
		title: 'a VirtualService is the same object in all versions, weights of 0 kept',
		async run(t, {made, read, patch}) {
			const {spec, metadata} = await made(istio('v1alpha3'), virtualService('v1alpha3', {host: 'web'}));
			t.deepEqual(spec, virtualService('v1', {host: 'web'})['spec']);
			for (const version of ['v1alpha3', 'v1beta1', 'v1']) {
				const object = await read(istio(version), 'web');
				t.deepEqual([object['apiVersion'], object['spec']], [`networking.istio.io/${version}`, spec]);
				t.is(object['metadata'].resourceVersion, metadata.resourceVersion);
			}

			const {status, body} = await patch(istio('v1'), 'web', [
				{op: 'test', path: '/spec/http/0/route/1/destination/host', value: 'web-canary'},
				{op: 'replace', path: '/spec/http/0/route/1/weight', value: 10},
			]);
			t.deepEqual([status, body['metadata'].generation], [200, 2]);
			t.is((await read(istio('v1beta1'), 'web'))['spec'].http[0].route[1].weight, 10);
		},
	},
];

const route = [
	{destination: {host: 'web-primary', port: {number: 80}}, weight: 100},
	{destination: {host: 'web-canary', subset: 'v2'}, weight: 0},
];

const generated: Json = {
	hosts: ['web.example.com', 'web'],
	gateways: ['istio-system/public', 'mesh'],
	http: [
		{
			match: [{uri: {prefix: '/'}, headers: {'x-user': {exact: 'me'}}}],
			rewrite: {uri: '/', authority: 'web'},
			timeout: '15s',
			retries: {attempts: 3, perTryTimeout: '1s', retryOn: 'gateway-error'},
			corsPolicy: {allowOrigins: [{exact: 'https://example.com'}], allowMethods: ['GET'], maxAge: '24h'},
			headers: {request: {add: {'x-some': 'value'}}, response: {remove: ['server']}},
			route,
		},
	],
	tcp: [{match: [{port: 80}], route}],
};

const routes: readonly Case[] = [
	{
		title: 'a VirtualService with all that we generate reads back as it was sent',
		async run(t, {made, patch}) {
			const object = {...virtualService('v1', {host: 'web'}), spec: generated};
			const {spec, metadata} = await made(istio('v1'), object);
			t.deepEqual(spec, generated);
			const {status, body} = await patch(istio('v1beta1'), 'web', [
				{op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion},
				{op: 'replace', path: '/spec', value: generated},
				{op: 'add', path: '/metadata/annotations', value: {'kustomize.toolkit.fluxcd.io/reconcile': 'disabled'}},
			]);
			t.deepEqual([status, body['spec'], body['metadata'].generation], [200, generated, 1]);
			t.deepEqual(body['metadata'].annotations, {'kustomize.toolkit.fluxcd.io/reconcile': 'disabled'});
		},
	},
];

const refusals: readonly Case[] = [
	{
		title: 'a VirtualService whose destination has no host is refused',
		async run(t, {client, at}) {
			const object = virtualService('v1beta1', {name: 'web'});
			const refused = await client.request('POST', at(istio('v1beta1')), object);
			// Without the remark on rules: the embedded definition has none.
			t.deepEqual([refused.status, refused.body['reason']], [422, 'Invalid']);
			t.like(refused.body['details'].causes[0], {
				field: 'spec.http[0].route[0].destination.host',
				message: 'Required value',
				reason: 'FieldValueRequired',
			});
			const strict = await client.request('POST', `${at(istio('v1beta1'))}?fieldValidation=Strict`, object);
			const unknown = 'strict decoding error: unknown field "spec.http[0].route[0].destination.name"';
			const start = 'VirtualService in version "v1beta1" cannot be handled as a VirtualService';
			t.deepEqual(refusal(strict), [400, 'BadRequest', `${start}: ${unknown}`]);
		},
	},
	{
		title: 'a weight that is a text is refused, and changes nothing',
		async run(t, {made, patch, read}) {
			const before = await made(istio('v1beta1'), virtualService('v1beta1', {host: 'web'}));
			const path = '/spec/http/0/route/0/weight';
			const {status, body} = await patch(istio('v1beta1'), 'web', [{op: 'replace', path, value: 'all'}]);
			t.is(status, 422);
			t.regex(body['message'], /spec\.http\[0\]\.route\[0\]\.weight in body must be of type integer: "string"/u);
			t.deepEqual(await read(istio('v1beta1'), 'web'), before);
		},
	},
	{
		title: 'a DestinationRule without a host is refused; with a host and a traffic policy it is kept as it is',
		async run(t, {client, at, made}) {
			const rule = (spec: Json) => ({
				apiVersion: 'networking.istio.io/v1',
				kind: 'DestinationRule',
				metadata: {name: 'web'},
				spec,
			});
			const trafficPolicy = {loadBalancer: {simple: 'LEAST_REQUEST'}, tls: {mode: 'DISABLE'}};
			const path = at(istio('v1', 'destinationrules'));
			const refused = await client.request('POST', path, rule({trafficPolicy}));
			// Without the remark on rules: the embedded definition has none.
			t.is(refused.status, 422);
			t.regex(
				refused.body['message'],
				/^DestinationRule\.networking\.istio\.io "web" is invalid: \[?spec\.host: Required value/u,
			);
			const spec = {host: 'web', trafficPolicy};
			t.deepEqual((await made(istio('v1', 'destinationrules'), rule(spec)))['spec'], spec);
		},
	},
];

export const mesh: readonly Case[] = [...versions, ...routes, ...refusals];
