// What the sandbox's gateway controller says of routes, as routers read it.
import test from 'ava';
import {gatewaysKey, httpRoutesKey, servicesKey} from '../../../sandbox/world/keys.ts';
import type {Condition} from '../../../sandbox/world/objects.ts';
import {gateway, httpRoute} from './asking.ts';
import {startScene, type Scene} from './scene.ts';

type Parent = {
	readonly parentRef: {readonly name: string};
	readonly controllerName: string;
	readonly conditions: readonly Condition[];
};

const parentsOf = async ({store, clock}: Scene): Promise<readonly Parent[]> => {
	await clock.advance(1000);
	return (store.get(httpRoutesKey, 'test', 'web')?.status?.['parents'] ?? []) as readonly Parent[];
};

const said = async (scene: Scene, index = 0): Promise<readonly string[]> =>
	((await parentsOf(scene))[index]?.conditions ?? []).map(({type, status, reason}) => `${type} ${status} ${reason}`);

const spec = (more: Record<string, unknown> = {}) => ({
	parentRefs: [{name: 'public'}],
	hostnames: ['app.example.com'],
	rules: [{backendRefs: [{name: 'web', port: 9898, weight: 100}]}],
	...more,
});

const begin = (): Scene => {
	const scene = startScene({rps: 0});
	scene.expose('web');
	scene.put('gateways', gateway('public'));
	return scene;
};

const fine = ['Accepted True Accepted', 'ResolvedRefs True ResolvedRefs'];

test('a route is accepted by its Gateway, for the generation that was looked at', async (t) => {
	const scene = begin();
	scene.put('httpRoutes', httpRoute('web', spec()));
	t.deepEqual(await said(scene), fine);
	const [first] = await parentsOf(scene);
	t.is(first?.controllerName, 'sandbox.aviary.dev/gateway');
	t.like(first, {parentRef: {name: 'public'}, conditions: [{observedGeneration: 1}, {observedGeneration: 1}]});
	const since = first?.conditions[0]?.lastTransitionTime;
	scene.put('httpRoutes', httpRoute('web', spec({hostnames: ['other.example.com']})));
	const [second] = await parentsOf(scene);
	t.like(second, {conditions: [{observedGeneration: 2, lastTransitionTime: since}, {observedGeneration: 2}]});
});

const refusals: ReadonlyArray<readonly [why: string, refusal: string, more: Record<string, unknown>]> = [
	['its Gateway is not there', 'NoMatchingParent', {parentRefs: [{name: 'other'}]}],
	['it names a listener that is not there', 'NoMatchingParent', {parentRefs: [{name: 'public', sectionName: 'tls'}]}],
	['it names a port without a listener', 'NoMatchingParent', {parentRefs: [{name: 'public', port: 443}]}],
];

for (const [why, reason, more] of refusals) {
	test(`a route is refused where ${why}`, async (t) => {
		const scene = begin();
		scene.put('httpRoutes', httpRoute('web', spec(more)));
		t.deepEqual(await said(scene), [`Accepted False ${reason}`, 'ResolvedRefs True ResolvedRefs']);
	});
}

test('listeners refuse hostnames that are not theirs, and routes of other namespaces unless they let them in', async (t) => {
	const scene = begin();
	const listener = {name: 'web', port: 80, protocol: 'HTTP'};
	scene.put('gateways', gateway('public', [{...listener, hostname: '*.example.org'}]));
	scene.put('httpRoutes', httpRoute('web', spec()));
	t.is((await said(scene))[0], 'Accepted False NoMatchingListenerHostname');
	scene.put('gateways', gateway('public', [{...listener, hostname: '*.example.com'}]));
	t.deepEqual(await said(scene), fine);

	const elsewhere = (from: string) => ({
		...gateway('far', [{...listener, allowedRoutes: {namespaces: {from}}}]),
		metadata: {name: 'far', namespace: 'gateways'},
	});
	scene.store.create(
		{group: '', plural: 'namespaces'},
		{apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'gateways'}},
		'test',
	);
	scene.store.create(gatewaysKey, elsewhere('Same'), 'test');
	scene.put(
		'httpRoutes',
		httpRoute('web', spec({parentRefs: [{name: 'public'}, {name: 'far', namespace: 'gateways'}]})),
	);
	t.is((await said(scene, 0))[0], 'Accepted True Accepted');
	t.is((await said(scene, 1))[0], 'Accepted False NotAllowedByListeners');
	const path = '/spec/listeners/0/allowedRoutes/namespaces/from';
	scene.store.patch(gatewaysKey, 'gateways', 'far', [{op: 'replace', path, value: 'All'}], 'test');
	t.is((await said(scene, 1))[0], 'Accepted True Accepted');
});

test('a backend that is not there, or has no such port, is told, whatever its weight', async (t) => {
	const scene = begin();
	const to = (backend: object) =>
		spec({
			rules: [
				{
					backendRefs: [
						{name: 'web', port: 9898},
						{weight: 0, ...backend},
					],
				},
			],
		});
	scene.put('httpRoutes', httpRoute('web', to({name: 'web-canary', port: 9898})));
	t.deepEqual(await said(scene), ['Accepted True Accepted', 'ResolvedRefs False BackendNotFound']);
	scene.expose('web-canary');
	t.deepEqual(await said(scene), fine);
	scene.put('httpRoutes', httpRoute('web', to({name: 'web-canary', port: 80})));
	t.is((await said(scene))[1], 'ResolvedRefs False BackendNotFound');
	scene.put('httpRoutes', httpRoute('web', to({name: 'bucket', kind: 'Bucket', group: 'example.com'})));
	t.is((await said(scene))[1], 'ResolvedRefs False InvalidKind');
	scene.put('httpRoutes', httpRoute('web', to({name: 'web-canary', port: 9898})));
	t.deepEqual(await said(scene), fine);
	scene.store.remove(servicesKey, 'test', 'web-canary', 'test');
	t.is((await said(scene))[1], 'ResolvedRefs False BackendNotFound');
});

test('a Gateway waits for its controller, which programs it', async (t) => {
	const scene = begin();
	const stored = () => scene.store.get(gatewaysKey, 'test', 'public')?.status;
	t.like(stored(), {conditions: [{type: 'Accepted', status: 'Unknown', reason: 'Pending'}]});
	await scene.clock.advance(1000);
	t.like(stored(), {
		addresses: [{value: '127.0.0.1'}],
		conditions: [
			{type: 'Accepted', status: 'True', observedGeneration: 1},
			{type: 'Programmed', status: 'True'},
		],
	});
});
