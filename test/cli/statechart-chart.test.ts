// The chart that the HTTP interface tells of is that of the code.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {CHART, chartText} from '../../cli/statechart/write-chart.ts';

test('the chart of the HTTP interface is as the machines are; else run npm run generate', async (t) => {
	const written = await readFile(new URL(`../../${CHART}`, import.meta.url), 'utf8').catch(() => '');
	t.true(written === (await chartText()), `${CHART} is stale: npm run generate`);
});
