// The Gateway API's kinds: what an HTTPRoute is filled in with, how its parents' conditions are kept, what is refused.
import type {Json} from '../client.ts';
import type {Case} from '../contract.ts';

const collection = (plural: string, version = 'v1'): string => `gateway.networking.k8s.io/${version}/${plural}`;
const ROUTES = collection('httproutes');

const httpRoute = (spec: Json, version = 'v1'): Json => ({
	apiVersion: `gateway.networking.k8s.io/${version}`,
	kind: 'HTTPRoute',
	metadata: {name: 'web'},
	spec,
});

const backend = (name: string, weight: number): Json => ({group: '', kind: 'Service', name, port: 80, weight});

/** What a canary's route is, with every default in it. */
const whole: Json = {
	parentRefs: [{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'gateways'}],
	hostnames: ['app.example.com'],
	rules: [
		{
			matches: [
				{
					path: {type: 'PathPrefix', value: '/'},
					headers: [{type: 'Exact', name: 'x-user', value: 'me'}],
					queryParams: [{type: 'RegularExpression', name: 'beta', value: '.+'}],
					method: 'GET',
				},
			],
			filters: [
				{type: 'RequestHeaderModifier', requestHeaderModifier: {add: [{name: 'x-some', value: 'a'}], remove: ['x-no']}},
				{type: 'URLRewrite', urlRewrite: {hostname: 'web', path: {type: 'ReplaceFullPath', replaceFullPath: '/'}}},
			],
			backendRefs: [backend('web-primary', 100), backend('web-canary', 0)],
			timeouts: {request: '15s', backendRequest: '5s'},
		},
	],
};

const bare: Json = {
	parentRefs: [{name: 'public', namespace: 'gateways'}],
	rules: [{backendRefs: [{name: 'web-primary', port: 80}]}],
};

const parent = (more: Json = {}): Json => ({
	parentRef: {group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'gateways'},
	controllerName: 'example.com/gateway',
	conditions: [
		{
			type: 'Accepted',
			status: 'True',
			reason: 'Accepted',
			message: 'Route is accepted',
			observedGeneration: 1,
			lastTransitionTime: '2026-01-01T00:00:00Z',
			...more,
		},
	],
});

const routes: readonly Case[] = [
	{
		title: 'an HTTPRoute with all that we generate reads back as it was sent, in both versions',
		async run(t, {made, read, patch}) {
			const {spec, metadata} = await made(ROUTES, httpRoute(whole));
			t.deepEqual(spec, whole);
			for (const version of ['v1', 'v1beta1']) {
				const object = await read(collection('httproutes', version), 'web');
				t.deepEqual([object['apiVersion'], object['spec']], [`gateway.networking.k8s.io/${version}`, whole]);
			}

			const {status, body} = await patch(ROUTES, 'web', [
				{op: 'test', path: '/metadata/uid', value: metadata.uid},
				{op: 'test', path: '/spec/rules/0/backendRefs/1/name', value: 'web-canary'},
				{op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 90},
				{op: 'replace', path: '/spec/rules/0/backendRefs/1/weight', value: 10},
			]);
			t.deepEqual([status, body['metadata'].generation], [200, 2]);
			t.deepEqual(body['spec'].rules[0].backendRefs, [backend('web-primary', 90), backend('web-canary', 10)]);
		},
	},
	{
		title: 'an HTTPRoute is filled in: kinds, a match of everything, a weight of 1',
		async run(t, {made}) {
			const {spec} = await made(ROUTES, httpRoute(bare));
			t.deepEqual(spec, {
				parentRefs: [{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'gateways'}],
				rules: [{matches: [{path: {type: 'PathPrefix', value: '/'}}], backendRefs: [backend('web-primary', 1)]}],
			});
		},
	},
	{
		title: "an HTTPRoute's status is a part of its own, and leaves its generation alone",
		async run(t, {client, at, made, patch}) {
			// Without parents, for where there is a controller it has a say of its own.
			const object = await made(ROUTES, httpRoute({rules: bare['rules']}));
			t.is(object['status'], undefined);
			const path = `${at(ROUTES, 'web')}/status`;
			const put = async (parents: readonly Json[]) => {
				const current = await client.request('GET', at(ROUTES, 'web'));
				return client.request('PUT', path, {...current.body, status: {parents}});
			};

			const written = await put([parent()]);
			t.deepEqual([written.status, written.body['metadata'].generation], [200, 1]);
			t.deepEqual(written.body['status'], {parents: [parent()]});
			const {body} = await patch(ROUTES, 'web', [{op: 'add', path: '/spec/hostnames', value: ['a.example.com']}]);
			t.is(body['metadata'].generation, 2);
			t.deepEqual(body['status'], {parents: [parent()]}, 'which tells that nobody has looked at it since');
			const refused = await put([parent({reason: ''})]);
			t.is(refused.status, 422);
			t.regex(refused.body['message'], /status\.parents\[0\]\.conditions\[0\]\.reason/u);
		},
	},
];

