// The rules of the house, as tests: who may import whom, what a chart must not touch, and how large a room may be.
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';

const root = new URL('../../', import.meta.url).pathname;
// Untracked files too, so that a rule is broken before the commit and not after it.
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
	cwd: root,
	encoding: 'utf8',
})
	.split('\n')
	.filter((file) => file !== '' && !file.includes('generated/') && existsSync(path.join(root, file)));
const texts = new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
const sources = files.filter((file) => !file.startsWith('test/'));

/** What each folder may import: other folders of ours, and packages (`*`: any). */
const directions: Record<string, {folders: readonly string[]; packages: readonly string[]}> = {
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

/**
 * Exceptions, by name. The command line shows charts (it reads `machines/` as data) and starts the sandbox; the
 * sandbox's sockets start the real daemon through its composition root alone.
 */
const topOf = (file: string): string => file.split('/')[0] ?? file;

const importsOf = (file: string): readonly string[] =>
	[
		...(texts.get(file) ?? '').matchAll(
			/(?:^|\n)(?:import|export)\s[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import '([^']+)'/g,
		),
	].map((found) => found[1] ?? found[2] ?? found[3] ?? '');

const destinationOf = (file: string, specifier: string): string =>
	path.relative(root, path.resolve(root, path.dirname(file), specifier));

const isAllowedPackage = (specifier: string, packages: readonly string[]): boolean =>
	packages.includes('*') || packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));

test('imports point in the directions of the design', (t) => {
	const strays = sources.flatMap((file) => {
		const rule = directions[topOf(file)];
		if (rule === undefined) {
			return [];
		}

		return importsOf(file)
			.filter((specifier) =>
				specifier.startsWith('.')
					? !rule.folders.includes(topOf(destinationOf(file, specifier)))
					: !isAllowedPackage(specifier, rule.packages),
			)
			.map((specifier) => `${file} imports ${specifier}`);
	});
	t.deepEqual(strays, []);
});

test('every folder with sources has a direction', (t) => {
	t.deepEqual(
		[...new Set(sources.map(topOf))].filter((top) => !(top in directions) && !['bench', 'build'].includes(top)),
		[],
	);
});

test('no source imports a test, but for what is measured on their control plane', (t) => {
	const others = sources.filter((file) => !file.startsWith('bench/kubernetes/'));
	const intoTests = others.filter((file) =>
		importsOf(file).some((specifier) => specifier.startsWith('.') && topOf(destinationOf(file, specifier)) === 'test'),
	);
	t.deepEqual(intoTests, []);
});

const withoutComments = (text: string): string =>
	text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"`])\/\/.*$/gm, '$1');

