import test from 'ava';
import {guarded} from '../../../actors/views/guarded.ts';
import type {LifeWatch, Watcher} from '../../../actors/views/watcher.ts';

const fails = (): never => {
	throw new RangeError('Invalid time value');
};

test('a mistake of the page is logged, and never reaches who tells it', (t) => {
	const errors: unknown[] = [];
	const log = {debug() {}, info() {}, warn() {}, error: (text: string, fields?: object) => errors.push([text, fields])};
	const life: LifeWatch = {entered: fails, judged: fails, said: fails, heard: fails, answered: fails, ended: fails};
	const broken: Watcher = {custody: fails, born: () => life, gone: fails};
	const watcher = guarded(broken, log);
	const born = watcher.born(undefined as never, undefined as never);
	born.entered(undefined as never);
	born.judged(undefined as never, undefined as never);
	born.said(undefined as never);
	born.heard(undefined as never);
	born.answered('stop', undefined as never);
	born.ended();
	watcher.custody('test/podinfo', undefined as never);
	watcher.gone('test/podinfo');
	t.is(errors.length, 8);
	guarded({...broken, born: fails}, log)
		.born(undefined as never, undefined as never)
		.ended();
	t.is(errors.length, 9, 'a life that could not be told of at all is told to nobody');
});
