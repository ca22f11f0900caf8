import test from 'ava';
import {byRank, httpRouteHosts, httpRoutesOf, type RankedRoute} from '../../../../sandbox/world/routing/http-routes.ts';
import {namesOf, serviceOf, withoutPort} from '../../../../sandbox/world/routing/hosts.ts';
import {changed, conditionFor, rewritten, type Incoming, type Route} from '../../../../sandbox/world/routing/route.ts';
import {hostsOf, reachOf, routesOf} from '../../../../sandbox/world/routing/virtual-services.ts';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';

const objectOf = (kind: string, spec: Record<string, unknown>, name = 'podinfo'): KubeObject => ({
	apiVersion: 'v1',
	kind,
	metadata: {name, namespace: 'test'},
	spec,
});

const asking = (facts: Partial<Incoming> = {}): Incoming => ({
	source: {kind: 'pod', namespace: 'test', workload: 'tester', labels: {app: 'tester'}},
	method: 'GET',
	host: 'podinfo',
	path: '/',
	query: '',
	headers: {},
	...facts,
});

const to = (host: string) => [{destination: {host}}];

/** The service that a VirtualService or an HTTPRoute sends a request to. */
const targetOf = (routes: readonly Route[], request: Incoming): string | undefined =>
	routes.find((route) => conditionFor(route, request) !== undefined)?.legs[0]?.destination.service;

type Asked = {readonly title: string; readonly match: unknown; readonly takes: Incoming[]; readonly leaves: Incoming[]};

const conditions: readonly Asked[] = [
	{
		title: 'an exact path',
		match: {uri: {exact: '/api'}},
		takes: [asking({path: '/api'})],
		leaves: [asking({path: '/api/'}), asking({path: '/API'})],
	},
	{
		title: 'a prefix, which is text',
		match: {uri: {prefix: '/api'}},
		takes: [asking({path: '/api/v1'}), asking({path: '/apis'})],
		leaves: [asking({path: '/'})],
	},
	{
		title: 'a path whatever its case',
		match: {uri: {exact: '/Api'}, ignoreUriCase: true},
		takes: [asking({path: '/aPI'})],
		leaves: [asking({path: '/ap'})],
	},
	{
		title: 'an expression, which holds for the whole',
		match: {uri: {regex: '/v[0-9]+'}},
		takes: [asking({path: '/v12'})],
		leaves: [asking({path: '/v1/x'}), asking({path: '/av1'})],
	},
	{
		title: 'an expression that is none, which holds for nothing',
		match: {uri: {regex: '('}},
		takes: [],
		leaves: [asking({path: '('})],
	},
	{
		title: 'a method and a header together',
		match: {method: {exact: 'POST'}, headers: {'X-Canary': {regex: '(?i)always'}}},
		takes: [asking({method: 'POST', headers: {'x-canary': 'Always'}})],
		leaves: [asking({method: 'POST'}), asking({headers: {'x-canary': 'always'}})],
	},
	{
		title: "a cookie, as a session's routes ask for it",
		match: {headers: {Cookie: {regex: '.*flagger-cookie.*abc.*'}}},
		takes: [asking({headers: {cookie: 'a=b; flagger-cookie=abc'}})],
		leaves: [asking({headers: {cookie: 'flagger-cookie=xyz'}})],
	},
	{
		title: 'any value of a header, and another that must be absent',
		match: {headers: {one: {}}, withoutHeaders: {two: {}}},
		takes: [asking({headers: {one: ''}})],
		leaves: [asking({headers: {one: '', two: ''}}), asking()],
	},
	{
		title: 'a query',
		match: {queryParams: {version: {exact: '2'}}},
		takes: [asking({query: 'a=b&version=2'})],
		leaves: [asking({query: 'version=21'})],
	},
	{
		title: 'labels of the pod that asks',
		match: {sourceLabels: {app: 'tester'}},
		takes: [asking()],
		leaves: [asking({source: {kind: 'gateway'}})],
	},
	{
		title: 'a gateway',
		match: {gateways: ['public']},
		takes: [asking({source: {kind: 'gateway'}})],
		leaves: [asking()],
	},
];

