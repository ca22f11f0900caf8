// What a chart must not touch, and where the services take the time from.
import test from 'ava';
import {topOf} from './directions.ts';
import {impureIn, ownClocksIn} from './purity.ts';
import {sampleOf, sources} from './source.ts';

test('charts and actors take time, chance, log and network as services', (t) => {
	t.deepEqual(impureIn(sources.filter(({file}) => ['machines', 'actors'].includes(topOf(file)))), []);
});

test('a chart that takes them by itself is seen; what it is given is not', (t) => {
	const bad = sampleOf({
		'machines/bad.ts': [
			'const born = new Date();',
			'const now = Date.now();',
			'const one = Math.random() + Math.max(1, 2);',
			'console.log(1);',
			'const answer = fetch("there");',
			'setTimeout(() => {}, 1);',
			'const fine = clock.setTimeout(1) + clock.now();',
			'// Date.now() in a comment, and in a text:',
			'const text = "Date.now()";',
		].join('\n'),
	});
	t.deepEqual(impureIn(bad), [
		'machines/bad.ts: new Date()',
		'machines/bad.ts: Date.now',
		'machines/bad.ts: Math.random()',
		'machines/bad.ts: console.log',
		'machines/bad.ts: fetch("there")',
		'machines/bad.ts: setTimeout(() => {}, 1)',
	]);
});

test('services take the clock from its door', (t) => {
	const doors = new Set(['services/clock.ts', 'services/random.ts']);
	t.deepEqual(ownClocksIn(sources.filter(({file}) => topOf(file) === 'services' && !doors.has(file))), []);
});

test('a service with a clock of its own is seen', (t) => {
	const bad = sampleOf({'services/bad.ts': 'Date.now();\nclock.setInterval(1);\nsetInterval(() => {}, 1);\n'});
	t.deepEqual(ownClocksIn(bad), ['services/bad.ts: Date.now()', 'services/bad.ts: setInterval(() => {}, 1)']);
});
