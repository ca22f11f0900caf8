// The pages whose commands are typed by tests: by directory, so that a new one is never forgotten.
import {readdirSync, readFileSync} from 'node:fs';
import {root} from './run-page.ts';
import {blocksOf} from './page.ts';

/** From the root, in the order of their names. */
export const pages: readonly string[] = [
	'README.md',
	'docs/tutorial.md',
	...readdirSync(`${root}docs/walkthroughs`)
		.filter((file) => file.endsWith('.md'))
		.toSorted()
		.map((file) => `docs/walkthroughs/${file}`),
];

/** How many blocks of a page are typed somewhere, and how many never, not on the embedded API, not on a real one. */
export const countsOf = (page: string): {readonly typed: number; readonly not: Readonly<Record<string, number>>} => {
	const not: Record<string, number> = {};
	let typed = 0;
	for (const {marks} of blocksOf(readFileSync(root + page, 'utf8'))) {
		const places = marks.flatMap((mark) => (mark.kind === 'not executed' ? [mark.where] : []));
		if (!places.includes('anywhere')) typed++;
		for (const place of places) not[place] = (not[place] ?? 0) + 1;
	}

	return {typed, not};
};
