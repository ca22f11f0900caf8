import test from 'ava';
import {allOnlookers, lifeOnlookers} from '../../../actors/life/onlookers.ts';
import type {LifeOnlooker, Onlooker} from '../../../actors/life/onlookers.ts';

const fails = (): never => {
	throw new RangeError('Invalid time value');
};

const none = undefined as never;

const stage = () => {
	const missed: unknown[] = [];
	const log = {
		debug() {},
		info() {},
		warn() {},
		error: (text: string, fields: {what?: unknown} = {}) => missed.push([text, fields.what]),
	};
	return {log, missed};
};

const brokenLife: Required<LifeOnlooker> = {
	entered: fails,
	judged: fails,
	said: fails,
	heard: fails,
	answered: fails,
	crashed: fails,
	ended: fails,
};

/** Everything that can happen to a life. */
const happen = (life: Required<LifeOnlooker>): void => {
	life.entered(none);
	life.judged(none);
	life.said(none);
	life.heard(none);
	life.answered('stop', none);
	life.crashed(none);
	life.ended();
};

test('a mistake of one is logged, and reaches neither the others nor who tells them', (t) => {
	const {log, missed} = stage();
	const heard: string[] = [];
	const note = (what: string) => () => void heard.push(what);
	const life: LifeOnlooker = {
		entered: note('entered'),
		judged: note('judged'),
		said: note('said'),
		heard: note('heard'),
		answered: note('answered'),
		crashed: note('crashed'),
		ended: note('ended'),
	};
	const broken: Onlooker = {custody: fails, born: () => brokenLife, gone: fails};
	const all = allOnlookers(log, {
		'the page': broken,
		'the record': {custody: note('custody'), born: () => life, gone: note('gone')},
	});
	all.custody('test/podinfo', none);
	happen(all.born(none, none));
	all.gone('test/podinfo');
	const happened = ['custody', 'entered', 'judged', 'said', 'heard', 'answered', 'crashed', 'ended', 'gone'];
	t.deepEqual(heard, happened);
	t.is(missed.length, happened.length);
	t.deepEqual(missed[0], ['the page misses something that happened', 'custody']);
});

test('who misses a beginning is told no more of that life, and the others are', (t) => {
	const {log, missed} = stage();
	const heard: string[] = [];
	const all = allOnlookers(log, {
		'the page': {born: fails},
		'the record': {born: () => ({ended: () => void heard.push('ended')})},
	});
	happen(all.born(none, none));
	t.deepEqual(heard, ['ended']);
	t.deepEqual(missed, [['the page misses something that happened', 'a beginning']]);
});

test('they are told in the order of the list, and who is absent or hears only some of it is left out', (t) => {
	const {log, missed} = stage();
	const heard: string[] = [];
	const life = lifeOnlookers(log, {
		first: {said: () => void heard.push('first')},
		absent: undefined,
		deaf: {},
		last: {said: () => void heard.push('last')},
	});
	happen(life);
	t.deepEqual(heard, ['first', 'last']);
	t.deepEqual(missed, []);
});
