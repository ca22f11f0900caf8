// A Rollout beside a Canary: who acts, whose commands are whose, and what is said of whom.
import test from 'ava';
import {modelOfRollout} from '../../api/model-of-rollout.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {simulate, type Simulation} from './simulation.ts';
import {keys} from './keys.ts';

const rolloutPlan = {shape: 'first', isRollout: true} as const;

const applyCanary = (simulation: Simulation): void => {
	const {spec} = simulation.get('rollouts', 'podinfo') ?? {};
	const {virtualService, primary, canary} = (spec ?? {}) as Record<string, unknown>;
	const canaryAnalysis = {threshold: 2, stepWeight: 50, metrics: [{name: 'istio_requests_total', threshold: 99}]};
	simulation.embedded.store.create(
		keys.canaries,
		{
			apiVersion: 'flagger.app/v1beta1',
			kind: 'Canary',
			metadata: {name: 'podinfo', namespace: 'test'},
			spec: {targetKind: 'Deployment', virtualService, primary, canary, canaryAnalysis},
		},
		'user',
	);
};

test('its events are about it, by steerer, and its status is its own', async (t) => {
	const simulation = await simulate(rolloutPlan, t);
	await simulation.start();
	await simulation.toRest();
	const {items} = simulation.embedded.store.list(keys.events, {namespace: 'test'});
	const events = items.filter((event) => (event['source'] as {component: string}).component !== 'default-scheduler');
	const said = events as unknown as ReadonlyArray<{
		involvedObject: {apiVersion: string; kind: string; name: string};
		source: {component: string};
		reportingComponent: string;
	}>;
	const ours = said.filter(({reportingComponent}) => reportingComponent === 'aviary');
	t.true(ours.length >= 6);
	for (const {involvedObject, source} of ours) {
		t.like(involvedObject, {apiVersion: 'apps.weave.works/v1beta1', kind: 'Rollout', name: 'podinfo'});
		t.is(source.component, 'steerer');
	}

	t.like(simulation.status(), {phase: 'Succeeded', state: 'finished', canaryWeight: 0});
	const owner = simulation.get('controllerrevisions', 'podinfo-rollout-promoted')?.metadata.ownerReferences?.[0];
	t.like(owner, {apiVersion: 'apps.weave.works/v1beta1', kind: 'Rollout', name: 'podinfo'});
	await simulation.stop(t);
});

test('beside a Rollout with one target a younger Canary waits, and takes over when the Rollout goes', async (t) => {
	const simulation = await simulate(rolloutPlan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() > 0);
	// Ages count in whole seconds of the API server's time.
	await simulation.seconds(20);
	applyCanary(simulation);
	const canary = () => simulation.get('canaries', 'podinfo')?.status ?? {};
	await simulation.until(() => /older Rollout podinfo\.test/.test(String(canary()['waitingFor'])));
	t.is(simulation.get('rollouts', 'podinfo')?.status?.['phase'], 'Progressing');
	simulation.remove('rollouts', 'podinfo');
	await simulation.until(() => !/older Rollout/.test(String(canary()['waitingFor'])));
	await simulation.until(() => canary()['phase'] === 'Succeeded');
	t.is(simulation.tag('podinfo'), '1.2.0');
	await simulation.stop(t);
});

test('a command for a Canary is not a Rollout’s, though it has the name', async (t) => {
	const simulation = await simulate(rolloutPlan, t);
	await simulation.start();
	await simulation.until(() => simulation.weight() > 0);
	simulation.embedded.store.create(
		keys.canarycommands,
		{
			apiVersion: 'aviary.dev/v1alpha1',
			kind: 'CanaryCommand',
			metadata: {name: 'back', namespace: 'test'},
			spec: {canary: 'podinfo', verb: 'rollback', reason: 'it is so', requestedBy: 'alice'},
		},
		'user',
	);
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	t.like(simulation.get('canarycommands', 'back')?.status, {
		outcome: 'Refused',
		message: 'there is no Canary podinfo in namespace test',
	});
	await simulation.stop(t);
});

test('what is wrong with a Rollout is said of it, and nothing is touched', async (t) => {
	const edit = (objects: readonly KubeObject[]): readonly KubeObject[] =>
		objects.map((one) =>
			one.kind === 'Rollout' ? {...one, spec: {...one.spec, metric: {type: 'gauge', threshold: 99}}} : one,
		);
	const simulation = await simulate({...rolloutPlan, edit}, t);
	await simulation.start();
	await simulation.seconds(120);
	const object = simulation.get('rollouts', 'podinfo');
	const [problem] = modelOfRollout(object, {meshProvider: 'istio', intervalMs: 60_000, speed: 1}).problems;
	t.is(problem?.field, 'spec.metric.type');
	t.true(String(simulation.status()['waitingFor']).includes(problem?.text ?? '?'));
	t.is(simulation.weights.filter((weight) => weight > 0).length, 0);
	await simulation.stop(t);
});
