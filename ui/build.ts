// Builds the page: one script and one style with their digests in their names, so that browsers keep them for ever.
// Run: npm run build:page. The sandbox and the daemon do so by themselves when they run from sources.
import {copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {BuildOptions, Metafile} from 'esbuild';

const HERE = import.meta.dirname;
const DIST = path.join(HERE, 'dist');
const COPIED = ['icon.svg'];

const options = (outdir: string): BuildOptions => ({
	absWorkingDir: path.join(HERE, '..'),
	entryPoints: {page: path.join(HERE, 'main.tsx'), style: path.join(HERE, 'page.css')},
	outdir,
	entryNames: 'assets/[name]-[hash]',
	bundle: true,
	minify: true,
	format: 'esm',
	target: ['chrome111', 'firefox115', 'safari16.4'],
	// Not of a file: the image is built without the project's.
	tsconfigRaw: {compilerOptions: {jsx: 'react-jsx', jsxImportSource: 'preact', verbatimModuleSyntax: true}},
	legalComments: 'none',
	metafile: true,
	logLevel: 'warning',
});

/** The path of an output by how its name begins, as the page asks for it. */
const outputOf = (metafile: Metafile, name: string, folder: string): string => {
	const root = path.join(HERE, '..');
	const files = Object.keys(metafile.outputs).map((file) => path.relative(folder, path.join(root, file)));
	return (files.find((file) => file.startsWith(`assets/${name}`)) ?? '').split(path.sep).join('/');
};

/** Builds the page into a folder, in the place of what is there; resolves to what went into which file. */
export const buildPageInto = async (folder: string): Promise<Metafile> => {
	await mkdir(path.join(folder, 'assets'), {recursive: true});
	const old = await readdir(path.join(folder, 'assets'));
	// Most often it is only asked whether anything is to be built.
	const {build} = await import('esbuild');
	const {metafile} = await build({...options(folder), metafile: true});
	for (const file of COPIED) {
		await copyFile(path.join(HERE, file), path.join(folder, file));
	}

	const [script, style] = [outputOf(metafile, 'page-', folder), outputOf(metafile, 'style-', folder)];
	const html = (await readFile(path.join(HERE, 'index.html'), 'utf8'))
		.replace('SCRIPT', script)
		.replace('STYLE', style);
	// Last and at once: whoever looks meanwhile finds a whole page, the old or the new one.
	const draft = path.join(folder, `index-${process.pid}.tmp`);
	await writeFile(draft, html);
	await rename(draft, path.join(folder, 'index.html'));
	for (const name of old.filter((one) => ![script, style].includes(`assets/${one}`))) {
		await rm(path.join(folder, 'assets', name), {force: true});
	}

	return metafile;
};

const newestOf = async (folder: string): Promise<number> => {
	const entries = await readdir(folder, {recursive: true, withFileTypes: true});
	const sources = entries.filter((entry) => entry.isFile() && !entry.parentPath.startsWith(DIST));
	const times = await Promise.all(
		sources.map(async (one) => (await stat(path.join(one.parentPath, one.name))).mtimeMs),
	);
	return Math.max(...times);
};

if (import.meta.main) {
	const built = await stat(path.join(DIST, 'index.html')).catch(() => undefined);
	const isStale = built === undefined || built.mtimeMs < (await newestOf(HERE));
	if (isStale || !process.argv.includes('--if-stale')) {
		await buildPageInto(DIST);
	}
}
