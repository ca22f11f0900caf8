// Writes docs/performance.md from the results in bench/results: what was measured, beside the goals and the peer's
// figures. `npm run bench:pages`
import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {performancePage, type Reactions, type Results} from './performance-page.ts';

const RESULTS = new URL('../results/', import.meta.url).pathname;
const PAGE = new URL('../../docs/performance.md', import.meta.url).pathname;
const SUBJECT = 'aviary';

/** Aviary's results, smallest first. */
const readResults = async (folder: string): Promise<readonly Results[]> => {
	const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
	const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
	return texts
		.map((text) => JSON.parse(text) as Results)
		.filter(({subject}) => subject === SUBJECT)
		.toSorted((a, b) => a.measured.canaries - b.measured.canaries);
};

/** The page as the committed results make it. */
export const pageFromResults = async (): Promise<string> => {
	const reactions = JSON.parse(await readFile(path.join(RESULTS, 'reactions.json'), 'utf8')) as Reactions;
	return performancePage(await readResults(RESULTS), reactions);
};

export const writePerformancePage = async (): Promise<void> => {
	await writeFile(PAGE, await pageFromResults());
};

if (import.meta.main) {
	await writePerformancePage();
}
