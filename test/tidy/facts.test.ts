// What a state means stands in one place.
import test from 'ava';
import {readersOfPaths} from './facts.ts';
import {sampleOf, sources} from './source.ts';

/** Where a state is named elsewhere, and why; a line goes when it is not. */
const exceptions: Readonly<Record<string, string>> = {
	"build/screenshots.ts: 'progressing.soaking'": 'a script: it waits for what it takes a picture of',
};

/** The table, and the chart that it is about. */
const isHome = (file: string): boolean => /^machines\/(?:facts|canary)\b/.test(file);

test('nobody reads a path but the facts', (t) => {
	const found = readersOfPaths(sources.filter(({file}) => !isHome(file)));
	t.deepEqual(found.toSorted(), Object.keys(exceptions).toSorted());
});

test('whoever reads a path is seen; whoever asks for an outermost state, or of anything else, is not', (t) => {
	const bad = sampleOf({
		'bad.ts': [
			`/^(?:progressing|halted)/.test(path);`,
			`/\\.(?:idle|mending)$/.test(to);`,
			`to.startsWith('halted');`,
			`path.endsWith('.mending');`,
			`path === 'failed.holding';`,
			'const from = `halted.${reason}`;',
			`stateOf(path) === 'halted';`,
			`name.startsWith('route/');`,
			`/^(done|refused): (.+)$/.exec(event);`,
			`/^[a-z]+$/.test(text);`,
			`file.endsWith('.ts');`,
		].join('\n'),
	});
	t.deepEqual(readersOfPaths(bad), [
		'bad.ts: /^(?:progressing|halted)/',
		'bad.ts: /\\.(?:idle|mending)$/',
		`bad.ts: to.startsWith('halted')`,
		`bad.ts: path.endsWith('.mending')`,
		`bad.ts: 'failed.holding'`,
		'bad.ts: `halted.${reason}`',
	]);
});