for (const {title, match, takes, leaves} of conditions) {
	test(`a VirtualService may ask for ${title}`, (t) => {
		const spec = {http: [{match: [match], route: to('special')}, {route: to('plain')}]};
		const routes = routesOf(objectOf('VirtualService', spec), () => undefined);
		for (const request of takes) t.is(targetOf(routes, request), 'special');
		for (const request of leaves) t.is(targetOf(routes, request), 'plain');
	});
}

test('names of hosts are those of one Service', (t) => {
	for (const host of ['podinfo', 'podinfo.test', 'podinfo.test.svc', 'Podinfo.test.svc.cluster.local.']) {
		t.deepEqual(serviceOf(host, 'test'), {service: 'podinfo', namespace: 'test'});
	}

	t.is(serviceOf('app.example.com', 'test'), undefined);
	t.is(withoutPort('Podinfo.test:9898'), 'podinfo.test');
	t.deepEqual(namesOf('podinfo', undefined), ['podinfo']);
	const hosts = ['podinfo', 'web.test.svc', 'app.example.com', '*'];
	t.deepEqual(hostsOf(objectOf('VirtualService', {hosts})), [
		'podinfo.test.svc.cluster.local',
		'web.test.svc.cluster.local',
		'app.example.com',
		'*',
	]);
});

test('a VirtualService reaches the mesh, gateways, or both', (t) => {
	const reach = (gateways?: readonly string[]) => reachOf(objectOf('VirtualService', gateways ? {gateways} : {}));
	t.deepEqual(reach(), {mesh: true, gateway: false});
	t.deepEqual(reach(['public.istio-system']), {mesh: false, gateway: true});
	t.deepEqual(reach(['mesh', 'public']), {mesh: true, gateway: true});
});

test('weights are shares; a destination that is alone gets all, even at weight 0', (t) => {
	const sharesOf = (weights: readonly number[]): readonly number[] => {
		const route = weights.map((weight, index) => ({destination: {host: `web-${index}`}, weight}));
		const [first] = routesOf(objectOf('VirtualService', {http: [{route}]}), () => undefined);
		return first?.legs.map(({share}) => share) ?? [];
	};
	t.deepEqual(sharesOf([90, 10]), [0.9, 0.1]);
	t.deepEqual(sharesOf([1, 3]), [0.25, 0.75]);
	t.deepEqual(sharesOf([0]), [1]);
	t.deepEqual(sharesOf([0, 0]), [0, 0]);
});

test('a delegate takes what both ask for', (t) => {
	const delegate = objectOf(
		'VirtualService',
		{http: [{match: [{method: {exact: 'GET'}}], route: to('inner')}]},
		'inner',
	);
	const root = objectOf('VirtualService', {
		http: [{match: [{uri: {prefix: '/api'}}], delegate: {name: 'inner'}}, {route: to('outer')}],
	});
	const routes = routesOf(root, (name) => (name === 'test/inner' ? delegate : undefined));
	t.is(targetOf(routes, asking({path: '/api'})), 'inner');
	t.is(targetOf(routes, asking({path: '/api', method: 'PUT'})), 'outer');
	t.is(targetOf(routes, asking()), 'outer');
});

test('a rewrite replaces what was asked for', (t) => {
	const pathAfter = (uri: unknown, text: string, path: string): string => {
		const spec = {http: [{match: [{uri}], rewrite: {uri: text, authority: 'inner'}, route: to('podinfo')}]};
		const [route] = routesOf(objectOf('VirtualService', spec), () => undefined) as [Route];
		const request = asking({path});
		const after = rewritten(request, conditionFor(route, request) ?? {accepts: () => false}, route.rewrite);
		t.is(after.host, 'inner');
		return after.path;
	};
	t.is(pathAfter({prefix: '/api/'}, '/', '/api/version'), '/version');
	t.is(pathAfter({prefix: '/api'}, '/', '/api/version'), '/version');
	t.is(pathAfter({exact: '/old'}, '/new', '/old'), '/new');
	t.is(pathAfter({regex: '/o.*'}, '/new', '/old/er'), '/new');
});

