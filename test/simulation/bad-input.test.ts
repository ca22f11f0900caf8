// What people get wrong: said on the status and by an event, with the remedy; nothing else is touched, nobody else is
// disturbed, and it heals by itself when the cause is gone.
import test from 'ava';
import {releaseIn} from '../actors/stage.ts';
import {mistakes} from './mistakes.ts';
import type {Objects} from './mistakes.ts';
import type {Bag, Simulation} from './simulation.ts';
import {quick, simulate} from './simulation.ts';

/** Somebody else's Canary, sound in all, in the namespace `sound`. */
const addNeighbour = async ({embedded}: Simulation): Promise<void> => {
	const objects = await releaseIn('sound');
	embedded.apply(
		objects.map((object) =>
			object.kind === 'Canary'
				? {
						...object,
						spec: {...object.spec, canaryAnalysis: {...(object.spec?.['canaryAnalysis'] as Bag), ...quick}},
					}
				: object,
		),
	);
};

for (const {title, shape, edit, mend, says} of mistakes) {
	test(`${title} is said with its remedy, touches nothing, and heals`, async (t) => {
		const simulation = await simulate({shape, analysis: quick, edit, isReleasedByHand: true}, t);
		await addNeighbour(simulation);
		const touched: string[] = [];
		const watch = simulation.embedded.store.onAccepted(({by, key, verb, after}) => {
			if (after?.metadata.namespace === 'sound') return;
			if (by === 'aviary' && !['canaries', 'events'].includes(key.plural)) touched.push(`${verb} ${key.plural}`);
		});
		await simulation.start();
		await simulation.seconds(150);
		const neighbour = simulation.get('canaries', 'podinfo', 'sound');
		t.is(neighbour?.status?.['phase'], 'Succeeded', 'nobody else waits');
		const said = [...simulation.events('podinfo', 'Warning').keys()];
		t.true(
			said.some((text) => says.test(text)),
			`an event says so: ${JSON.stringify(said)}`,
		);
		t.regex(String(simulation.status()['waitingFor']), says);
		t.deepEqual(touched, [], 'nothing else is touched');
		watch();
		mend(simulation);
		await simulation.untilPhase(shape === 'first' ? 'Succeeded' : 'Initialized');
		await simulation.stop(t);
	});
}

test('of two Canaries with one target the older acts, the newer is told, and takes over when the older goes', async (t) => {
	const second = (objects: Objects): Objects => {
		const canary = objects.find(({kind}) => kind === 'Canary');
		return canary === undefined
			? objects
			: [...objects, {...canary, metadata: {...canary.metadata, name: 'second', labels: {}}}];
	};
	const simulation = await simulate({shape: 'first', analysis: quick, edit: second, except: ['A1']});
	await simulation.start();
	await simulation.untilPhase('Succeeded');
	const told = /podinfo-canary is the target of the older Canary podinfo\.test too\. Delete one of the two/;
	t.true([...simulation.events('second').keys()].some((text) => told.test(text)));
	t.regex(String(simulation.status('second')['waitingFor']), told);
	simulation.remove('canaries', 'podinfo');
	await simulation.until(() => simulation.status('second')['phase'] === 'Initialized', 600);
	await simulation.stop(t);
});

test('a manifest of a megabyte is taken as it is, and nobody else waits for it', async (t) => {
	const large = (objects: Objects): Objects => {
		const canary = objects.find(({kind}) => kind === 'Canary');
		const metrics = Array.from({length: 4000}, (_, index) => ({
			name: `metric-${index}`,
			threshold: 1,
			interval: '1m',
			query: 'x'.repeat(200),
		}));
		return canary === undefined
			? objects
			: [
					...objects,
					{
						...canary,
						metadata: {name: 'large', namespace: 'test'},
						spec: {
							...canary.spec,
							canary: {name: 'large-canary', host: 'large-canary'},
							canaryAnalysis: {...(canary.spec?.['canaryAnalysis'] as Bag), metrics},
						},
					},
				];
	};
	const simulation = await simulate({shape: 'first', analysis: quick, edit: large, except: ['A1']});
	await simulation.start();
	await simulation.untilPhase('Succeeded');
	t.regex(String(simulation.status('large')['waitingFor']), /metrics/);
	t.true(String(simulation.status('large')['waitingFor']).length < 2000);
	await simulation.stop(t);
});
