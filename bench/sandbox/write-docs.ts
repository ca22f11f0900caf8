// Writes the part of docs/sandbox.md between its markers from results.json. `npm run bench:pages`
import {readFile, writeFile} from 'node:fs/promises';
import {costText, type Results} from './cost-page.ts';

const RESULTS = new URL('results.json', import.meta.url);
const PAGE = new URL('../../docs/sandbox.md', import.meta.url);
const BEGIN = '<!-- cost, by bench/sandbox/write-docs.ts -->';
const END = '<!-- end of cost -->';

/** The page with what the results say. Throws when it has no markers. */
export const pageWithResults = async (): Promise<string> => {
	const [page, results] = await Promise.all([readFile(PAGE, 'utf8'), readFile(RESULTS, 'utf8')]);
	const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
	if (from === -1 || to < from) {
		throw new Error(`docs/sandbox.md: the lines "${BEGIN}" and "${END}" are not there, in this order`);
	}

	const text = costText(JSON.parse(results) as Results);
	return `${page.slice(0, from)}${BEGIN}\n\n${text}\n\n${page.slice(to)}`;
};

if (import.meta.main) {
	await writeFile(PAGE, await pageWithResults());
}
