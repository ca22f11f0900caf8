// docs/performance.md is made from the results in the repository, and from nothing else.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {pageFromResults} from '../../bench/kubernetes/write-docs.ts';

test('the page says what the results say', async (t) => {
	const page = await readFile(new URL('../../docs/performance.md', import.meta.url), 'utf8');
	t.is(page, await pageFromResults(), 'run: npm run bench:pages');
});
