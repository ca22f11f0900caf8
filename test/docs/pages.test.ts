// Every command of the tutorial, the walk-throughs and the README, typed from the page on the embedded sandbox.
import test from 'ava';
import {casesWith, sayMissing} from '../kubectl/program.ts';
import {countsOf, pages} from './pages.ts';
import {missingFor, runPage} from './run-page.ts';

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

const withShell = casesWith('bash', 'curl', 'kubectl');

for (const page of pages) {
	withShell(page, async (t) => {
		sayMissing(t, await missingFor(page));
		await runPage(page, 'embedded');
	});
}
