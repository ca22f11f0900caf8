import test from 'ava';
import {limitText, unitOf, type Limits} from '../../api/http/limit-words.ts';

const cases: ReadonlyArray<readonly [Limits, string]> = [
	[{}, ''],
	[{kind: 'success-rate', min: 99.95}, 'at least 99.95 %'],
	[{kind: 'query', min: 1, max: 2}, 'at least 1, at most 2'],
	[{kind: 'query', unit: 'jobs', max: 20}, 'at most 20 jobs'],
	[{kind: 'duration', against: {by: 'ratio', tolerance: 0.2, worse: 'higher'}}, "at most 20 % above the primary's"],
	[
		{kind: 'duration', against: {by: 'difference', tolerance: 50, worse: 'higher'}},
		"at most 50 ms above the primary's",
	],
	[{kind: 'success-rate', against: {by: 'ratio', tolerance: 0.01, worse: 'lower'}}, "at most 1 % below the primary's"],
	[
		{kind: 'success-rate', against: {by: 'difference', tolerance: 1, worse: 'lower'}},
		"at most 1 percentage point below the primary's",
	],
	[
		{kind: 'query', unit: 'jobs', against: {by: 'difference', tolerance: 2.5, worse: 'either'}},
		"at most 2.5 jobs above or below the primary's",
	],
	[{kind: 'query', against: {by: 'difference', tolerance: 0, worse: 'higher'}}, "not above the primary's"],
];

for (const [limits, words] of cases) {
	test(`what a metric may be is said: ${words || 'nothing'}`, (t) => {
		t.is(limitText(limits), words);
	});
}

test('a unit is that of the kind, or what the Canary calls it', (t) => {
	t.is(unitOf({kind: 'duration', unit: 's'}), ' ms');
	t.is(unitOf({kind: 'query', unit: 'jobs'}), ' jobs');
	t.is(unitOf({kind: 'constructor'}), '');
});
