// docs/reference/commands.md says what the code answers, for every state that hears commands.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {COMMANDS_PAGE, commandsPage} from '../../cli/command-answers.ts';

test(`${COMMANDS_PAGE} is what npm run generate writes`, async (t) => {
	const written = await readFile(new URL(`../../${COMMANDS_PAGE}`, import.meta.url), 'utf8').catch(() => '');
	t.true(written === commandsPage(), 'stale: run npm run generate');
});

test('every situation names its states', (t) => {
	const pages = commandsPage().split('\n');
	const places = pages.filter((line) => line.startsWith('In '));
	t.is(places.length, 10);
	for (const line of places) {
		t.regex(line, /^In (`[a-z.A-Z]+`(, )?)+\.$/);
	}
});
