import test from 'ava';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {logWith} from '../../../services/log.ts';
import {createLog, type Level} from '../../../services/telemetry/log.ts';

const record = (level: Level) => {
	const lines: string[] = [];
	const log = createLog({level, clock: createVirtualClock(), write: (line) => lines.push(line)});
	return {log, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)};
};

test('one JSON object a line: level, ts, msg, then the fields in their order', (t) => {
	const {log, lines} = record('info');
	log.info('Starting', {b: 1, a: {c: [true]}});
	t.deepEqual(lines, ['{"level":"info","ts":"2026-01-01T00:00:00.000Z","msg":"Starting","b":1,"a":{"c":[true]}}\n']);
});

test('what is below the level is not written', (t) => {
	const {log, parsed} = record('warn');
	log.debug('a');
	log.info('b');
	log.warn('c');
	log.error('d');
	t.deepEqual(
		parsed().map(({msg}) => msg),
		['c', 'd'],
	);
});

test('the level changes while it runs', (t) => {
	const {log, parsed} = record('warn');
	log.debug('a');
	log.setLevel('debug');
	log.debug('b');
	log.setLevel('error');
	log.warn('c');
	log.error('d');
	t.deepEqual(
		parsed().map(({msg}) => msg),
		['b', 'd'],
	);
});

test('fields on every line are asked for anew, and a line’s own win', (t) => {
	const {log, parsed} = record('info');
	let run = 1;
	const own = logWith(log, () => ({canary: 'podinfo.test', run}));
	own.info('a');
	run = 2;
	own.error('b', {canary: 'other', x: 1});
	t.like(parsed(), [
		{msg: 'a', canary: 'podinfo.test', run: 1},
		{msg: 'b', canary: 'other', run: 2, x: 1},
	]);
});

test('fields cannot forge the keys, break the line or break the log', (t) => {
	const {log, parsed} = record('debug');
	const circular: Record<string, unknown> = {};
	circular['self'] = circular;
	const error = new Error('outer', {cause: new Error('inner')});
	log.error('x', {level: 'info', msg: 'forged', text: 'a\n{"level":"info"}', big: 12n, circular, error});
	log.error('y', {
		odd: {
			toJSON() {
				throw new Error('no');
			},
		},
	});
	const [first, second] = parsed();
	t.like(first, {level: 'error', msg: 'x', field_level: 'info', field_msg: 'forged', big: '12'});
	t.like(first?.['error'], {name: 'Error', message: 'outer', cause: {message: 'inner'}});
	t.like(second, {msg: 'y', unprintable: 'Error: no'});
});
