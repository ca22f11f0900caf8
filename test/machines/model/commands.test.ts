// What each command answers in each place, and that the same one again changes nothing.
import test from 'ava';
import {verbs} from '../../../api/model.ts';
import type {Verb} from '../../../api/model.ts';
import {commandsInForce, decide} from '../../../machines/model/commands.ts';
import type {Place} from '../../../machines/model/commands.ts';
import type {Context} from '../../../machines/model/context.ts';
import {allCommands, commandOf, contextOf, managed, plans, withPlan} from '../world.ts';

/** A: in force, D: done at once, -: refused; in the order of the verbs. */
const table: Readonly<Record<Place, string>> = {
	starting: '-------',
	resting: '----DD-',
	running: 'A-AAADA',
	promoting: '--AAAD-',
	ending: '-------',
	failing: '----D--',
	holding: '-------',
};

const letters = {Accepted: 'A', Done: 'D', Refused: '-'};
const failed: Context = contextOf({target: 'v2'});

for (const place of Object.keys(table) as Place[]) {
	test(`every command has its answer in a place that is ${place}`, (t) => {
		const decisions = allCommands.map((command) => decide(failed, place, command));
		t.is(decisions.map(({outcome}) => letters[outcome]).join(''), table[place], verbs.join(' '));
		for (const {message} of decisions) {
			t.regex(message, /^\S.{10,}\S$/);
			t.notRegex(message, /undefined|NaN|: $/);
		}
	});
}

const given = (context: Context, verb: Verb, weight?: number): Context => ({
	...context,
	...decide(context, 'running', commandOf(verb, weight)).change,
});

test('a command that is in force is in force when it is given once more, and nothing else changes', (t) => {
	for (const [verb, weight] of [['pause'], ['skip'], ['promote'], ['rollback'], ['set-weight', 35]] as const) {
		const once = given(failed, verb, weight);
		t.deepEqual(commandsInForce(once), [`${verb}-1`]);
		const again = decide(once, 'running', commandOf(verb, weight));
		t.deepEqual([again.outcome, again.change], ['Accepted', undefined]);
	}
});

test('a pause ends with a resume, and with an order to promote', (t) => {
	const paused = given(failed, 'pause');
	t.deepEqual(commandsInForce(given(paused, 'resume')), []);
	t.deepEqual(commandsInForce(given(paused, 'promote')), ['promote-1']);
	t.deepEqual(commandsInForce(given(paused, 'skip')), ['pause-1', 'skip-1']);
});

test('a command for another revision is refused, with both named', (t) => {
	const {outcome, message} = decide(failed, 'running', {...commandOf('promote'), revision: 'v9'});
	t.is(outcome, 'Refused');
	t.regex(message, /^spec\.revision: it is meant for v9, and the Canary is at v2/);
	t.is(decide(failed, 'running', {...commandOf('promote'), revision: 'v2'}).outcome, 'Accepted');
});

test('a weight is a whole number from 1 to 100', (t) => {
	for (const weight of [0, 101, 2.5, -1]) {
		const {outcome, message} = decide(failed, 'running', commandOf('set-weight', weight));
		t.is(outcome, 'Refused');
		t.regex(message, new RegExp(`^spec\\.weight: ${weight} is not within 1 and 100`));
	}
});

test('only a revision that was judged is retried, and none that the primary runs', (t) => {
	const {world} = failed;
	if (world?.target === undefined) throw new Error('the context has no target');
	const at = (judged: string, primaryRunsTarget: boolean): string =>
		decide({...failed, judged, world: {...world, primaryRunsTarget}}, 'resting', commandOf('retry')).outcome;
	t.is(at('v2', false), 'Done');
	t.is(at('v2', true), 'Refused');
	t.is(at('v1', false), 'Refused');
});

test('a rollback says who ordered it, and why', (t) => {
	t.is(given(failed, 'rollback').run.failure, 'a rollback was ordered by alice: it is so');
});

test('where nothing is routed before the promotion no weight can be set', (t) => {
	const model = withPlan(managed, plans['blue/green without routes']);
	const {outcome, message} = decide(contextOf({}, {}, {}, model), 'running', commandOf('set-weight', 35));
	t.is(outcome, 'Refused');
	t.regex(message, /gives a canary no users before its promotion; to promote it now, promote$/);
});
