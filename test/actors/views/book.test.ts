import test from 'ava';
import {Book} from '../../../actors/views/book.ts';
import type {CanaryEvent} from '../../../actors/views/book.ts';
import {kept} from '../../../actors/views/entry.ts';
import {toModel} from '../../../api/model-of-canary.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {Path} from '../../../machines/facts.ts';
import {recall} from '../../../machines/model/context.ts';
import {statusOf} from '../../../machines/model/status.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import {releaseOf} from '../../../sandbox/scenarios.ts';

const recalled = {
	phase: 'Progressing',
	canaryWeight: 5,
	iterations: 0,
	failedChecks: 0,
	lastAppliedSpec: 'a',
	lastPromotedSpec: '',
	lastTransitionTime: 0,
	state: 'progressing',
} as const;

/** A book with one Canary in it, alive, and hands to let things happen to it. */
const open = async () => {
	const {objects} = await releaseOf('good', 'first');
	const canary = objects.find(({kind}) => kind === 'Canary') as KubeObject;
	const model = toModel(canary, {meshProvider: 'istio', intervalMs: 60_000, speed: 1});
	const clock = createVirtualClock();
	const told: CanaryEvent[] = [];
	const book = new Book({clock, publish: (event) => told.push(event)});
	const life = {run: () => undefined, record: () => undefined, due: () => undefined};
	const watch = book.born(model, life);
	let from: Path | '' = '';
	const enter = (path: Path, event = 'world observed'): void => {
		const at = clock.now();
		const context = recall({model, recalled, at});
		watch.entered({from, path, event, at, context, status: statusOf(path, context)});
		from = path;
	};
	return {model, clock, told, book, watch, enter, names: () => told.map(({event}) => event)};
};

test('what is kept of a Canary is bounded, however long its run is', async (t) => {
	const {book, watch, enter} = await open();
	for (let round = 0; round < 500; round += 1) {
		enter('progressing.routing');
		enter('progressing.soaking');
		watch.said({type: 'Normal', text: `round ${round}`, phase: 'Progressing', revision: 'a'});
		watch.heard({name: `command-${round}`, verb: 'pause', reason: 'r', requestedBy: 'alice'});
	}

	const entry = book.entry('test', 'podinfo', '');
	t.is(entry?.transitions.length, kept.transitions);
	t.is(entry?.said.length, kept.said);
	t.is(entry?.said.at(-1)?.text, 'round 499');
	t.is(entry?.commands.length, kept.commands);
	watch.answered('command-499', {outcome: 'Done', message: 'ok'});
	t.like(entry?.commands.at(-1), {name: 'command-499', outcome: 'Done', message: 'ok'});
});

test('what has not changed is not told again', async (t) => {
	const {enter, names, told} = await open();
	enter('progressing.soaking');
	t.deepEqual(names(), ['transition', 'canary']);
	told.length = 0;
	enter('progressing.soaking');
	t.deepEqual(names(), []);
	enter('halted.paused', 'command given');
	t.deepEqual(names(), ['transition', 'canary']);
});

test('a Canary whose actor has died or that another operator acts on says so, and why', async (t) => {
	const {book, model, told} = await open();
	book.custody('test/podinfo', {state: 'abandoned', error: 'a planted bug', model});
	const last = told.at(-1);
	t.is(last?.event, 'canary');
	t.like(last?.event === 'canary' && last.data.canary, {
		attention: 'broken',
		custody: 'abandoned',
		waitingFor: 'a change of the Canary, after its actor crashed repeatedly: a planted bug',
	});
	const other = {...model, otherOperator: {manager: 'flagger', at: 0}};
	book.custody('test/podinfo', {state: 'standingBack', error: '', model: other});
	const line = told.at(-1);
	t.like(line?.event === 'canary' && line.data.canary, {
		custody: 'standing back',
		waitingFor: 'flagger to leave it alone',
	});
});

test('one that goes is told of once, and one of its name that comes later begins anew', async (t) => {
	const {book, model, told, enter, names} = await open();
	enter('progressing.soaking');
	told.length = 0;
	book.gone('test/podinfo');
	book.gone('test/podinfo');
	t.deepEqual(names(), ['gone']);
	book.custody('test/podinfo', {state: 'living', error: '', model: {...model, uid: 'another'}});
	t.deepEqual(book.entry('test', 'podinfo', '')?.transitions, []);
	t.is(book.entry('test', 'podinfo', 'Rollout'), undefined);
});
