// What others do to the objects of a run while it is under way.
import test from 'ava';
import {keys} from './keys.ts';
import {quick, simulate} from './simulation.ts';
import type {Plan, Simulation} from './simulation.ts';

const today: Plan = {shape: 'today', analysis: quick};

/** Its pods crash 150 seconds after they are ready, for good: in the third step. */
const crashing = {scenario: 'crash', analysis: {stepWeight: 10, maxWeight: 50, threshold: 2}} as const;

/** In the first step, with 25 % on the canary. */
const inFirstStep = async (simulation: Simulation): Promise<void> => {
	await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	await simulation.seconds(10);
};

const said = (simulation: Simulation): string => [...simulation.events().keys()].join('\n');

test('a primary deleted in mid-run is made anew from what was last promoted, never from the target', async (t) => {
	const simulation = await simulate({...today, except: ['D3']}, t);
	await inFirstStep(simulation);
	simulation.remove('deployments', 'podinfo-primary');
	await simulation.until(() => simulation.get('deployments', 'podinfo-primary') !== undefined, 60);
	t.is(simulation.tag('podinfo-primary'), '1.1.1');
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	t.is(simulation.tag('podinfo-primary'), '1.2.0');
	await simulation.stop(t);
});

test('a primary deleted between two runs is made anew from what was last promoted', async (t) => {
	const simulation = await simulate({...today, except: ['D3']}, t);
	await simulation.start();
	await simulation.toRest();
	simulation.remove('deployments', 'podinfo-primary');
	await simulation.until(() => simulation.get('deployments', 'podinfo-primary') !== undefined, 60);
	t.is(simulation.tag('podinfo-primary'), '1.2.0');
	await simulation.seconds(30);
	t.is(simulation.status()['phase'], 'Succeeded');
	await simulation.stop(t);
});

test('a generated route deleted in mid-run is made anew with the weights of the run', async (t) => {
	const simulation = await simulate(today, t);
	await inFirstStep(simulation);
	simulation.remove('virtualservices', 'podinfo');
	await simulation.until(() => simulation.weight() === 25, 60, 'the route is back at 25');
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	await simulation.stop(t);
});

test('weights that somebody sets by hand are set back, which is said, and not fought for ever', async (t) => {
	const simulation = await simulate({shape: 'first', analysis: {...quick, stepWeight: 25}}, t);
	await inFirstStep(simulation);
	const byHand = (): void => {
		simulation.edit('virtualservices', 'podinfo', (object) => {
			const text = JSON.stringify(object.spec)
				.replace('"weight":75', '"weight":20')
				.replace('"weight":25', '"weight":80');
			return {...object, spec: JSON.parse(text) as Record<string, unknown>};
		});
	};
	let aviaries = 0;
	simulation.embedded.store.onAccepted(({by, key}) => {
		aviaries += by === 'aviary' && key.plural === 'virtualservices' ? 1 : 0;
	});
	byHand();
	await simulation.until(() => simulation.weight() === 25, 20, 'set back');
	t.regex(said(simulation), /Route podinfo\.test was changed by someone else, restoring canary weight 25/);
	for (let index = 0; index < 6; index++) {
		if (simulation.weight() === 25) byHand();
		await simulation.seconds(4);
	}

	t.true(aviaries <= 3, `${aviaries} writes`);
	t.is(simulation.status()['state'], 'halted');
	t.regex(String(simulation.status()['reason']), /changed by someone else to canary weight 80, the run is at 25/);
	simulation.edit('virtualservices', 'podinfo', (object) => {
		const text = JSON.stringify(object.spec)
			.replace('"weight":20', '"weight":75')
			.replace('"weight":80', '"weight":25');
		return {...object, spec: JSON.parse(text) as Record<string, unknown>};
	});
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	await simulation.stop(t);
});