/** What would make a run depend on anything but its inputs. */
const forbidden =
	/\b(?:Date|setTimeout|setInterval|setImmediate|fetch|console|process|performance)\b\s*[.(]|new Date\b|Math\.random|randomUUID|AbortSignal\.timeout/g;

test('charts and actors take time, chance, log and network as services', (t) => {
	const found = sources
		.filter((file) => file.startsWith('machines/') || file.startsWith('actors/'))
		.flatMap((file) =>
			[...withoutComments(texts.get(file) ?? '').matchAll(forbidden)]
				.filter((match) => !/(?:clock|\.)\s*$/.test((texts.get(file) ?? '').slice(0, match.index)))
				.map(([name]) => `${file}: ${name}`),
		)
		// `clock.setTimeout` is the service, not the global.
		.filter((line) => !line.endsWith('clock.setTimeout('));
	t.deepEqual(found, []);
});

test('services take the clock from its door', (t) => {
	const doors = new Set(['services/clock.ts', 'services/random.ts']);
	const found = sources
		.filter((file) => file.startsWith('services/') && !doors.has(file))
		.flatMap((file) =>
			[
				...withoutComments(texts.get(file) ?? '').matchAll(
					/(?<![.\w])(?:setTimeout|setInterval)\(|Date\.now\(|Math\.random/g,
				),
			].map(([name]) => `${file}: ${name}`),
		);
	t.deepEqual(found, []);
});

const LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;

test('no file is too large to hold in the head', (t) => {
	const large = [...texts]
		.map(([file, text]) => ({file, lines: text.split('\n').length - 1}))
		.filter(({lines}) => lines > LINES_MAX)
		.map(({file, lines}) => `${file}: ${lines} lines`);
	t.deepEqual(large, []);
});

/** Longer functions, each with its reason. */
const largeFunctions: Record<string, string> = {
	'machines/canary/setup.ts:base': 'the names of a chart, most of them one line each',
	'machines/model/guards.ts:guards': 'a table of sentences, one line each',
	'sandbox/api/columns.ts:layouts': 'a table of columns',
};

type Measured = {readonly name: string; readonly lines: number};
type Span = {readonly name: string; readonly from: number; readonly to: number};

const named =
	/^\t*(?:export )?(?:default )?(?:async )?(?:const (\w+)\b.*=|function\*? (\w+)|(?:(?:static|async|get|readonly) |\*)*#?(\w+)\()/;

/** Where a function, a method or a constant that spans lines begins and ends, by the formatter's indentation. */
const spansOf = (lines: readonly string[]): readonly Span[] =>
	lines.flatMap((line, from) => {
		const start = named.exec(line);
		const name = start?.[1] ?? start?.[2] ?? start?.[3];
		if (name === undefined || !/[({]$/.test(line) || /^(?:if|for|while|switch|catch)$/.test(name)) {
			return [];
		}

		const indent = /^\t*/.exec(line)?.[0] ?? '';
		const to = lines.findIndex((other, at) => at > from && new RegExp(`^${indent}[}\\])]`).test(other));
		return to === -1 ? [] : [{name, from, to}];
	});

/** Own lines: what a function defines inside itself counts for itself, so a factory of ten short methods is short. */
const functionsOf = (text: string): readonly Measured[] => {
	const spans = spansOf(text.split('\n'));
	return spans.map(({name, from, to}) => {
		const inner = spans.filter((one) => one.from > from && one.to < to);
		const outermost = inner.filter((one) => !inner.some((other) => other.from < one.from && other.to > one.to));
		return {name, lines: to - from + 1 - outermost.reduce((sum, one) => sum + one.to - one.from + 1, 0)};
	});
};

test('no function is longer than a screen', (t) => {
	const long = sources.flatMap((file) =>
		functionsOf(texts.get(file) ?? '')
			.filter(({lines, name}) => lines > FUNCTION_LINES_MAX && !(`${file}:${name}` in largeFunctions))
			.map(({name, lines}) => `${file}: ${name} has ${lines} lines of its own`),
	);
	t.deepEqual(long, []);
});

test('the measure of functions sees a long one', (t) => {
	const body = Array.from({length: 80}, () => '\tcall();').join('\n');
	t.deepEqual(functionsOf(`export const long = (): void => {\n${body}\n};`), [{name: 'long', lines: 82}]);
	const nested = `const outer = () => {\n\tconst inner = () => {\n${body.replaceAll('\t', '\t\t')}\n\t};\n};`;
	t.deepEqual(functionsOf(nested), [
		{name: 'outer', lines: 2},
		{name: 'inner', lines: 82},
	]);
});

test('the exceptions above are still needed', (t) => {
	for (const key of Object.keys(largeFunctions)) {
		const [file = '', name] = key.split(':');
		const lines = functionsOf(texts.get(file) ?? '').find((one) => one.name === name)?.lines ?? 0;
		t.true(lines > FUNCTION_LINES_MAX, `${key} has become short (${lines}): drop its exception`);
	}
});

test('files say what is inside', (t) => {
	const vague = /(?:^|\/)(?:utils?|helpers?|misc|common|manager|handler-utils)(?:\.|\/)/;
	t.deepEqual(
		files.filter((file) => vague.test(file)),
		[],
	);
});

test('nothing is left to do in a comment, and no test is skipped or alone', (t) => {
	const open = [...texts].filter(
		([file, text]) => file !== 'test/tidy/tidy.test.ts' && /\b(?:TODO|FIXME|XXX)\b/.test(text),
	);
	t.deepEqual(
		open.map(([file]) => file),
		[],
	);
	const skipped = [...texts].filter(
		([file, text]) =>
			file !== 'test/tidy/tidy.test.ts' && /\btest(?:\.serial)?\.(?:skip|only|failing|todo)\b/.test(text),
	);
	t.deepEqual(
		skipped.map(([file]) => file),
		[],
	);
});

test('artifacts/crds holds definitions and nothing else', (t) => {
	const yamls = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'artifacts/crds/*.yaml'], {
		cwd: root,
		encoding: 'utf8',
	})
		.trim()
		.split('\n');
	t.true(yamls.length > 0);
	for (const file of yamls) {
		t.regex(readFileSync(path.join(root, file), 'utf8'), /^kind: CustomResourceDefinition$/m, file);
	}
});

test('the lock file has every platform, so that npm ci takes it anywhere', (t) => {
	type Entry = {readonly optionalDependencies?: Readonly<Record<string, string>>};
	const {packages} = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
		packages: Readonly<Record<string, Entry>>;
	};
	const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
	const missing = wanted.filter((name) => !(`node_modules/${name}` in packages));
	t.deepEqual(missing, [], 'run: node .ci/complete-lock-file.js');
});

test('the lock file names no host', (t) => {
	t.notRegex(readFileSync(path.join(root, 'package-lock.json'), 'utf8'), /"resolved"/);
});