test('headers are removed, set and added', (t) => {
	const change = {remove: ['Gone'], set: {Kept: 'new'}, add: {Kept: 'more', Fresh: '1'}};
	t.deepEqual(changed({gone: 'x', kept: 'old'}, change), {kept: 'new,more', fresh: '1'});
});

test('of the matches of HTTPRoutes the most particular has the request', (t) => {
	const backendRefs = (name: string) => [{name, port: 80}];
	const rules = [
		{backendRefs: backendRefs('everything')},
		{matches: [{path: {type: 'PathPrefix', value: '/api'}}], backendRefs: backendRefs('prefix')},
		{matches: [{path: {type: 'PathPrefix', value: '/api/v1/'}}], backendRefs: backendRefs('longer')},
		{matches: [{path: {type: 'Exact', value: '/api'}}], backendRefs: backendRefs('exact')},
		{
			matches: [{headers: [{name: 'X-Canary', value: 'always'}], queryParams: [{name: 'q', value: '1'}]}],
			backendRefs: backendRefs('header'),
		},
		{matches: [{method: 'PUT'}], backendRefs: backendRefs('method')},
	];
	const routes = [...httpRoutesOf(objectOf('HTTPRoute', {rules}))].sort(byRank).map(({route}) => route);
	t.is(targetOf(routes, asking()), 'everything');
	t.is(targetOf(routes, asking({path: '/apis'})), 'everything');
	t.is(targetOf(routes, asking({path: '/api/x'})), 'prefix');
	t.is(targetOf(routes, asking({path: '/api/v1'})), 'longer');
	t.is(targetOf(routes, asking({path: '/api'})), 'exact');
	t.is(targetOf(routes, asking({headers: {'x-canary': 'always'}, query: 'q=1'})), 'header');
	t.is(targetOf(routes, asking({headers: {'x-canary': 'always'}})), 'everything');
	t.is(targetOf(routes, asking({method: 'PUT', headers: {'x-canary': 'always'}, query: 'q=1'})), 'method');
});

test('an HTTPRoute has filters, mirrors and a time-out', (t) => {
	const filters = [
		{type: 'RequestHeaderModifier', requestHeaderModifier: {set: [{name: 'x-one', value: '1'}], remove: ['x-two']}},
		{type: 'URLRewrite', urlRewrite: {path: {type: 'ReplacePrefixMatch', replacePrefixMatch: '/'}}},
		{type: 'RequestMirror', requestMirror: {backendRef: {name: 'shadow'}, fraction: {numerator: 1, denominator: 4}}},
	];
	const matches = [{path: {type: 'PathPrefix', value: '/api/'}}];
	const rules = [{matches, filters, timeouts: {request: '2s'}, backendRefs: [{name: 'podinfo', weight: 3}]}];
	const {route} = httpRoutesOf(objectOf('HTTPRoute', {rules}))[0] as RankedRoute;
	const request = asking({path: '/api/version', headers: {'x-two': ''}});
	t.is(rewritten(request, conditionFor(route, request) ?? {accepts: () => false}, route.rewrite).path, '/version');
	t.deepEqual(changed(request.headers, route.headers?.request), {'x-one': '1'});
	t.is(route.timeoutMs, 2000);
	t.deepEqual(
		route.legs.map(({destination, share, isMirror}) => [destination.service, share, isMirror]),
		[
			['podinfo', 1, false],
			['shadow', 0.25, true],
		],
	);
});

test('an HTTPRoute belongs to gateways, or to Services', (t) => {
	const hosts = (spec: Record<string, unknown>) => httpRouteHosts(objectOf('HTTPRoute', spec));
	t.deepEqual(hosts({parentRefs: [{name: 'gateway'}], hostnames: ['App.example.com']}), {
		gateway: ['app.example.com'],
		mesh: [],
	});
	t.deepEqual(hosts({parentRefs: [{name: 'gateway'}]}), {gateway: ['*'], mesh: []});
	t.deepEqual(hosts({parentRefs: [{kind: 'Service', name: 'podinfo'}]}), {
		gateway: [],
		mesh: ['podinfo.test.svc.cluster.local'],
	});
});
