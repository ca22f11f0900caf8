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

/** What runs in a thread of its own, by the name of its file in what ships. */
const THREADS: Readonly<Record<string, string>> = {'daemon-thread': 'sandbox/daemon/thread.ts'};

const STARTED = /new Worker\(new URL\('([^']+)', import\.meta\.url\)/gu;

const RESOLVED = /import\.meta\.resolve\('([^']+)'\)/gu;

const shippedPlace = (specifier: string): string => {
	const file = fileURLToPath(import.meta.resolve(specifier));
	return [PACKAGES, path.relative(path.join(ROOT, 'node_modules'), file)].join('/');
};

/** A thread's file lies beside all others of the code, and is JavaScript. */
const shippedThread = (source: string): string => {
	const found = Object.entries(THREADS).find(([, place]) => place === source);
	if (found === undefined) {
		throw new Error(`${source} is started as a thread: name it in THREADS of build/bundle.ts`);
	}

	return `new Worker(new URL('./${found[0]}.js', import.meta.url)`;
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
			// What is between two threads' names knows nothing of them.
			const contents = text
				.split(STARTED)
				.map((part, index) =>
					index % 2 === 1
						? shippedThread(path.posix.join(path.posix.dirname(place), part))
						: part.replaceAll('import.meta.url', urlOf(place)),
				)
				.join('')
				.replaceAll(RESOLVED, (_, specifier: string) => urlOf(shippedPlace(specifier)));
			return {contents, loader: 'ts'};
		});
	},
};

const CLIENT_NODE = '@kubernetes/client-node';

/**
 * The modules of client-node only declare, though its manifest does not say so. Of its classes for every kind there is,
 * and its clients for streams and archives, the daemon needs none: evaluated, they hold 8 MB.
 */
const declaringOnly: esbuild.Plugin = {
	name: 'declaring only',
	setup(build) {
		const isAsked = Symbol('asked');
		build.onResolve({filter: /./}, async ({path: specifier, importer, resolveDir, kind, pluginData}) => {
			const isOfIt = specifier === CLIENT_NODE || importer.includes(`/node_modules/${CLIENT_NODE}/`);
			if (!isOfIt || pluginData === isAsked) {
				return undefined;
			}

			const found = await build.resolve(specifier, {importer, resolveDir, kind, pluginData: isAsked});
			return {...found, sideEffects: found.path.includes(`/node_modules/${CLIENT_NODE}/`) ? false : found.sideEffects};
		});
	},
};

/**
 * `import` looks at all that a module of Node exports. Of node:http that includes WebSocket, for which Node loads its own
 * copy of undici, 2 MB that nothing uses; `require` looks at nothing.
 */
const requiringHttp: esbuild.Plugin = {
	name: 'requiring http',
	setup(build) {
		build.onResolve({filter: /^(?:node:)?http$/}, ({kind}) =>
			kind === 'require-call' ? undefined : {path: 'node:http', namespace: 'required'},
		);
		build.onLoad({filter: /./, namespace: 'required'}, ({path: name}) => ({
			contents: `module.exports = require(${JSON.stringify(name)})`,
		}));
	},
};

/** Writes the bundle into a folder, the command as `main.js`; resolves to what went into which file. */
export const bundleInto = async (outdir: string): Promise<esbuild.Metafile> => {
	const {metafile} = await esbuild.build({
		absWorkingDir: ROOT,
		entryPoints: {main: 'cli/main.ts', ...THREADS},
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
		plugins: [keepingPlaces, declaringOnly, requiringHttp],
		metafile: true,
		logLevel: 'warning',
	});
	return metafile;
};
