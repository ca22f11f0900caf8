// The directions of the design: which folder may import which, and in which order the rooms of services/ stand.
import type {Source} from './source.ts';

type Direction = {
	/** Folders of ours. */
	readonly folders: readonly string[];
	/** `*`: any. */
	readonly packages: readonly string[];
};

/**
 * What each folder may import. The command line shows charts (it reads `machines/` as data) and starts the sandbox; the
 * sandbox's sockets start the real daemon through its composition root alone.
 */
export const directions: Readonly<Record<string, Direction>> = {
	api: {
		folders: ['api'],
		packages: ['@sinclair/typebox', 'yaml', 'node:crypto', 'node:fs/promises', 'node:path', 'node:url'],
	},
	machines: {folders: ['machines', 'api'], packages: ['xstate']},
	services: {folders: ['services', 'api'], packages: ['*']},
	actors: {folders: ['actors', 'machines', 'services', 'api'], packages: ['xstate']},
	sandbox: {folders: ['sandbox', 'services', 'api', 'index.ts'], packages: ['*']},
	cli: {
		folders: ['cli', 'actors', 'services', 'api', 'machines', 'sandbox', 'index.ts', 'package.json'],
		packages: ['*'],
	},
	ui: {folders: ['ui', 'api'], packages: ['preact', 'esbuild', 'node:fs/promises', 'node:path']},
	'index.ts': {folders: ['actors', 'services', 'api'], packages: []},
};

export const topOf = (file: string): string => file.split('/')[0] ?? file;

const isAllowedPackage = (specifier: string, packages: readonly string[]): boolean =>
	packages.includes('*') || packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));

/** Imports that point the wrong way between folders. */
export const straysOf = (given: readonly Source[]): readonly string[] =>
	given.flatMap(({file, imports, packages}) => {
		const rule = directions[topOf(file)];
		if (rule === undefined) return [];
		return [
			...imports.filter((one) => !rule.folders.includes(topOf(one))),
			...packages.filter((one) => !isAllowedPackage(one, rule.packages)),
		].map((one) => `${file} imports ${one}`);
	});

/**
 * The floors of services/, the lowest first. A room knows the rooms below it; those beside it, and above, it does not
 * know.
 */
export const floors: ReadonlyArray<readonly string[]> = [
	['clock.ts', 'log.ts', 'random.ts'],
	['back-off.ts', 'http', 'reports'],
	['outbox.ts'],
	['kubernetes'],
	['metrics', 'objects'],
	['workloads'],
	['providers'],
	['checks', 'survey'],
	['telemetry'],
	['election', 'notifiers', 'web'],
	['inspection'],
];

/** The room of a service: its folder, or its file where it has none. */
export const roomOf = (file: string): string | undefined => {
	const [top, room] = file.split('/');
	return top === 'services' ? room : undefined;
};

const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room));

/** Rooms of services/ that stand on no floor. */
export const homelessIn = (given: readonly Source[]): readonly string[] => [
	...new Set(given.flatMap(({file}) => roomOf(file) ?? []).filter((room) => floorOf(room) === -1)),
];

/** Imports of a service that lead to a room beside it, or above. */
export const climbersOf = (given: readonly Source[]): readonly string[] =>
	given.flatMap(({file, imports}) => {
		const own = roomOf(file);
		return own === undefined
			? []
			: imports
					.filter((one) => {
						const other = roomOf(one);
						return other !== undefined && other !== own && floorOf(other) >= floorOf(own);
					})
					.map((one) => `${file} imports ${one}`);
	});

/** The room of a provider of routing; undefined for what is in none. */
const providerOf = (file: string): string | undefined => /^services\/providers\/([^/]+)\//.exec(file)?.[1];

/** The one door to the rooms of providers, and what is for one of them alone. */
const mayKnowProviders = /^(?:services\/providers\/index\.ts$|cli\/rollout\/)/;

/** Imports that lead into a provider's room, from another one or from anywhere but its door. */
export const intrudersOf = (given: readonly Source[]): readonly string[] =>
	given
		.filter(({file}) => !mayKnowProviders.test(file))
		.flatMap(({file, imports}) =>
			imports
				.filter((one) => providerOf(one) !== undefined && providerOf(one) !== providerOf(file))
				.map((one) => `${file} imports ${one}`),
		);
