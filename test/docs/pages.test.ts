// Every command of the tutorial, the walk-throughs and the README, typed from the page on the embedded sandbox.
import test from 'ava';
import {programNamed} from '../kubectl/program.ts';
import {countsOf, pages} from './pages.ts';
import {runPage} from './run-page.ts';

/** Where blocks stay untyped; the reason is before each of them, on the page. */
const untyped: Readonly<Record<string, Readonly<Record<string, number>>>> = {
	'README.md': {anywhere: 5},
	'docs/tutorial.md': {real: 1},
	'docs/walkthroughs/002-rollout-cli.md': {anywhere: 1},
	'docs/walkthroughs/003-subsets-and-gitops.md': {real: 2},
	'docs/walkthroughs/004-first-canary.md': {real: 4, embedded: 2},
};

test('a block is left out only where that is known here', (t) => {
	const counted = pages.map((page) => [page, countsOf(page).not] as const);
	t.deepEqual(Object.fromEntries(counted.filter(([, not]) => Object.keys(not).length > 0)), untyped);
	t.deepEqual(
		pages.filter((page) => countsOf(page).typed === 0),
		[],
	);
});

const missing = ['bash', 'curl', 'kubectl'].filter((name) => programNamed(name) === undefined);

if (missing.length > 0) {
	test('there are not all programs that the pages use, so that none is typed', (t) => {
		t.log(`install ${missing.join(', ')} to run the cases of this file`);
		t.pass();
	});
} else {
	for (const page of pages) {
		test(page, async (t) => {
			await runPage(page, 'embedded');
			t.pass();
		});
	}
}
