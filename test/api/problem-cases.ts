import test from 'ava';
import {toModel} from '../../api/model-of-canary.ts';
import {defaults} from './manifests.ts';

/** A Canary and the one problem that it has. */
export type Case = readonly [canary: unknown, field: string, value: string, text: string, remedy: string];

/** One test for each case: exactly this problem, in exactly these words. */
export const testCases = (cases: readonly Case[]): void => {
	for (const [canary, field, value, text, remedy] of cases) {
		test(`${text} (${value}; ${remedy})`, (t) => {
			t.deepEqual(toModel(canary, {...defaults, mappings: []}).problems, [{field, value, text, remedy}]);
		});
	}
};
