// One Service with subsets, whose VirtualService and DestinationRule live in Git beside the Deployments.
import test from 'ava';
import {crdKey} from '../../sandbox/api/crd.ts';
import {istioDefinitions} from '../../sandbox/crds/istio.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {follow} from './git-loop.ts';
import {simulate} from './simulation.ts';
import {edited, isRoute, said, setByHand, started, status, weighted, written} from './subsets.ts';
import type {Spec} from './subsets.ts';

test('adopt: a weight that is set by hand is the present step, and the run goes on from there', async (t) => {
	const {simulation} = await started(t, 'adopt');
	await simulation.seconds(5);
	setByHand(simulation, 35);
	await simulation.until(() => status(simulation, 'canaryWeight') === '35', 10, 'adopted');
	t.regex(said(simulation), /Route podinfo\.test was changed by someone else, adopting canary weight 35/);
	await simulation.toRest();
	t.is(status(simulation, 'phase'), 'Succeeded');
	t.deepEqual(simulation.weights, [0, 10, 35, 60, 100, 0]);
	t.is(simulation.tag('podinfo-ga'), '0.2.0');
	await simulation.stop(t);
});

test('adopt: all weight taken away halts the run until somebody gives it some', async (t) => {
	const {simulation} = await started(t, 'adopt');
	await simulation.seconds(5);
	setByHand(simulation, 0);
	await simulation.seconds(900);
	t.is(simulation.weight(), 0, 'it is not fought, and has no deadline');
	t.is(status(simulation, 'state'), 'halted');
	t.regex(
		status(simulation, 'reason'),
		/changed by someone else to canary weight 0, the run is at 10; set it to 10 or/,
	);
	setByHand(simulation, 20);
	await simulation.toRest();
	t.is(status(simulation, 'phase'), 'Succeeded');
	t.deepEqual(simulation.weights, [0, 10, 0, 20, 60, 100, 0]);
	await simulation.stop(t);
});

test('yield: Git leads the weights, a commit a step, and every step is analysed', async (t) => {
	const {simulation} = await started(t, 'yield', ['D3']);
	const git = follow(t, simulation, written.filter(isRoute));
	for (const weight of [10, 60, 100]) {
		await simulation.until(() => status(simulation, 'state') === 'halted', 300, `halted before ${weight}`);
		await simulation.seconds(120);
		t.regex(status(simulation, 'reason'), new RegExp(`the run is at ${weight}; set it to ${weight}, let nobody else`));
		git.commit(weighted(weight));
		await simulation.until(() => status(simulation, 'state') === 'progressing', 60, `goes on at ${weight}`);
	}

	await simulation.until(() => simulation.tag('podinfo-ga') === '0.2.0', 300, 'promoted');
	await simulation.seconds(120);
	t.is(simulation.weight(), 100, 'Git still sends everybody to the canary');
	t.true(Number(simulation.get('deployments', 'podinfo-canary')?.spec?.['replicas']) > 0, 'which stays for them');
	t.regex(status(simulation, 'waitingFor'), /set it to 0, so that the canary can be scaled down/);
	git.commit(weighted(0));
	await simulation.toRest();
	t.is(status(simulation, 'phase'), 'Succeeded');
	t.is(simulation.get('deployments', 'podinfo-canary')?.spec?.['replicas'], 0);
	git.stop();
	await simulation.stop(t);
});

test('yield: checks that fail at a weight that Git has set end the run all the same', async (t) => {
	const {simulation} = await started(t, 'yield');
	setByHand(simulation, 30);
	await simulation.until(() => status(simulation, 'state') === 'halted', 30);
	simulation.release('0.2.1', {'sandbox.aviary.dev/error-rate': '0.5'});
	await simulation.untilPhase('Failed');
	t.is(simulation.weight(), 0);
	t.is(simulation.tag('podinfo-ga'), '0.1.0');
	await simulation.stop(t);
});

test('restore: weights that Git sets back are fought three times, and the failed run says by whom', async (t) => {
	const {simulation, daemon} = await started(t);
	const git = follow(t, simulation, written.filter(isRoute));
	await simulation.until(() => status(simulation, 'state') === 'halted', 60);
	t.regex(status(simulation, 'reason'), /its route to be left alone: route podinfo\.test was changed by someone else/);
	await simulation.untilPhase('Failed');
	t.regex(status(simulation, 'reason'), /progress deadline exceeded: route podinfo\.test was changed by someone else/);
	const writes = daemon.requests.filter((request) => request === 'PATCH virtualservices podinfo');
	t.true(writes.length <= 5, `${writes.length} writes of the route`);
	git.stop();
	await simulation.stop(t);
});

