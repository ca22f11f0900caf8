// The figures in docs/sandbox.md are made from the results in the repository, and say what is out of bounds.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {costText, type Results} from '../../bench/sandbox/cost-page.ts';
import {pageWithResults} from '../../bench/sandbox/write-docs.ts';

test('the page says what the results say', async (t) => {
	const page = await readFile(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
	t.is(page, await pageWithResults(), 'run: npm run bench:pages');
});

const results: Results = {
	machine: {cpu: 'Some CPU', cores: 2, memoryGb: 24, node: 'v24.0.0'},
	canaries: 100,
	speed: 60,
	load: 0.1,
	startMs: 600,
	startOfSourcesMs: 1900,
	idleMb: 190,
	idleCpu: 0.05,
	releasingMb: 400,
	releasingCpu: 1.25,
	releaseSeconds: 8,
	runs: 100,
	stepsMeasured: 400,
	stepLateMedian: 0.02,
	stepLateMax: 0.09,
	stepsOver10Percent: 0,
	runLateMax: 0.03,
};

test('within the bounds it says so, and outside of them which, and what is within reach', (t) => {
	t.regex(
		costText(results),
		/\n\nThe bounds are met\. The bound of 250 MB is one at rest: while all 100 release, memory is above it, 400 MB\.$/,
	);
	t.regex(costText(results), /\| CPU, 100 releasing at speed 60 \| 10\.0 s within 8\.0 s; 0\.10 s for a release \|/);
	t.regex(costText({...results, releasingMb: 240}), /While all 100 release, memory is below the bound, too\.$/);
	const worse = costText({...results, idleMb: 251, stepsOver10Percent: 1, reach: {canaries: 75, speed: 0}});
	t.regex(worse, /\n\nOut of bounds: memory, steps\. /);
	t.regex(worse, /\| so many keep time at speed 60 \| 75 \|\n\| 100 keep time at speed \| none of those tried \|/);
});
