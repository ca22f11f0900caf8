// The drawn charts in docs/ are those of the code.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {statechartFiles} from '../../cli/statechart/write-docs.ts';

test('docs/statechart.md and docs/statechart.svg are as the machines are; else run npm run generate', async (t) => {
	const files = await statechartFiles();
	t.deepEqual([...files.keys()], ['docs/statechart.md', 'docs/statechart.svg']);
	for (const [path, text] of files) {
		const written = await readFile(new URL(`../../${path}`, import.meta.url), 'utf8').catch(() => '');
		// Not t.is: a picture's difference is no reading matter.
		t.true(written === text, `${path} is stale: npm run generate`);
	}
});