const refusals: ReadonlyArray<readonly [what: string, rule: Json, field: RegExp]> = [
	['a weight below 0', {backendRefs: [{name: 'web', port: 80, weight: -1}]}, /backendRefs\[0\]\.weight/u],
	['an unknown kind of match', {matches: [{path: {type: 'Suffix', value: '/'}}]}, /matches\[0\]\.path\.type/u],
	['a port of 0', {backendRefs: [{name: 'web', port: 0}]}, /backendRefs\[0\]\.port/u],
	[
		'one header twice',
		{matches: [{headers: [1, 2].map((value) => ({name: 'x-user', value: String(value)}))}]},
		/matches\[0\]\.headers\[1\]/u,
	],
];

const refused: readonly Case[] = refusals.map(([what, rule, field]) => ({
	title: `an HTTPRoute with ${what} is refused`,
	async run(t, {client, at}) {
		const {status, body} = await client.request('POST', at(ROUTES), httpRoute({...bare, rules: [rule]}));
		t.is(status, 422);
		t.regex(body['message'], field);
	},
}));

const others: readonly Case[] = [
	{
		title: 'a Gateway is filled in, and says that nobody has looked at it yet',
		async run(t, {made}) {
			const listeners = [{name: 'web', port: 80, protocol: 'HTTP', hostname: '*.example.com'}];
			const gateway = {
				apiVersion: 'gateway.networking.k8s.io/v1',
				kind: 'Gateway',
				metadata: {name: 'public'},
				spec: {gatewayClassName: 'some', listeners},
			};
			const {spec, status} = await made(collection('gateways'), gateway);
			const allowedRoutes = {namespaces: {from: 'Same'}};
			t.deepEqual(spec, {gatewayClassName: 'some', listeners: listeners.map((one) => ({...one, allowedRoutes}))});
			const waiting = {
				status: 'Unknown',
				reason: 'Pending',
				message: 'Waiting for controller',
				lastTransitionTime: '1970-01-01T00:00:00Z',
			};
			t.deepEqual(status, {conditions: ['Accepted', 'Programmed'].map((type) => ({type, ...waiting}))});
		},
	},
	{
		title: 'a ReferenceGrant is kept as it is, in both versions',
		async run(t, {made, read}) {
			const spec = {
				from: [{group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'other'}],
				to: [{group: '', kind: 'Service'}],
			};
			const grant = {
				apiVersion: 'gateway.networking.k8s.io/v1beta1',
				kind: 'ReferenceGrant',
				metadata: {name: 'to-web'},
				spec,
			};
			t.deepEqual((await made(collection('referencegrants', 'v1beta1'), grant))['spec'], spec);
			t.deepEqual((await read(collection('referencegrants'), 'to-web'))['spec'], spec);
		},
	},
];

export const gateways: readonly Case[] = [...routes, ...refused, ...others];