test('what Git says of hosts, gateways, timeouts and subsets in mid-run wins, and the weights stay', async (t) => {
	const {simulation} = await started(t);
	simulation.edit(
		'virtualservices',
		'podinfo',
		edited(isRoute, (spec) => ({
			...spec,
			hosts: ['podinfo', 'podinfo.example.com'],
			gateways: ['mesh', 'other-gateway'],
			http: (spec['http'] as Spec[]).map((route) => ({...route, timeout: '5s', retries: {attempts: 3}})),
		})),
	);
	simulation.edit('destinationrules', 'podinfo', (object) => ({
		...object,
		spec: {...object.spec, trafficPolicy: {connectionPool: {http: {http1MaxPendingRequests: 64}}}},
	}));
	await simulation.toRest();
	t.is(status(simulation, 'phase'), 'Succeeded');
	t.deepEqual(simulation.weights, [0, 10, 60, 100, 0]);
	const spec = simulation.get('virtualservices', 'podinfo')?.spec as {http: Spec[]} & Spec;
	t.like(spec, {hosts: ['podinfo', 'podinfo.example.com'], gateways: ['mesh', 'other-gateway']});
	t.like(spec.http[0], {timeout: '5s', retries: {attempts: 3}});
	t.truthy(simulation.get('destinationrules', 'podinfo')?.spec?.['trafficPolicy']);
	t.false(said(simulation).includes('someone else'));
	await simulation.stop(t);
});

test('the Canary changed in Git in mid-run: its new steps are taken from the next one on', async (t) => {
	const {simulation} = await started(t);
	simulation.edit('canaries', 'podinfo', (object) => ({
		...object,
		spec: {...object.spec, canaryAnalysis: {...(object.spec?.['canaryAnalysis'] as Spec), stepWeights: [10, 30]}},
	}));
	await simulation.toRest();
	t.deepEqual(simulation.weights, [0, 10, 30, 0]);
	t.is(status(simulation, 'phase'), 'Succeeded');
	await simulation.stop(t);
});

test('weights that Git gives a canary which no run is for are set back three times, and then told', async (t) => {
	const {simulation, daemon} = await started(t, 'yield', ['D3']);
	await simulation.toRest();
	const before = daemon.requests.length;
	const git = follow(t, simulation, written.filter(isRoute).map(weighted(10)));
	await simulation.seconds(120);
	t.regex(status(simulation, 'waitingFor'), /route podinfo\.test sends 10 % to podinfo-canary, which no run is for/);
	t.is(daemon.requests.slice(before).filter((request) => request === 'PATCH virtualservices podinfo').length, 3);
	git.commit(weighted(0));
	await simulation.until(() => !status(simulation, 'waitingFor').includes('no run is for'), 60);
	git.stop();
	await simulation.stop(t);
});

/** The VirtualService of Istio 0.7: a destination has a name, and no host. */
const legacyDefinition = (): KubeObject => {
	const [today] = istioDefinitions;
	const text = JSON.stringify(today).replaceAll(
		'"required":["host"],"properties":{"host":',
		'"required":["name"],"properties":{"name":',
	);
	return JSON.parse(text) as KubeObject;
};

test("Istio 0.7's destination.name is routed by as it was written", async (t) => {
	const byName = (object: KubeObject): KubeObject =>
		JSON.parse(
			JSON.stringify(object).replaceAll('"host":"podinfo.test","subset"', '"name":"podinfo.test","subset"'),
		) as KubeObject;
	const objects = written.map((object) => (isRoute(object) ? byName(object) : object));
	const simulation = await simulate({shape: 'first', edit: () => []}, t);
	const {embedded} = simulation;
	const present = embedded.store.get(crdKey, undefined, 'virtualservices.networking.istio.io');
	embedded.store.update(crdKey, {...legacyDefinition(), metadata: present?.metadata ?? {name: ''}}, 'user');
	embedded.apply(objects);
	await simulation.start();
	await simulation.until(() => simulation.weight() === 10, 300, 'the first step');
	const wanted = weighted(10)(objects.find((object) => isRoute(object)) as KubeObject);
	t.deepEqual(simulation.get('virtualservices', 'podinfo')?.spec, wanted.spec);
	await simulation.toRest();
	t.is(status(simulation, 'phase'), 'Succeeded');
	await simulation.stop(t);
});
