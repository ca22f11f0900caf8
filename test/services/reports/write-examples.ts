// Writes the example reports in docs/: node test/services/reports/write-examples.ts.
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {htmlReport} from '../../../services/reports/html.ts';
import {markdownReport} from '../../../services/reports/markdown.ts';
import {rolledBack} from './records.ts';

/** The examples by their path in the repository. */
export const exampleReports = (): ReadonlyMap<string, string> =>
	new Map([
		['docs/examples/report.md', markdownReport(rolledBack)],
		['docs/examples/report.html', htmlReport(rolledBack)],
	]);

if (import.meta.main) {
	for (const [path, text] of exampleReports()) {
		await writeFile(join(import.meta.dirname, '..', '..', '..', path), text);
	}
}
