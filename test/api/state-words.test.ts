import test from 'ava';
import {pathWords, stateWords} from '../../api/http/state-words.ts';
import {paths} from '../../machines/facts.ts';

test('a state is read as words, not as an identifier', (t) => {
	t.is(stateWords('failedCheck'), 'failed check');
	t.is(pathWords('progressing.scalingUp.rising'), 'progressing › scaling up › rising');
	t.is(pathWords(''), '');
});

test('every state of the chart has words of small letters, and no two have the same', (t) => {
	const words = paths.map((path) => pathWords(path));
	t.deepEqual(
		words.filter((text) => !/^[a-z]+(?: [a-z]+)*(?: › [a-z]+(?: [a-z]+)*)*$/.test(text)),
		[],
	);
	t.is(new Set(words).size, paths.length);
});
