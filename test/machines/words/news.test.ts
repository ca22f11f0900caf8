import test from 'ava';
import {newsOf, newsText, reportOf} from '../../../machines/words/news.ts';
import type {Step} from '../../../machines/words/news.ts';
import type {NoticeKind} from '../../../api/model.ts';
import type {Path} from '../../../machines/facts.ts';
import {statusOf} from '../../../machines/model/status.ts';
import {commandOf, contextOf, initializedPast, paired, START, unknownPast} from '../world.ts';

const at = (path: Path, revision = 'v2', past: Partial<typeof initializedPast> = {}) => ({
	path,
	context: {...contextOf({}, {revision}), recalled: {...initializedPast, ...past}},
});

/** What a step from one place to another is news of; without `from` it is the first of a life. */
const news = (from: ReturnType<typeof at> | undefined, to: ReturnType<typeof at>): readonly NoticeKind[] => {
	const step: Step = {from: from?.path ?? '', to: to.path, before: from?.context, context: to.context};
	return newsOf(step);
};

const idle = at('initialized.idle', '');

test('a run begins once, and again with another revision or after its end', (t) => {
	const scaling = at('progressing.scalingUp.scaling');
	t.deepEqual(news(idle, scaling), ['started']);
	t.deepEqual(news(scaling, at('halted.failedCheck')), []);
	t.deepEqual(news(at('halted.failedCheck'), at('promoting.copying')), []);
	t.deepEqual(news(at('progressing.soaking'), at('progressing.restarting.routing', 'v3')), ['started']);
	t.deepEqual(news(at('failed.idle'), scaling), ['started'], 'the same revision, retried');
	t.deepEqual(news(at('initialized.bootstrapping.scalingDown', ''), scaling), ['initialized', 'started']);
});

test('the end of a run and the beginning of the next may come in one step', (t) => {
	t.deepEqual(news(at('finished.scalingDown'), at('finished.keeping')), []);
	t.deepEqual(news(at('finished.keeping'), at('finished.idle')), ['succeeded']);
	t.deepEqual(news(at('finished.keeping'), at('progressing.scalingUp.scaling', 'v3')), ['succeeded', 'started']);
	t.deepEqual(news(at('finished.idle'), at('finished.mending')), []);
});

test('a failure is told when users are given back, not again when it is over', (t) => {
	t.deepEqual(news(at('halted.failedCheck'), at('failed.routing')), ['failed']);
	t.deepEqual(news(at('failed.routing'), at('failed.draining')), []);
	t.deepEqual(news(at('failed.scalingDown'), at('failed.idle')), []);
	t.deepEqual(news(at('promoting.rolling'), at('failed.holding')), ['held']);
	t.deepEqual(news(at('failed.holding'), at('failed.routing')), []);
});

test('a wait for a person is told each time, other halts are not', (t) => {
	t.deepEqual(news(at('progressing.soaking'), at('halted.paused')), ['waiting']);
	t.deepEqual(news(at('halted.paused'), at('halted.contested')), ['waiting']);
	t.deepEqual(news(at('progressing.soaking'), at('halted.missingData')), []);
	t.deepEqual(news(at('progressing.soaking'), at('initialized.superseding.routing')), ['superseded']);
});

test('a life that goes on where another ended is no news', (t) => {
	const past = {phase: 'Progressing', lastAppliedSpec: 'v2'} as const;
	for (const path of [
		'halted.paused',
		'progressing.scalingUp.scaling',
		'promoting.rolling',
		'failed.holding',
	] as const) {
		t.deepEqual(news(undefined, at(path, 'v2', past)), [], path);
	}

	t.deepEqual(news(undefined, at('failed.routing', 'v2', {...past, state: 'failed'})), []);
	t.deepEqual(news(undefined, at('finished.idle', 'v2', {phase: 'Succeeded'})), []);
	t.deepEqual(news(undefined, at('initialized.idle', '', {phase: 'Initialized'})), []);
});

test('what happened while nobody lived there is', (t) => {
	const past = {phase: 'Progressing', lastAppliedSpec: 'v1'} as const;
	t.deepEqual(news(undefined, at('progressing.restarting.routing', 'v2', past)), ['started']);
	t.deepEqual(news(undefined, at('progressing.scalingUp.scaling', 'v2', unknownPast)), ['started']);
	t.deepEqual(news(undefined, at('failed.routing', 'v1', past)), ['failed'], 'its failure was never recorded');
});

test("the peer's words, and the reason of what it never alerted of", (t) => {
	const context = contextOf({}, {routed: {canary: 20}, failedChecks: 2});
	const text = (kind: NoticeKind, change = {}): string => {
		const changed = {...context, run: {...context.run, ...change}};
		return newsText(kind, changed, statusOf('halted.paused', changed));
	};
	t.is(text('started'), 'New revision detected, progressing canary analysis.');
	t.is(text('failed'), 'Failed checks threshold reached 2');
	t.is(
		text('failed', {failedChecks: 0, failure: 'the progress deadline of 10 min is over'}),
		'The progress deadline of 10 min is over',
	);
	t.is(text('waiting', {paused: commandOf('pause')}).startsWith('Canary is waiting for somebody to resume it'), true);
	t.is(text('succeeded'), 'Canary analysis completed successfully, promotion finished.');
	t.is(
		newsText('succeeded', {...context, model: {...paired, skipAnalysis: true}}, statusOf('finished.idle', context)),
		'Canary analysis was skipped, promotion finished.',
	);
});

test('the report has what decides at the beginning, and what came of it at the end', (t) => {
	const context = contextOf({}, {routed: {canary: 20}, failedChecks: 2});
	const run = {id: 'v2-20260101T000000Z', revision: 'v2', began: START, at: START + 372_000};
	const titles = (kind: NoticeKind, path: Path): Readonly<Record<string, string>> =>
		Object.fromEntries(reportOf(kind, context, statusOf(path, context), run).map(({title, value}) => [title, value]));
	t.like(titles('started', 'progressing.scalingUp.scaling'), {
		'Failed checks threshold': '2',
		Revision: 'v2',
		Run: run.id,
		Duration: undefined,
	});
	t.like(titles('failed', 'failed.routing'), {
		'Canary weight': '20%',
		'Failed checks': '2 of 2',
		Duration: '6m12s',
		Reason: 'failed checks threshold reached 2',
	});
});
