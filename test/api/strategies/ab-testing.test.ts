import test from 'ava';
import {planned} from './asking.ts';

const match = [{headers: {'x-canary': {exact: 'insider'}}}, {sourceLabels: {app: 'tester'}}];

test('requests that match are the canary’s for so many rounds', (t) => {
	t.deepEqual(planned({match, iterations: 10}), {
		plan: {
			strategy: 'ab-testing',
			steps: [{share: {canary: 100, match}, rounds: 10, tells: 'rounds'}],
			promotion: [],
		},
		problems: [],
		warnings: [],
	});
});

test('rules without iterations would silently become a release to everybody', (t) => {
	t.deepEqual(planned({match, stepWeight: 10}).problems, [
		'spec.analysis.match: spec.analysis.match asks for A/B testing, but spec.analysis.iterations, how many rounds it ' +
			'lasts, is missing. Set spec.analysis.iterations instead of stepWeight, or remove match',
	]);
});

test('a rule that every request meets is none', (t) => {
	const text = (index: number): string =>
		`spec.analysis.match[${index}]: spec.analysis.match[${index}] names no header, query parameter or source label, ` +
		'so that it would match every request. Name a header, such as x-canary: {exact: insider}';
	t.deepEqual(planned({match: [{}], iterations: 1}).problems, [text(0)]);
	t.deepEqual(planned({match: [...match, {headers: {}}], iterations: 1}).problems, [text(2)]);
	t.deepEqual(planned({match: [null], iterations: 1}).problems, [text(0)]);
	t.deepEqual(planned({match: 'all', iterations: 1}).problems, [
		'spec.analysis.match: spec.analysis.match is all, which is no list. Write a list',
	]);
});

test('an empty list asks for nothing', (t) => {
	t.is(planned({match: [], stepWeight: 10}).plan.strategy, 'canary');
});
