import test from 'ava';
import {startEmbedded, type Embedded} from '../../../sandbox/embedded.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';

const started = (): Promise<Embedded> =>
	startEmbedded({clock: createVirtualClock(), random: seededRandom(1), speed: 1, log: silentLog});

const virtualService = (http: unknown) => ({
	apiVersion: 'networking.istio.io/v1',
	kind: 'VirtualService',
	metadata: {name: 'podinfo', namespace: 'default'},
	spec: {hosts: ['podinfo'], http},
});

const httpRoute = (rules: unknown) => ({
	apiVersion: 'gateway.networking.k8s.io/v1',
	kind: 'HTTPRoute',
	metadata: {name: 'podinfo', namespace: 'default'},
	spec: {parentRefs: [{name: 'public'}], rules},
});

const mistakes: ReadonlyArray<readonly [path: string, http: unknown]> = [
	['spec.http[0].match', [{match: {uri: {prefix: '/'}}}]],
	['spec.http[0].match[0].headers.cookie', [{match: [{headers: {cookie: 'a'}}]}]],
	['spec.http[0].match[0].gateways', [{match: [{gateways: 'mesh'}]}]],
	['spec.http[0].headers.response.remove', [{headers: {response: {remove: 'server'}}}]],
	['spec.http[0].timeout', [{timeout: 5}]],
];

for (const [path, http] of mistakes) {
	test(`a VirtualService with a mistake in ${path} is refused, and takes nothing down`, async (t) => {
		const embedded = await started();
		const error = t.throws(() => embedded.apply([virtualService(http)]));
		t.true(error?.message.includes(path), error?.message);
		embedded.apply([virtualService([{route: [{destination: {host: 'podinfo'}}]}])]);
		embedded.stop();
	});
}

test('an HTTPRoute is filled in as a real server does it', async (t) => {
	const embedded = await started();
	embedded.apply([httpRoute([{backendRefs: [{name: 'podinfo', port: 80}]}])]);
	const key = {group: 'gateway.networking.k8s.io', plural: 'httproutes'};
	t.deepEqual(embedded.store.get(key, 'default', 'podinfo')?.spec, {
		parentRefs: [{group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public'}],
		rules: [
			{
				matches: [{path: {type: 'PathPrefix', value: '/'}}],
				backendRefs: [{group: '', kind: 'Service', name: 'podinfo', port: 80, weight: 1}],
			},
		],
	});
	embedded.stop();
});

test('an HTTPRoute with a weight below 0, or an unknown kind of match, is refused', async (t) => {
	const embedded = await started();
	const refused = (rule: unknown): string => t.throws(() => embedded.apply([httpRoute([rule])]))?.message ?? '';
	t.regex(refused({backendRefs: [{name: 'podinfo', weight: -1}]}), /spec\.rules\[0\]\.backendRefs\[0\]\.weight/);
	t.regex(refused({matches: [{path: {type: 'Suffix', value: '/'}}]}), /spec\.rules\[0\]\.matches\[0\]\.path\.type/);
	embedded.stop();
});
