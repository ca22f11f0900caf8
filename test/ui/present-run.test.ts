import test from 'ava';
import type {CanaryDetail} from '../../api/http/canary-views.ts';
import {factsOf, stateOf, type Path} from '../../machines/facts.ts';
import {presentRun} from '../../ui/model/present-run.ts';
import {detail} from './summaries.ts';

const at = (second: number, ms = ''): string => `2026-11-21T10:00:${String(second).padStart(2, '0')}${ms}Z`;
const transition = (when: string, to: Path): CanaryDetail['transitions'][number] => ({
	at: when,
	from: '',
	to,
	course: factsOf(to).course,
	event: 'world observed',
	why: stateOf(to) === 'halted' ? 'slow' : '',
	weight: 0,
});
const pause = (when: string): CanaryDetail['commands'][number] => ({
	at: when,
	name: when,
	verb: 'pause',
	requestedBy: 'alice',
	reason: 'slow',
	message: '',
});

const transitions = [
	transition(at(5, '.100'), 'finished.idle'),
	// A record tells whole seconds.
	transition(at(5), 'progressing.scalingUp.scaling'),
	transition(at(20, '.500'), 'halted.failedCheck'),
	transition(at(40, '.500'), 'finished.idle'),
];

test('a run under way begins with what set it off, and has its own commands alone', (t) => {
	const commands = [pause(at(1)), pause(at(9))];
	const story = presentRun(
		detail({run: {id: 'r', began: at(5, '.200')}, transitions: transitions.slice(0, 3), commands}),
	);
	t.is(story?.began, at(5, '.200'));
	t.is(story?.ended, undefined);
	t.deepEqual(
		story?.transitions?.map(({to, reason}) => [to, reason]),
		[
			['progressing.scalingUp.scaling', ''],
			['halted.failedCheck', 'slow'],
		],
	);
	t.deepEqual(
		story?.commands?.map((one) => one.at),
		[at(9)],
	);
});

test('the last run ends where it came to rest', (t) => {
	const later = [...transitions, transition(at(50), 'finished.mending'), transition(at(51), 'finished.idle')];
	const weights = [{at: at(5), weight: 0}];
	const story = presentRun(detail({weights, transitions: later, commands: [pause(at(55))]}));
	t.is(story?.ended, at(40, '.500'));
	t.deepEqual(
		story?.transitions?.map(({to}) => to),
		['progressing.scalingUp.scaling', 'halted.failedCheck', 'finished.idle'],
	);
	t.deepEqual(story?.commands, []);
	t.is(presentRun(detail({transitions})), undefined, 'none is known');
});
