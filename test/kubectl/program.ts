// Which kubectl the quick suite types with: the one built for the real control plane, else the one on PATH.
import {accessSync, constants} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {assetsFolder} from '../e2e/control-plane/build-assets.ts';

const canRun = (file: string): boolean => {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
};

/** The program's path; undefined when the machine has none. */
export const kubectlProgram = (): string | undefined =>
	[assetsFolder(), ...(process.env['PATH'] ?? '').split(path.delimiter)]
		.map((folder) => path.join(folder, 'kubectl'))
		.find((file) => canRun(file));
