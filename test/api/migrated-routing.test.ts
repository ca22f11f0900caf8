// Who reaches what after a migration, of a VirtualService that has more than the rule with the weights.
import test from 'ava';
import {migrate} from '../../api/migrate.ts';
import {toModel} from '../../api/model-of-canary.ts';
import {virtualServiceSpec} from '../../services/providers/istio/generated.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {conditionFor, type Incoming} from '../../sandbox/world/routing/route.ts';
import {routesOf} from '../../sandbox/world/routing/virtual-services.ts';
import {defaults, first} from './manifests.ts';

const to = (host: string, weight?: number) => ({destination: {host}, ...(weight !== undefined && {weight})});
const testers = {match: [{headers: {'x-tester': {exact: 'yes'}}}], route: [to('front-canary.test')], timeout: '3s'};
const everybody = {route: [to('front-ga', 100), to('front-canary', 0)], retries: {attempts: 2}};

const routeWith = (http: readonly unknown[], name = 'front') => ({
	apiVersion: 'networking.istio.io/v1',
	kind: 'VirtualService',
	metadata: {name, namespace: 'test', uid: 'u2', resourceVersion: '7'},
	spec: {hosts: ['front.example.com'], gateways: ['public'], http},
	status: {},
});

const guard = (name = 'front') =>
	first(
		{},
		{
			primary: {name: 'front-ga', host: 'front-ga'},
			canary: {name: 'front-canary', host: 'front-canary'},
			virtualService: {name},
		},
	);

const migrated = (http: readonly unknown[], more: object = {}, name = 'front') =>
	migrate(guard(name), [routeWith(http, name), guard(name)], {intervalMs: 60_000, port: 80, ...more});

test('of a route with one rule all that is said beside the weights is carried over', (t) => {
	t.like(migrated([everybody]).canary, {
		spec: {service: {gateways: ['public'], hosts: ['front.example.com'], retries: {attempts: 2}}},
	});
});

test('a route with more rules is not migrated by itself: some users would get no answer', (t) => {
	for (const http of [
		[testers, everybody],
		[everybody, {...testers, match: undefined}],
	]) {
		const {canary, problems} = migrated(http);
		t.is(canary, undefined);
		t.is(problems.length, 1);
		t.like(problems[0], {field: 'VirtualService front.test', value: '2'});
		t.regex(problems[0]?.text ?? '', /has 2 rules/);
		t.regex(problems[0]?.remedy ?? '', /--delegate/);
	}

	const tcp = {...routeWith([everybody]), spec: {http: [everybody], tcp: [{route: [to('front-ga')]}]}};
	t.like(migrate(guard(), [tcp], {intervalMs: 60_000, port: 80}).problems[0], {value: '2'});
});

const asking = (headers: Incoming['headers']): Incoming => ({
	source: {kind: 'gateway', name: 'public', namespace: 'test'} as unknown as Incoming['source'],
	method: 'GET',
	host: 'front.example.com',
	path: '/',
	query: '',
	headers,
});

test('delegated, the route keeps every rule, and each user reaches what he reached before', (t) => {
	const {canary, route, notes, problems} = migrated([testers, everybody], {isDelegated: true});
	t.deepEqual(problems, []);
	const model = toModel(canary, defaults);
	t.deepEqual(model.problems, []);
	t.is(model.route.name, 'front-ga');
	t.deepEqual(route?.['metadata'], {name: 'front', namespace: 'test'}, 'nothing that the server has given');
	t.like(route?.['spec'], {hosts: ['front.example.com'], gateways: ['public']});
	const root = route as unknown as KubeObject;
	const spec = virtualServiceSpec(model, {primary: 75, canary: 25});
	t.false('hosts' in spec || 'gateways' in spec, 'a delegate has neither');
	const generated: KubeObject = {...root, metadata: {name: 'front-ga', namespace: 'test'}, spec};
	const routes = routesOf(root, (key) => (key === 'test/front-ga' ? generated : undefined));
	const reached = (headers: Incoming['headers']) =>
		routes
			.find((one) => conditionFor(one, asking(headers)) !== undefined)
			?.legs.map(({destination, share}) => `${destination.service} ${share}`);
	t.deepEqual(reached({'x-tester': 'yes'}), ['front-ga-canary 1'], 'testers the canary');
	t.deepEqual(reached({}), ['front-ga-primary 0.75', 'front-ga-canary 0.25'], 'all others both, by the weights');
	const http = (route?.['spec'] as {readonly http?: readonly object[]} | undefined)?.http ?? [];
	t.like(http[1], {retries: {attempts: 2}});
	t.true(notes.some((note) => note.includes('--part route')));
	t.false(
		notes.some((note) => note.includes('delete VirtualService front')),
		'it is needed on',
	);
});

test('a route that has the generated one’s name cannot stay beside it', (t) => {
	const {canary, problems} = migrated([testers, everybody], {isDelegated: true}, 'front-ga');
	t.is(canary, undefined);
	t.like(problems[0], {field: 'VirtualService front-ga.test', value: 'front-ga'});
	t.regex(problems[0]?.remedy ?? '', /another name/);
});
