// What the repository holds besides its sources: names, definitions, the lock file; and nothing that is left to do.
import test from 'ava';
import {all, listed, read, sampleOf, type Source} from './source.ts';

const vague = /(?:^|\/)(?:utils?|helpers?|misc|common|manager|handler-utils)(?:\.|\/)/;

test('files say what is inside', (t) => {
	t.deepEqual(
		all.map(({file}) => file).filter((file) => vague.test(file)),
		[],
	);
	t.regex('services/utils.ts', vague);
	t.regex('actors/helpers/one.ts', vague);
	t.notRegex('services/manager-of-none.ts', vague);
});

const open = /\b(?:TODO|FIXME|XXX)\b/;
const skipping = /\btest(?:\.serial)?\.(?:skip|only|failing|todo)\b/;

/** But for this one, which names them. */
const filesWith = (given: readonly Source[], pattern: RegExp): readonly string[] =>
	given.filter(({file, text}) => file !== 'test/tidy/repository.test.ts' && pattern.test(text)).map(({file}) => file);

test('nothing is left to do in a comment, and no test is skipped or alone', (t) => {
	t.deepEqual(filesWith(all, open), []);
	t.deepEqual(filesWith(all, skipping), []);
	const bad = sampleOf({
		'left.ts': '// TODO: more',
		'alone.ts': "test.only('one');",
		'fine.ts': 'test(1);',
	});
	t.deepEqual(filesWith(bad, open), ['left.ts']);
	t.deepEqual(filesWith(bad, skipping), ['alone.ts']);
});

test('artifacts/crds holds definitions and nothing else', (t) => {
	const yamls = listed('artifacts/crds/*.yaml');
	t.true(yamls.length > 0);
	for (const file of yamls) t.regex(read(file), /^kind: CustomResourceDefinition$/m, file);
});

type Lock = {
	readonly packages: Readonly<Record<string, {readonly optionalDependencies?: Readonly<Record<string, string>>}>>;
};

/** Optional packages that the lock file asks for and has not. */
const missingIn = ({packages}: Lock): readonly string[] =>
	Object.values(packages)
		.flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
		.filter((name) => !(`node_modules/${name}` in packages));

test('the lock file has every platform, so that npm ci takes it anywhere', (t) => {
	const lock = JSON.parse(read('package-lock.json')) as Lock;
	t.deepEqual(missingIn(lock), [], 'run: node .ci/complete-lock-file.js');
	const bad = {
		packages: {
			'node_modules/one': {optionalDependencies: {'one-linux': '1', 'one-win32': '1'}},
			'node_modules/one-linux': {},
		},
	};
	t.deepEqual(missingIn(bad), ['one-win32']);
});

test('the lock file names no host', (t) => {
	t.notRegex(read('package-lock.json'), /"resolved"/);
});
