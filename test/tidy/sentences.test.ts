// No sentence decides: words are for people.
import test from 'ava';
import {topOf} from './directions.ts';
import {readersOf} from './sentences.ts';
import {sampleOf, sources} from './source.ts';

/** Where one is still read, and why; a line goes when it is not. */
const exceptions: Readonly<Record<string, string>> = {
	'actors/record/run-archive.ts: /being terminated|namespaces "[^"]*" not found/.test(error.message)':
		'the API server says it in no other field',
	"cli/command-post.ts: /ValidatingAdmissionPolicy '([^']+)'.* denied request: (.+)$/s.exec(message)":
		'told on as it is; the API server says it in no other field',
};

test('no sentence decides', (t) => {
	const deciding = sources.filter(({file}) => ['actors', 'machines', 'cli', 'ui'].includes(topOf(file)));
	t.deepEqual(readersOf(deciding).toSorted(), Object.keys(exceptions).toSorted());
});

test('whoever reads a sentence is seen; whoever reads a code, or what was given, is not', (t) => {
	const bad = sampleOf({
		'bad.ts': [
			`(view.waitingFor ?? '').startsWith('a new');`,
			`/^Rolling back/.test(event.text);`,
			`error.message.match(/gone/);`,
			`reason === 'not enough values';`,
			`condition.reason === 'ProgressDeadlineExceeded';`,
			`/^[a-z]+$/.test(text);`,
			`lines.includes(message);`,
			`message.includes(word);`,
		].join('\n'),
	});
	t.deepEqual(readersOf(bad), [
		`bad.ts: (view.waitingFor ?? '').startsWith('a new')`,
		'bad.ts: /^Rolling back/.test(event.text)',
		'bad.ts: error.message.match(/gone/)',
		`bad.ts: reason === 'not enough values'`,
	]);
});
