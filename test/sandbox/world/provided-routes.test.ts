// Providers that the world's proxies know nothing of: their own routers say where users go.
import test from 'ava';
import {at} from '../../../api/reading.ts';
import type {Provider} from '../../../services/providers/provider.ts';
import type {Router} from '../../../services/providers/router.ts';
import {aviaryDefinitions} from '../../../sandbox/embedded.ts';
import {canariesKey} from '../../../sandbox/world/keys.ts';
import {startScene, type Scene} from './scene.ts';

const configMapsKey = {group: '', plural: 'configmaps'};

const unused = (): never => {
	throw new Error('the world only reads');
};

/** Shares are the numbers of a ConfigMap of the route's name. */
const router: Router = {
	parts: async (_, model) => [
		{
			resource: {group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap'},
			names: [model.route.name],
			isOurs: true,
		},
	],
	read(_, {data, metadata}) {
		const [canary, mirrored] = [Number(at(data, 'canary')), Number(at(data, 'mirrored') ?? 0)];
		return {primary: 100 - canary, canary, mirrored, resourceVersion: metadata.resourceVersion ?? ''};
	},
	problems: () => [],
	write: unused,
	ensure: unused,
};

const provider = (name: string, more: Partial<Provider> = {}): Provider => ({
	names: [name],
	title: name,
	about: '',
	capabilities: ['weights', 'mirror'],
	apis: [{group: '', versions: ['v1']}],
	permissions: [],
	router,
	...more,
});

const providers = [
	provider('nginx'),
	provider('kubernetes', {capabilities: ['routeless'], apis: [], router: {...router, parts: async () => []}}),
];

const begin = async (): Promise<Scene> => {
	const scene = startScene({providers});
	const definitionsKey = {group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions'};
	for (const one of await aviaryDefinitions()) scene.store.create(definitionsKey, one, 'the test');
	for (const name of ['podinfo', 'podinfo-primary']) scene.deploy(name);
	scene.expose('podinfo', {app: 'podinfo-primary'});
	scene.expose('podinfo-primary');
	scene.expose('podinfo-canary', {app: 'podinfo'});
	await scene.clock.advance(2000);
	return scene;
};

const guard = (scene: Scene, name: string): void => {
	const spec = {
		provider: name,
		targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
		service: {port: 9898},
		analysis: {interval: '1m', threshold: 1, stepWeight: 10, maxWeight: 50},
	};
	const metadata = {name: 'podinfo', namespace: 'test'};
	scene.store.create(canariesKey, {apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata, spec}, 'the test');
};

const share = (scene: Scene, data: Record<string, string>): void => {
	const known = scene.store.get(configMapsKey, 'test', 'podinfo');
	const object = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'podinfo', namespace: 'test'}, data};
	if (known === undefined) scene.store.create(configMapsKey, object, 'the test');
	else scene.store.update(configMapsKey, {...known, data}, 'the test');
};

/** How many requests each workload answers in ten seconds, of 20 a second that users send. */
const answered = async ({world, clock}: Scene): Promise<readonly [primary: number, canary: number]> => {
	const count = (name: string): number => world.requests().get(`test/${name}`)?.requests ?? 0;
	const before = [count('podinfo-primary'), count('podinfo')] as const;
	await clock.advance(10_000);
	return [count('podinfo-primary') - before[0], count('podinfo') - before[1]];
};

test('users go as the provider’s own router reads its objects, and are counted by pods', async (t) => {
	const scene = await begin();
	t.deepEqual(await answered(scene), [0, 0], 'nobody visits a host that nothing routes');
	guard(scene, 'nginx');
	await scene.clock.advance(1000);
	t.deepEqual(await answered(scene), [200, 0], 'before there is a route users call the Service');
	share(scene, {canary: '25'});
	t.deepEqual(await answered(scene), [150, 50]);
	share(scene, {canary: '0', mirrored: '50'});
	t.deepEqual(await answered(scene), [200, 100]);
	t.is(scene.world.dropped(), 0);
	t.true((scene.query('sum(http_request_duration_seconds_count{kubernetes_pod_name=~"podinfo-primary-.*"})') ?? 0) > 0);
	scene.store.remove(canariesKey, 'test', 'podinfo', 'the test');
	t.deepEqual(await answered(scene), [0, 0]);
});

test('where there are no routes users stay on the primary, and a load test calls the canary', async (t) => {
	const scene = await begin();
	guard(scene, 'kubernetes');
	await scene.clock.advance(1000);
	t.deepEqual(await answered(scene), [200, 200]);
	scene.deploy('podinfo', {replicas: 0});
	await scene.clock.advance(3000);
	t.deepEqual(await answered(scene), [200, 0]);
	t.is(scene.world.dropped(), 0, 'whom nobody answers is no user');
});
