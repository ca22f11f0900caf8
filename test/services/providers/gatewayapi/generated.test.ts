import test from 'ava';
import type {ServiceModel} from '../../../../api/service-model.ts';
import {httpRouteSpec} from '../../../../services/providers/gatewayapi/generated.ts';
import {gatewayApi} from '../../../../services/providers/gatewayapi/provider.ts';
import {modelWith} from './routes.ts';

const ruleOf = (more: Partial<ServiceModel>): Record<string, unknown> => {
	const {rules} = httpRouteSpec(modelWith(more), {canary: 0});
	return (rules as ReadonlyArray<Record<string, unknown>>)[0] ?? {};
};

const problemsOf = (more: Partial<ServiceModel>) =>
	(gatewayApi.problems?.(modelWith(more)) ?? []).map(({field, text}) => [field, text]);

test('matches are carried over, each list in one order whatever the order of the object', (t) => {
	const match = [
		{
			name: 'ours',
			uri: {prefix: '/api'},
			method: {exact: 'GET'},
			headers: {'x-b': {regex: '.+'}, 'x-a': {exact: '1'}},
			queryParams: {beta: {exact: 'yes'}},
		},
		{uri: {exact: '/'}},
		{headers: {'x-c': {exact: '2'}}},
	];
	t.deepEqual(ruleOf({match})['matches'], [
		{
			path: {type: 'PathPrefix', value: '/api'},
			headers: [
				{type: 'Exact', name: 'x-a', value: '1'},
				{type: 'RegularExpression', name: 'x-b', value: '.+'},
			],
			queryParams: [{type: 'Exact', name: 'beta', value: 'yes'}],
			method: 'GET',
		},
		{path: {type: 'Exact', value: '/'}},
		{path: {type: 'PathPrefix', value: '/'}, headers: [{type: 'Exact', name: 'x-c', value: '2'}]},
	]);
	t.deepEqual(problemsOf({match}), []);
});

test('headers, a rewrite, mirrors, CORS and time-outs are what the peer makes of them', (t) => {
	const rule = ruleOf({
		headers: {request: {add: {'x-b': '2', 'x-a': '1'}, remove: ['x-c']}, response: {set: {server: 'us'}}},
		rewrite: {uri: '/', authority: 'web', type: 'ReplacePrefixMatch'},
		mirror: [{backendRef: {name: 'shadow', port: 80}}],
		corsPolicy: {allowOrigin: ['https://a.example.com'], allowMethods: ['GET'], maxAge: '24h', allowCredentials: true},
		timeout: '15s',
		backendTimeout: '5s',
	});
	t.deepEqual(rule['filters'], [
		{
			type: 'RequestHeaderModifier',
			requestHeaderModifier: {
				add: [
					{name: 'x-a', value: '1'},
					{name: 'x-b', value: '2'},
				],
				remove: ['x-c'],
			},
		},
		{type: 'ResponseHeaderModifier', responseHeaderModifier: {set: [{name: 'server', value: 'us'}]}},
		{
			type: 'URLRewrite',
			urlRewrite: {hostname: 'web', path: {type: 'ReplacePrefixMatch', replacePrefixMatch: '/'}},
		},
		{
			type: 'RequestMirror',
			requestMirror: {backendRef: {group: '', kind: 'Service', name: 'shadow', port: 80}},
		},
		{
			type: 'CORS',
			cors: {
				allowOrigins: ['https://a.example.com'],
				allowMethods: ['GET'],
				allowCredentials: true,
				maxAge: 86_400,
			},
		},
	]);
	t.deepEqual(rule['timeouts'], {request: '15s', backendRequest: '5s'});
	t.like(ruleOf({rewrite: {uri: '/new'}}), {
		filters: [{urlRewrite: {path: {type: 'ReplaceFullPath', replaceFullPath: '/new'}}}],
	});
});

