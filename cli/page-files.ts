// From sources the page is built when it is asked for; what ships has it.
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const BUILDER = fileURLToPath(new URL('../ui/build.ts', import.meta.url));

/** Builds the page if it is older than its sources; nothing where there are none. Whoever asks for a page that could
 * not be built is told so by its server. */
export const buildPageFromSources = async (): Promise<void> => {
	if (existsSync(BUILDER)) {
		await promisify(execFile)(process.execPath, [BUILDER, '--if-stale']).catch(() => {});
	}
};
