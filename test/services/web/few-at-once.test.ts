import test from 'ava';
import {fewAtOnce} from '../../../services/web/few-at-once.ts';

/** A task that ends when it is told to. */
const task = () => {
	const {promise, resolve, reject} = Promise.withResolvers<string>();
	let isBegun = false;
	return {
		run: () => {
			isBegun = true;
			return promise;
		},
		isBegun: () => isBegun,
		resolve,
		reject,
	};
};
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('no more than so many are under way; the next begins when one ends, in whichever way', async (t) => {
	const inTurn = fewAtOnce(2, 10, () => new Error('full'));
	const tasks = [task(), task(), task(), task()];
	const answers = tasks.map(({run}) => inTurn(run));
	await turn();
	t.deepEqual(
		tasks.map((one) => one.isBegun()),
		[true, true, false, false],
	);
	tasks[1]?.reject(new Error('it broke'));
	await t.throwsAsync(answers[1]!, {message: 'it broke'});
	await turn();
	t.deepEqual(
		tasks.map((one) => one.isBegun()),
		[true, true, true, false],
	);
	tasks[0]?.resolve('a');
	t.is(await answers[0], 'a');
	await turn();
	t.true(tasks[3]?.isBegun());
	tasks[2]?.resolve('c');
	tasks[3]?.resolve('d');
	t.deepEqual(await Promise.all([answers[2], answers[3]]), ['c', 'd']);
	t.is(await inTurn(() => Promise.resolve('e')), 'e', 'places come free again');
});

test('when enough wait, the next is refused', async (t) => {
	const inTurn = fewAtOnce(1, 1, () => new Error('full'));
	const [first, second] = [task(), task()];
	const answers = [inTurn(first.run), inTurn(second.run)];
	await t.throwsAsync(
		inTurn(() => Promise.resolve('never')),
		{message: 'full'},
	);
	first.resolve('a');
	second.resolve('b');
	t.deepEqual(await Promise.all(answers), ['a', 'b']);
});
