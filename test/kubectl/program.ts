// Which kubectl, and which other programs, tests type with: those built for the real control plane, else those on PATH.
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

/** A program's path: of the real control plane's build, else on PATH; undefined when the machine has none. */
export const programNamed = (name: string): string | undefined =>
	[assetsFolder(), ...(process.env['PATH'] ?? '').split(path.delimiter)]
		.map((folder) => path.join(folder, name))
		.find((file) => canRun(file));

export const kubectlProgram = (): string | undefined => programNamed('kubectl');
