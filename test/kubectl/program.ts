// Which kubectl, and which other programs, tests type with: those built for the real control plane, else those on PATH.
// Nothing is green that did not run: under CI a program that is missing fails.
import {accessSync, constants} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
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

/** What is said in the place of cases that need programs, and whether their absence is let pass. */
export const onMissing = (missing: readonly string[], ci = process.env['CI']): {passes: boolean; says: string} => ({
	passes: missing.length === 0 || ci === undefined || ['', '0', 'false'].includes(ci),
	says: `not run: ${missing.join(', ')} is not on this machine; install it, or run npm run build:control-plane for kubectl and helm`,
});

/** Fails under CI, and says elsewhere, that what needs these programs does not run. */
export const sayMissing = (t: ExecutionContext, missing: readonly string[]): void => {
	const {passes, says} = onMissing(missing);
	if (missing.length > 0) t.log(says);
	t.true(passes, says);
};

type Declare = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

/**
 * How a file declares cases that need programs: as with `test`, where the machine has them all. Where it has not, one
 * case stands for them all, and says so.
 */
export const casesWith = (...names: readonly string[]): Declare => {
	const missing = names.filter((name) => programNamed(name) === undefined);
	if (missing.length === 0) return test;
	test(`cases that need ${names.join(', ')}`, (t) => {
		sayMissing(t, missing);
	});
	return () => {};
};
