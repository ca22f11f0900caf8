// Assembles what ships, for npm and for the image alike: the bundle, the files that it reads, and a manifest without
// dependencies. Run: npm run build
import {readFileSync} from 'node:fs';
import {chmod, cp, mkdir, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {bundleInto, CODE, PACKAGES} from './bundle.ts';
import {buildPageInto} from '../ui/build.ts';
import {licencesOf} from './licences.ts';

const ROOT = path.join(import.meta.dirname, '..');
const LAUNCHER = `${CODE}/launcher.js`;

/** What the command reads at run time, or its user applies; at the same places as in the sources. */
const DATA = ['artifacts', 'sandbox/scenarios', 'README.md', 'LICENSE', LAUNCHER];

/** What the sandbox tells kubectl of the fields of built-in kinds. */
const DECLARATIONS = '@kubernetes/client-node/dist/gen/models';

/** What the project's own manifest says, without what only its developers need. */
const manifest = (): Record<string, unknown> => {
	const own = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;
	const kept = ['name', 'version', 'description', 'license', 'bin', 'type', 'optionalDependencies', 'engines'];
	return Object.fromEntries(kept.map((key) => [key, own[key]]));
};

/** Writes the package into a folder, in the place of what is there. */
export const writePackage = async (folder: string): Promise<void> => {
	await rm(folder, {recursive: true, force: true});
	await mkdir(folder, {recursive: true});
	const metafile = await bundleInto(path.join(folder, CODE));
	const page = await buildPageInto(path.join(folder, 'ui', 'dist'));
	for (const name of DATA) {
		// Links are followed: the chart shares files with the manifests, and npm packs no links.
		await cp(path.join(ROOT, name), path.join(folder, name), {recursive: true, dereference: true});
	}

	await cp(path.join(ROOT, 'node_modules', DECLARATIONS), path.join(folder, PACKAGES, DECLARATIONS), {
		recursive: true,
		filter: (file) => file.endsWith('models') || file.endsWith('.d.ts'),
	});
	await chmod(path.join(folder, LAUNCHER), 0o755);
	await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest(), undefined, '\t')}\n`);
	await writeFile(
		path.join(folder, 'THIRD-PARTY-LICENCES.txt'),
		licencesOf({...metafile, outputs: {...metafile.outputs, ...page.outputs}}, ROOT),
	);
};

if (import.meta.main) {
	await writePackage(path.join(ROOT, 'dist'));
}
