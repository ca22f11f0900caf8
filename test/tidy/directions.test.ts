// Who may import whom.
import test from 'ava';
import {circlesIn, filesOf, roomsOf} from './circles.ts';
import {climbersOf, directions, homelessIn, straysOf, topOf} from './directions.ts';
import {sampleOf, sources} from './source.ts';

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

/** What still climbs; a line goes when it does not. */
const climbing: readonly string[] = [];

test('each room of the services stands on a floor, and knows those below it alone', (t) => {
	t.deepEqual(homelessIn(sources), []);
	t.deepEqual(climbersOf(sources).toSorted(), climbing.toSorted());
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

/** Circles that are still there; a line goes when it is untied. */
const circles = {
	files: ['api/findings.ts ⇄ api/model.ts ⇄ api/workload-mapping.ts'] as readonly string[],
	rooms: [] as readonly string[],
};

test('no files run in a circle, not by types either, and no rooms of the services', (t) => {
	t.deepEqual(circlesIn(filesOf(sources)).toSorted(), circles.files);
	t.deepEqual(circlesIn(roomsOf(sources)).toSorted(), circles.rooms);
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
