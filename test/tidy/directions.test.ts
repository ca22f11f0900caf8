// Who may import whom.
import test from 'ava';
import {circlesIn, filesOf, roomsOf} from './circles.ts';
import {climbersOf, directions, floors, homelessIn, intrudersOf, straysOf, topOf} from './directions.ts';
import {read, sampleOf, sources} from './source.ts';

test('imports point in the directions of the design', (t) => {
	t.deepEqual(straysOf(sources), []);
});

test('an import the wrong way is seen, of a file, of a type, of a package, and later on', (t) => {
	const bad = sampleOf({
		'machines/chart.ts': `import {got} from 'got';\nexport type {Log} from '../services/log.ts';\n`,
		'ui/page.tsx': `export const late = () => import('../actors/life.ts');\n`,
		'services/fine.ts': `import {got} from 'got';\nimport '../api/model.ts';\n`,
	});
	t.deepEqual(straysOf(bad), [
		'machines/chart.ts imports services/log.ts',
		'machines/chart.ts imports got',
		'ui/page.tsx imports actors/life.ts',
	]);
});

test('every folder with sources has a direction', (t) => {
	const tops = new Set(sources.map(({file}) => topOf(file)));
	t.deepEqual(
		[...tops].filter((top) => !(top in directions) && !['bench', 'build'].includes(top)),
		[],
	);
});

test('no source imports a test, but for what is measured on their control plane', (t) => {
	const others = sources.filter(({file}) => !file.startsWith('bench/kubernetes/'));
	const intoTests = others.filter(({imports}) => imports.some((one) => topOf(one) === 'test'));
	t.deepEqual(
		intoTests.map(({file}) => file),
		[],
	);
});

test('each room of the services stands on a floor, and knows those below it alone', (t) => {
	t.deepEqual(homelessIn(sources), []);
	t.deepEqual(climbersOf(sources), []);
});

test('docs/architecture.md draws the same floors', (t) => {
	const rows = [...read('docs/architecture.md').matchAll(/^\| \d+ \| (`.*`) \|$/gm)];
	t.deepEqual(rows.map(([, rooms = '']) => rooms.replaceAll('`', '').split(', ')).toReversed(), floors);
});

test('a room that knows one beside it, or above, is seen, and one without a floor', (t) => {
	const bad = sampleOf({
		'services/kubernetes/api.ts': `import '../http/door.ts';\nimport type {Survey} from '../survey/survey.ts';\n`,
		'services/web/server.ts': `import '../notifiers/places.ts';\nimport './readers.ts';\n`,
		'services/attic/box.ts': `export {};\n`,
	});
	t.deepEqual(climbersOf(bad), [
		'services/kubernetes/api.ts imports services/survey/survey.ts',
		'services/web/server.ts imports services/notifiers/places.ts',
	]);
	t.deepEqual(homelessIn(bad), ['attic']);
});

test('a provider is known by its door alone: no other provider, and nobody else, knows what is in its room', (t) => {
	t.deepEqual(intrudersOf(sources), []);
	const bad = sampleOf({
		'services/providers/index.ts': `import {provider} from './ours/provider.ts';\n`,
		'services/providers/ours/provider.ts': `import './router.ts';\nimport '../hosts.ts';\n`,
		'services/providers/ours/router.ts': `import '../theirs/router.ts';\n`,
		'actors/life.ts': `import type {Router} from '../services/providers/ours/router.ts';\n`,
	});
	t.deepEqual(intrudersOf(bad), [
		'actors/life.ts imports services/providers/ours/router.ts',
		'services/providers/ours/router.ts imports services/providers/theirs/router.ts',
	]);
});

test('no files run in a circle, not by types either, and no rooms of the services', (t) => {
	t.deepEqual(circlesIn(filesOf(sources)), []);
	t.deepEqual(circlesIn(roomsOf(sources)), []);
});

test('a circle is seen, and whoever only leads to it is not in it', (t) => {
	const bad = sampleOf({
		'services/a/one.ts': `import '../b/two.ts';\n`,
		'services/b/two.ts': `import type {Three} from '../c/three.ts';\n`,
		'services/c/three.ts': `export {one} from '../a/one.ts';\n`,
		'services/d/four.ts': `import '../a/one.ts';\n`,
	});
	t.deepEqual(circlesIn(filesOf(bad)), ['services/a/one.ts ⇄ services/b/two.ts ⇄ services/c/three.ts']);
	t.deepEqual(circlesIn(roomsOf(bad)), ['a ⇄ b ⇄ c']);
});
