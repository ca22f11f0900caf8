// Bundles the command with all it needs into a few files of plain JavaScript: what the image and the npm package ship.
// Node strips no types under node_modules, and client-node alone brings tens of megabytes that nothing here calls.
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import * as esbuild from 'esbuild';

const ROOT = path.join(import.meta.dirname, '..');

/** Where the bundle's files lie in what ships; one folder below its root, as `cli/` is in the sources. */
export const CODE = 'cli';

/** Where files of packages that are read at run time lie in what ships; npm would leave `node_modules` out. */
export const PACKAGES = 'packages';

const RESOLVED = /import\.meta\.resolve\('([^']+)'\)/gu;

const shippedPlace = (specifier: string): string => {
	const file = fileURLToPath(import.meta.resolve(specifier));
	return [PACKAGES, path.relative(path.join(ROOT, 'node_modules'), file)].join('/');
};

const urlOf = (place: string): string => `new URL(${JSON.stringify(`../${place}`)}, import.meta.url).href`;

/**
 * Every module keeps the place that it has in the sources, so that `new URL('../artifacts/', import.meta.url)` finds
 * the same file in what ships: the data files are there at the same paths.
 */
const keepingPlaces: esbuild.Plugin = {
	name: 'keeping places',
	setup(build) {
		build.onLoad({filter: /\.ts$/}, async ({path: file}) => {
			const place = path.relative(ROOT, file).split(path.sep).join('/');
			if (place.startsWith('node_modules/')) {
				return undefined;
			}

			const text = await readFile(file, 'utf8');
			const contents = text
				.replaceAll('import.meta.url', urlOf(place))
				.replaceAll(RESOLVED, (_, specifier: string) => urlOf(shippedPlace(specifier)));
			return {contents, loader: 'ts'};
		});
	},
};

/** Writes the bundle into a folder, the command as `main.js`; resolves to what went into which file. */
export const bundleInto = async (outdir: string): Promise<esbuild.Metafile> => {
	const {metafile} = await esbuild.build({
		absWorkingDir: ROOT,
		entryPoints: {main: 'cli/main.ts'},
		outdir,
		bundle: true,
		// What only some commands need (the layout of drawn charts, the sandbox) is a file of its own, loaded when asked.
		splitting: true,
		chunkNames: '[name]-[hash]',
		format: 'esm',
		platform: 'node',
		target: 'node24',
		// Names are kept, for stack traces are read by people.
		minifySyntax: true,
		minifyWhitespace: true,
		legalComments: 'none',
		// Packages in CommonJS ask for Node's own modules by `require`, which a module does not have.
		banner: {
			js: "import {createRequire as requireFrom} from 'node:module';const require=requireFrom(import.meta.url);",
		},
		plugins: [keepingPlaces],
		metafile: true,
		logLevel: 'warning',
	});
	return metafile;
};
