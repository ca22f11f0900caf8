// How a page is read, and what counts as shown: the runner of pages must not pass what is not so.
import test from 'ava';
import {blocksOf} from './page.ts';
import {isShown} from './shown.ts';

const block = (language: string, ...lines: readonly string[]): string =>
	[`\`\`\`${language}`, ...lines, '```', ''].join('\n');

test('blocks come with their marks and with what they show', (t) => {
	const page = [
		'# Page',
		block('bash', 'echo a'),
		block('console', 'a'),
		block('yaml', 'a: b'),
		'<!-- not executed on real: no kubelet serves it -->\n<!-- until: kubectl wait x -->',
		block('bash', 'watch date'),
	].join('\n');
	t.deepEqual(blocksOf(page), [
		{line: 2, code: 'echo a\n', marks: [], shown: [{line: 6, text: 'a\n'}]},
		{
			line: 16,
			code: 'watch date\n',
			marks: [
				{kind: 'not executed', where: 'real', reason: 'no kubelet serves it'},
				{kind: 'until', command: 'kubectl wait x'},
			],
			shown: [],
		},
	]);
});

test('what is not read as its writer meant is refused', (t) => {
	const refused: ReadonlyArray<readonly [string, RegExp]> = [
		[`<!-- not executed: -->\n${block('bash', 'a')}`, /unknown mark/],
		[`<!-- not executed: why -->\n${block('bash', 'a')}`, /a reason has ten letters/],
		[`<!-- executed never -->\n${block('bash', 'a')}`, /unknown mark/],
		[block('sh', 'a'), /line 1: ```sh: write ```bash/],
		[block('', 'a'), /write ```bash/],
		[block('console', 'a'), /line 1: nothing was typed/],
		[`${block('bash', 'a')}\n${block('console', '$ a')}`, /line 5: what is to be typed/],
		[`<!-- needs: helm -->\n${block('console', 'a')}`, /only a ```bash block has marks/],
	];
	for (const [page, message] of refused) t.throws(() => blocksOf(page), {message}, page);
});

const output = [
	'NAME      STATUS      AGE',
	'podinfo   Succeeded   12s',
	'Halt podinfo.test success rate 86.16% < 99%',
	'Promotion completed! podinfo:1.2.0',
	'',
].join('\n');

test('lines are shown that come one after another', (t) => {
	t.true(isShown('podinfo Succeeded 3m2s\nHalt podinfo.test success rate 5.00% < 99%', output));
	t.true(isShown('NAME STATUS AGE\n…\nPromotion completed! podinfo:1.2.0', output));
	t.true(isShown('…success rate…', output));
	t.true(isShown('NAME STATUS AGE\n…\npodinfo Succeeded 3s', output), 'no line between is well, too');
});

test('anything else is not shown', (t) => {
	t.false(isShown('podinfo Failed 12s', output));
	t.false(isShown('podinfo Succeeded', output), 'half a line');
	t.false(isShown('NAME STATUS AGE\nPromotion completed! podinfo:1.2.0', output), 'lines are missing between');
	t.false(isShown('Promotion completed! podinfo:1.2.0\n…\nNAME STATUS AGE', output), 'another order');
	t.false(isShown('Promotion completed! podinfo:1.2.1', output), 'versions count');
	t.false(isShown('Halt podinfo.test success rate 86.16% < 98%', output), 'limits count');
});
