// A program that is missing: let pass at a desk, with a word; a failure under CI.
import test from 'ava';
import {onMissing, programNamed} from './program.ts';

test('a missing program fails under CI, and is named', (t) => {
	t.false(onMissing(['kubectl'], 'true').passes);
	t.false(onMissing(['kubectl'], '1').passes);
	t.regex(onMissing(['kubectl', 'jq'], 'true').says, /^not run: kubectl, jq /);
});

test('elsewhere it is let pass, and nothing is missing where nothing is', (t) => {
	t.true(onMissing(['kubectl'], '').passes);
	t.true(onMissing(['kubectl'], 'false').passes);
	t.true(onMissing([], 'true').passes);
});

test('a program is looked for on PATH, and one that no machine has is not found', (t) => {
	t.truthy(programNamed('sh'));
	t.is(programNamed('no-such-program-anywhere'), undefined);
});
