// Nothing is offered that nobody asks for.
import test from 'ava';
import {deadIn} from './exports.ts';
import {all, sampleOf} from './source.ts';

/** Asked for by what is no TypeScript: the launcher. */
const askedElsewhere = ['cli/main.ts: runProcess'];

test('every export is asked for by another file', (t) => {
	t.deepEqual(deadIn(all), askedElsewhere);
});

test('a dead export is seen: of a value, of parts of one, of a type, and one that is passed on', (t) => {
	const bad = sampleOf({
		'a.ts': [
			'export const used = 1;',
			'export const dead = used;',
			'export const {part, other: renamed = 2} = {part: 1, other: 1};',
			'export type Shape = {};',
			'export type Inner = {};',
			'export const usedToo = (inner: Inner): Inner => inner;',
			'export class Renamed {}',
			'export default 1;',
		].join('\n'),
		'b.ts': `import {used, usedToo, Renamed as Other} from './a.ts';\nexport {part} from './a.ts';\nused;\n`,
		'whole.ts': 'export const taken = 1;\n',
		'c.ts': `import * as whole from './whole.ts';\n`,
		'late.ts': 'export const late = 1;\n',
		'd.ts': `const late = import('./late.ts');\n`,
	});
	t.deepEqual(deadIn(bad), ['a.ts: dead', 'a.ts: renamed', 'a.ts: Shape', 'b.ts: part']);
});
