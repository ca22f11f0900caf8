// Actors of one chart with ports of their own, and one tree of states.
import test from 'ava';
import {createActor, fromPromise, setup, waitFor} from 'xstate';
import {provided} from '../../../actors/life/provided.ts';

const answer = fromPromise<string>(() => Promise.reject(new Error('nothing was provided')));

const machine = setup({
	types: {context: {} as {said: string}},
	actors: {answer},
	guards: {'it is a yes': (_, {output}: {output: string}) => output === 'yes'},
}).createMachine({
	context: {said: ''},
	initial: 'asking',
	states: {
		asking: {
			invoke: {
				src: 'answer',
				onDone: [{guard: {type: 'it is a yes', params: ({event}) => event}, target: 'agreed'}, {target: 'refused'}],
				onError: 'lost',
			},
		},
		agreed: {},
		refused: {},
		lost: {},
	},
});

const saying = (text: string) => provided(machine, {actors: {answer: fromPromise(() => Promise.resolve(text))}});

const endOf = async (one: typeof machine): Promise<unknown> => {
	const actor = createActor(one).start();
	const {value} = await waitFor(actor, (snapshot) => snapshot.value !== 'asking');
	actor.stop();
	return value;
};

test('each has its own ports, and the machine keeps its own', async (t) => {
	t.deepEqual(await Promise.all([saying('yes'), saying('no'), machine].map(endOf)), ['agreed', 'refused', 'lost']);
});

test('the states are shared', (t) => {
	t.is(saying('yes').root, machine.root);
	t.not(machine.provide({}).root, machine.root, 'else there is no more need for it');
});

test('an event is told before the chart takes it, each in its turn', async (t) => {
	const told: string[] = [];
	const one = provided(machine, {
		actors: {answer: fromPromise(() => Promise.resolve('no'))},
		onEvent: ({type}) => told.push(type),
	});
	t.is(await endOf(one), 'refused');
	t.deepEqual(told, ['xstate.done.actor.0.(machine).asking', 'xstate.stop']);
});
