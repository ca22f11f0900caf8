// Every state of the chart has a sentence about it, and every transition reads as one.
import test from 'ava';
import {canaryChart} from '../../../cli/statechart/canary-chart.ts';
import {statesBelow} from '../../../cli/statechart/walk.ts';
import {causesOf, condition} from '../../../cli/statechart/words.ts';
import {descriptions} from '../../../machines/words/descriptions.ts';

const states = statesBelow(canaryChart());

test('each state has a sentence, and no sentence is about a state that is no more', (t) => {
	t.deepEqual(
		states.filter(({state}) => !/^[A-Z].*\.$/.test(state.description ?? '')).map(({path}) => path),
		[],
	);
	const paths = new Set(states.map(({path}) => path));
	t.deepEqual(
		Object.keys(descriptions).filter((path) => !paths.has(path)),
		[],
	);
});

test('each transition is a sentence without names of the code', (t) => {
	const found = states.flatMap(({path, state}) =>
		causesOf(state)
			.map((caused) => condition(caused))
			.filter((text) => text === '' || /undefined|\b[a-z]+[A-Z]|[_$]/.test(text))
			.map((text) => `${path}: ${text}`),
	);
	t.deepEqual(found, []);
});