test('a parent is given as it is written, with what the server would fill in', (t) => {
	const gatewayRefs = [
		{kind: 'Service', group: '', name: 'podinfo', port: 80},
		{name: 'public', sectionName: 'web'},
	];
	t.deepEqual(httpRouteSpec(modelWith({gatewayRefs}), {canary: 0})['parentRefs'], [
		{group: '', kind: 'Service', name: 'podinfo', port: 80},
		{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', sectionName: 'web'},
	]);
});

test('what no HTTPRoute can say is said before the run, by its field', (t) => {
	const only = 'GatewayRefs must be specified when using Gateway API as a provider.';
	t.deepEqual(problemsOf({gatewayRefs: []}), [['spec.service.gatewayRefs', only]]);
	const match = [
		{headers: {cookie: {prefix: 'a'}}},
		{method: {regex: 'G.*'}, scheme: {exact: 'https'}, sourceLabels: {app: 'web'}, ignoreUriCase: false},
	];
	t.deepEqual(problemsOf({match}), [
		[
			'spec.service.match[0].headers.cookie',
			'spec.service.match[0].headers.cookie matches by prefix, which no HTTPRoute can',
		],
		['spec.service.match[1].method', 'spec.service.match[1].method matches by regex, which no HTTPRoute can'],
		[
			'spec.service.match[1].scheme',
			'spec.service.match[1].scheme tells requests apart by scheme, which no HTTPRoute can',
		],
		[
			'spec.service.match[1].sourceLabels',
			'spec.service.match[1].sourceLabels tells requests apart by sourceLabels, which no HTTPRoute can',
		],
	]);
	const corsPolicy = {allowOrigins: [{exact: 'https://a.example.com'}, {regex: '.*'}]};
	t.deepEqual(
		problemsOf({corsPolicy}).map(([field]) => field),
		['spec.service.corsPolicy.allowOrigins[1]'],
	);
	t.deepEqual(problemsOf({}), []);
});

test('a prefix that is replaced has a rule for each match, and is one that is asked for', (t) => {
	const rewrite = {uri: '/', type: 'ReplacePrefixMatch'} as const;
	const match = [{uri: {prefix: '/a'}}, {uri: {prefix: '/b'}}];
	const spec = httpRouteSpec(modelWith({rewrite, match}), {canary: 10});
	const rules = spec['rules'] as ReadonlyArray<{matches: readonly object[]; backendRefs: unknown}>;
	t.deepEqual(
		rules.map(({matches}) => matches),
		['/a', '/b'].map((value) => [{path: {type: 'PathPrefix', value}}]),
	);
	t.deepEqual(rules[1]?.backendRefs, rules[0]?.backendRefs);
	t.deepEqual(problemsOf({rewrite, match}), []);
	t.deepEqual(
		problemsOf({rewrite, match: [{uri: {exact: '/a'}}]}).map(([field]) => field),
		['spec.service.rewrite.type'],
	);
});

test('time-outs are written as an HTTPRoute takes durations, the others kept as they are', (t) => {
	const written = ['1.5s', '90s', '1m30.25s', '100000s', '0s', '48h', '0.5h', '500ms', '99999h'];
	t.deepEqual(
		written.map((timeout) => (ruleOf({timeout})['timeouts'] as {request: string}).request),
		['1s500ms', '90s', '1m30s250ms', '27h46m40s', '0s', '48h', '30m', '500ms', '99999h'],
	);
	t.deepEqual(
		written.flatMap((timeout) => problemsOf({timeout, backendTimeout: '0s'})),
		[],
	);
});

test('a time-out that no HTTPRoute can say is refused by its field, its value and a remedy', (t) => {
	for (const timeout of ['100us', '0.4ms', '-1s', '5', 'soon', '100000h']) {
		const [problem, ...others] = gatewayApi.problems?.(modelWith({timeout})) ?? [];
		t.like(problem, {field: 'spec.service.timeout', value: timeout});
		t.regex(problem?.text ?? '', /is no duration that an HTTPRoute can say/);
		t.regex(problem?.remedy ?? '', /1s500ms/);
		t.deepEqual(others, []);
		t.is(ruleOf({timeout})['timeouts'], undefined);
	}

	t.deepEqual(
		problemsOf({timeout: '5s', backendTimeout: '10us'}).map(([field]) => field),
		['spec.service.backendTimeout'],
	);
});

test('a backend may not be waited for longer than its request, unless that has no end', (t) => {
	const longer = gatewayApi.problems?.(modelWith({timeout: '1.5s', backendTimeout: '1501ms'})) ?? [];
	t.deepEqual(longer, [
		{
			field: 'spec.service.backendTimeout',
			value: '1501ms',
			text: 'spec.service.backendTimeout is 1501ms, longer than spec.service.timeout, 1.5s, which no HTTPRoute may have',
			remedy: 'Set spec.service.backendTimeout to 1.5s or less, or spec.service.timeout to more',
		},
	]);
	for (const timeout of ['1501ms', '0s', undefined]) {
		t.deepEqual(problemsOf({...(timeout !== undefined && {timeout}), backendTimeout: '1501ms'}), []);
	}
});

test('how long a preflight is kept is told in seconds, and refused where that would be another time', (t) => {
	const ageOf = (maxAge: string): unknown => {
		const [filter] = ruleOf({corsPolicy: {maxAge}})['filters'] as ReadonlyArray<{cors: {maxAge: number}}>;
		return filter?.cors.maxAge;
	};
	t.deepEqual(['1s', '1m30s'].map(ageOf), [1, 90]);
	for (const maxAge of ['0s', '0.4s', '1000h', 'long']) {
		t.deepEqual(problemsOf({corsPolicy: {maxAge}}), [
			[
				'spec.service.corsPolicy.maxAge',
				`spec.service.corsPolicy.maxAge is ${maxAge}, where an HTTPRoute takes from 1s to 24 days`,
			],
		]);
	}

	t.deepEqual(problemsOf({corsPolicy: {maxAge: '24h'}}), []);
});

test('a path that no HTTPRoute takes is refused before anything is made', (t) => {
	const taken = ['/', '/api', '/api/', '/a.b/..c', '/%20', "/it's"];
	t.deepEqual(
		taken.flatMap((path) => problemsOf({match: [{uri: {prefix: path}}, {uri: {exact: path}}]})),
		[],
	);
	for (const path of ['api', '', '/a//b', '/a/../b', '/a/.', '/a%2Fb', '/a#b', '/ä', '/%2', `/${'a'.repeat(1024)}`]) {
		for (const form of ['prefix', 'exact'] as const) {
			const [problem, ...others] = gatewayApi.problems?.(modelWith({match: [{uri: {[form]: path}}]})) ?? [];
			t.like(problem, {field: `spec.service.match[0].uri.${form}`, value: path});
			t.regex(problem?.text ?? '', /is no path that an HTTPRoute takes$/);
			t.deepEqual(others, []);
		}
	}

	t.deepEqual(problemsOf({match: [{uri: {regex: 'api/.*'}}]}), []);
});

test('a host that no HTTPRoute takes is refused before anything is made', (t) => {
	const hosts = ['app.example.com', '*.example.com', 'podinfo'];
	t.deepEqual(problemsOf({hosts}), []);
	for (const host of ['*', 'App.example.com', 'app.example.com:80', 'app.*.com', '*.', '']) {
		const [problem, ...others] = gatewayApi.problems?.(modelWith({hosts: [...hosts, host]})) ?? [];
		t.like(problem, {field: 'spec.service.hosts[3]', value: host});
		t.regex(problem?.remedy ?? '', /without hosts every host is meant/);
		t.deepEqual(others, []);
	}
});