test('a target deleted in mid-run: users go back, the run halts with the reason, and fails at the deadline', async (t) => {
	const simulation = await simulate({...today, spec: {progressDeadlineSeconds: 120}, except: ['D3']}, t);
	await inFirstStep(simulation);
	simulation.remove('deployments', 'podinfo');
	await simulation.until(() => simulation.weight() === 0, 5, 'traffic is back');
	t.is(simulation.status()['state'], 'halted');
	t.regex(String(simulation.status()['waitingFor']), /it does not exist|deployment podinfo\.test not found/);
	await simulation.untilPhase('Failed');
	t.regex(String(simulation.status()['reason']), /progress deadline exceeded/);
	await simulation.stop(t);
});

test('canary pods that crash: users go back at once, one failed check is counted, and the deadline ends it', async (t) => {
	const simulation = await simulate({...today, ...crashing, spec: {progressDeadlineSeconds: 120}, except: ['D3']}, t);
	await simulation.start();
	await simulation.until(() => simulation.status()['state'] === 'halted');
	await simulation.seconds(2);
	t.is(simulation.weight(), 0);
	t.is(simulation.status()['canaryWeight'], 0);
	t.is(simulation.status()['failedChecks'], 1);
	t.regex(
		said(simulation),
		/Halt podinfo\.test advancement canary deployment podinfo\.test is failing, all traffic to/,
	);
	await simulation.untilPhase('Failed');
	t.is(simulation.status()['failedChecks'], 1);
	await simulation.stop(t);
});

test('canary pods that are gone for a moment: the steps start over from 0 when they are back', async (t) => {
	const simulation = await simulate({...today, except: ['D3']}, t);
	await inFirstStep(simulation);
	await simulation.until(() => simulation.weight() === 50);
	await simulation.seconds(5);
	const pods = simulation.embedded.store.list(keys.pods, {namespace: 'test', labelSelector: 'app=podinfo'}).items;
	t.is(pods.length, 2);
	for (const {metadata} of pods) simulation.remove('pods', metadata.name);
	await simulation.until(() => simulation.weights.at(-1) !== 50, 3, 'traffic is back');
	await simulation.until(() => simulation.weight() > 0, 60, 'it goes on');
	t.deepEqual(simulation.weights.slice(-3), [50, 0, 25]);
	t.is(simulation.status()['failedChecks'], 1);
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	await simulation.stop(t);
});

test('the target set back to what the primary runs ends the run without a verdict', async (t) => {
	const simulation = await simulate(today, t);
	const before = simulation.get('deployments', 'podinfo')?.spec?.['template'];
	await inFirstStep(simulation);
	simulation.edit('deployments', 'podinfo', (object) => ({...object, spec: {...object.spec, template: before}}));
	await simulation.untilPhase('Initialized');
	t.is(simulation.weight(), 0);
	t.is(simulation.get('deployments', 'podinfo')?.spec?.['replicas'], 0);
	t.is(simulation.tag('podinfo-primary'), '1.1.1');
	t.regex(said(simulation), /podinfo\.test is back at the promoted revision/);
	await simulation.stop(t);
});

test('an autoscaler that scales the canary halts the run, which then goes on without a failed check', async (t) => {
	const simulation = await simulate({shape: 'first', analysis: quick}, t);
	await inFirstStep(simulation);
	const scale = (desired: number): void => {
		const scaler = simulation.get('horizontalpodautoscalers', 'podinfo-canary');
		t.truthy(scaler);
		const status = {...scaler?.status, desiredReplicas: desired, currentReplicas: 2};
		const {store} = simulation.embedded;
		if (scaler) store.update(keys.horizontalpodautoscalers, {...scaler, status}, 'hpa', 'status');
	};
	scale(3);
	await simulation.seconds(1);
	t.true(simulation.states.some(({to}) => to === 'halted.scaling'));
	t.regex(said(simulation), /Halt podinfo\.test advancement HorizontalPodAutoscaler podinfo-canary scales from 2 to 3/);
	t.is(simulation.weight(), 25, 'users stay');
	// The world's own scaler corrects it at its next look.
	await simulation.toRest();
	t.is(simulation.status()['phase'], 'Succeeded');
	t.is(simulation.status()['failedChecks'], 0);
	await simulation.stop(t);
});
