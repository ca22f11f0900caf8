// Requests by hand, and what they are asked of.
import {incomingOf} from '../../../sandbox/world/calls.ts';
import type {WorldAnswer} from '../../../sandbox/world/requests.ts';
import type {Source} from '../../../sandbox/world/routing/route.ts';
import {startScene, type Scene} from './scene.ts';

export const GATEWAY: Source = {kind: 'gateway'};

type Facts = {readonly source?: Source; readonly method?: string; readonly headers?: Readonly<Record<string, string>>};

/** The answer of a request; the clock moves until it is there. */
export const arrives = async <Value>({clock}: Scene, promise: Promise<Value>): Promise<Value> => {
	const waiting = new Set([promise]);
	const watched = promise.finally(() => waiting.delete(promise));
	watched.catch(() => {});
	while (waiting.size > 0) await clock.advance(5);
	return watched;
};

export const ask = (scene: Scene, url: string, {source = GATEWAY, method = 'GET', headers = {}}: Facts = {}) => {
	const {host, pathname, search} = new URL(url);
	const request = incomingOf(source, {method, authority: host, path: `${pathname}${search}`, headers});
	return arrives(scene, scene.world.request(request));
};

export const fromTester = (scene: Scene, url: string, facts: Omit<Facts, 'source'> = {}): Promise<WorldAnswer> =>
	arrives(scene, scene.world.fetchInWorld({namespace: 'test', pod: 'tester', url, ...facts}));

export const json = ({body}: WorldAnswer): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;

/** podinfo 1.1.1 and podinfo-canary 1.2.0, ready; nobody but the test asks. */
export const walkThrough = async (annotations: Readonly<Record<string, string>> = {}, speed = 1): Promise<Scene> => {
	const scene = startScene({rps: 0, speed});
	scene.deploy('podinfo', {replicas: 2, image: 'quay.io/stefanprodan/podinfo:1.1.1'});
	scene.deploy('podinfo-canary', {image: 'quay.io/stefanprodan/podinfo:1.2.0', annotations});
	scene.expose('podinfo');
	scene.expose('podinfo-canary');
	await scene.clock.advance(2000);
	return scene;
};

export const istio = (name: string, spec: Record<string, unknown>, kind = 'VirtualService') => ({
	apiVersion: 'networking.istio.io/v1beta1',
	kind,
	metadata: {name},
	spec,
});

export const httpRoute = (name: string, spec: Record<string, unknown>) => ({
	apiVersion: 'gateway.networking.k8s.io/v1',
	kind: 'HTTPRoute',
	metadata: {name},
	spec,
});

/** With one listener for any host, unless others are given. */
export const gateway = (name: string, listeners: readonly object[] = [{name: 'web', port: 80, protocol: 'HTTP'}]) => ({
	apiVersion: 'gateway.networking.k8s.io/v1',
	kind: 'Gateway',
	metadata: {name},
	spec: {gatewayClassName: 'sandbox', listeners},
});

export const versionsOf = async (
	scene: Scene,
	url: string,
	count: number,
	facts: Facts = {},
): Promise<Map<unknown, number>> => {
	const versions = new Map<unknown, number>();
	for (let index = 0; index < count; index++) {
		const {version} = json(await ask(scene, url, facts));
		versions.set(version, (versions.get(version) ?? 0) + 1);
	}

	return versions;
};
