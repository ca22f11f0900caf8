// What the HTTP interface tells of a Canary: one line of a list (CanarySummary), and all that is known (CanaryDetail).
// Every text is plain text in English; names come from the cluster and are never markup. Instants are RFC 3339.
import {Type, type Static} from '@sinclair/typebox';
import {canaryRun} from '../canary-run.ts';
import {courses} from '../courses.ts';
import {verbs} from '../model.ts';
import {comparisonView} from './comparison-view.ts';
import {choice, flag, group, instant, integer, list, maybe, number, percent, text, texts} from './words.ts';

/** Whether a Canary needs anybody, in the order of urgency: `broken` first. */
const attentions = ['broken', 'failed', 'people', 'halted', 'going', 'rest'] as const;

const {metrics: measured} = canaryRun.properties.status.properties;

const reference = (description: string) =>
	group({kind: text('Kind'), name: text('Name, in the namespace of the Canary')}, description);

const summaryFields = {
	namespace: text('Namespace'),
	name: text('Name'),
	kind: choice(['Canary', 'Rollout'], 'Its kind; a Rollout is the older kind, run by the same chart'),
	state: choice(
		['', 'initialized', 'progressing', 'halted', 'promoting', 'finished', 'failed'],
		'The outermost state of its chart; empty while nobody looks after it (see custody)',
	),
	path: text('The state in full, outermost first: `progressing.soaking`, a `path` of the chart; empty as state is'),
	phase: text('The phase that `status.phase` shows'),
	since: instant('When it came to this state, as far as this process knows'),
	attention: choice(
		attentions,
		'What it needs. broken: its actor has crashed, or another operator acts; failed: its last run failed; people: it ' +
			'waits for somebody; halted: it waits for what mends itself; going: a run goes on; rest: nothing is under way',
	),
	weight: percent('Share of traffic that the canary has, as the API server last confirmed'),
	stepWeight: percent('The weight of the step under way; 0 outside a run'),
	steps: list(Type.Number(), 'Weights of a run in order; the last is the highest'),
	round: maybe(group({at: integer('The one under way, from 1 on'), of: integer('All')}, 'Rounds of a step of several')),
	failedChecks: integer('Failed checks of this run'),
	threshold: maybe(integer('Failed checks that end a run; absent where they only halt it')),
	waitingFor: text('What it waits for, in words'),
	until: maybe(instant('When the wait ends at the latest; see wait.untilWhat of the detail')),
	reason: text('Why it halted or failed, in words; empty when it did neither'),
	suspended: flag('`spec.suspend` blocks every effect'),
	paused: flag('A person has paused the run'),
	custody: choice(
		['living', 'starting', 'crashed', 'abandoned', 'standing back'],
		'living: its chart runs here. starting: the world is being looked at. crashed: started again soon. abandoned: it ' +
			'crashed too often. standing back: another operator acts on it',
	),
	provider: text('What routes its traffic: `istio`'),
	target: reference('The workload whose new revision is the canary'),
	primary: reference('The workload that serves the users'),
	revision: text('Revision of the run under way, or of the last one; empty before the first'),
	run: maybe(
		group(
			{id: text('Its name; see the runs'), began: instant('When it began')},
			'The run under way; absent outside a run',
		),
	),
};

/** One Canary in a list. */
export const canarySummary = group(summaryFields, 'One Canary in a list');
export type CanarySummary = Static<typeof canarySummary>;

/** A change of state, as this process saw it. */
export const transitionView = group(
	{
		at: instant('When'),
		from: text('The state that was left; empty for the first one of this process'),
		to: text('The state that was entered'),
		course: choice(
			['', ...courses],
			'What became of a run there; run, superseding, finishing and failing: one was under way; empty for a state of an older chart',
		),
		event: text('What set it off: an event of the chart, `done: route traffic`, `started`'),
		why: text('Why it halted or failed, else empty'),
		weight: percent('Share of traffic that the canary had'),
	},
	'A change of state',
);
export type TransitionView = Static<typeof transitionView>;

/** Something announced: the same as a Kubernetes event about the Canary. */
export const announcementView = group(
	{
		at: instant('When'),
		type: choice(['Normal', 'Warning'], 'As in a Kubernetes event'),
		text: text('What was said'),
	},
	'Something announced, as a Kubernetes event and a log line',
);
export type AnnouncementView = Static<typeof announcementView>;

/** A person's command and what came of it. */
export const commandView = group(
	{
		at: instant('When it was heard'),
		name: text('Name of the CanaryCommand'),
		verb: choice(verbs, 'What was asked'),
		weight: maybe(integer('The weight that was asked for')),
		requestedBy: text('Who asked'),
		reason: text('Why'),
		outcome: maybe(choice(['Accepted', 'Done', 'Refused'], 'What came of it; absent until it is answered')),
		message: text('In words; empty until it is answered'),
	},
	'A command and what came of it',
);
export type CommandView = Static<typeof commandView>;

/** One metric, what it may be, and what it was. */
export const checkView = group(
	{
		metric: text('Name of the metric'),
		kind: text('`success-rate` (percent), `duration` (milliseconds), or `query`'),
		unit: maybe(text('Of a `query`, where the Canary names one')),
		min: maybe(number('Values below it are a breach')),
		max: maybe(number('Values above it are a breach')),
		against: comparisonView,
		query: maybe(text('The query as written, for kind `query`')),
		outcome: text('`passed`, `breached`, or why there is no value: `no data`, `timed out` …; empty before the first'),
		value: maybe(number('The last value')),
		primary: maybe(number('The primary’s last value, where the two are compared')),
		text: text('In words, unless it passed'),
		at: maybe(instant('When it was last asked')),
	},
	'One metric of the analysis, with its last value',
);
export type CheckView = Static<typeof checkView>;

const verdictView = group(
	{
		at: instant('When'),
		outcome: choice(['passed', 'failed', 'unknown'], 'What the round said; unknown concludes nothing'),
		text: text('The first reason; empty if it passed'),
	},
	'The last round of checks',
);

const wait = group(
	{
		text: text('What it waits for, in words'),
		whom: choice(
			['nobody', 'time', 'the world', 'people'],
			'nobody: nothing is under way. time: only the clock. the world: what mends or happens by itself. people: somebody',
		),
		since: instant('Since when'),
		until: maybe(instant('When this wait ends, or is given up')),
		untilWhat: text('What happens then: `the next round of checks`, `the progress deadline`; empty without until'),
		afterwards: text('What happens when the wait ends well'),
	},
	'What it waits for',
);

/** A way out of the present state. */
export const nextView = group(
	{
		id: text('The transition in the chart'),
		from: text('The state that has it: the present one, or one around it'),
		to: text('The state that it leads to; the present one where it stays'),
		text: text('What sets it off, as a sentence'),
		holds: flag('Its condition holds now, and only what is in `lacks` is missing'),
		lacks: texts('What it lacks, each in words; empty: it is being taken'),
		lack: maybe(
			choice(
				['checks', 'workloads', 'people', 'the world'],
				'Who may bring what its condition lacks: a round of checks, pods that become ready, somebody; absent where it holds',
			),
		),
		until: maybe(
			instant('When what it lacks may come: the next round of checks, the end of a wait; absent if unknown'),
		),
		untilWhat: maybe(text('What happens then: `the next round of checks`, `the progress deadline`')),
	},
	'A transition that the present state has',
);
export type NextView = Static<typeof nextView>;

const actionView = group(
	{
		verb: choice(verbs, 'The verb of a command'),
		possible: flag('It would be taken now and change something; whether the caller may is for the API server to say'),
		message: text('What it would do, or why it would be refused or of no use'),
	},
	'What would come of a command now',
);

const workloadView = group(
	{
		role: choice(['target', 'primary'], 'Whose pods'),
		kind: text('Kind'),
		name: text('Name'),
		found: flag('It exists; else the numbers are 0'),
		revision: text('Digest of its pod template'),
		replicas: integer('Pods that are wanted'),
		ready: integer('Pods that are ready'),
		available: integer('Pods that are available'),
		updated: integer('Pods of the newest template'),
		trouble: text('Why its pods do not become ready, when they tell'),
		hosts: texts('The Services that lead to it'),
	},
	'A workload and its pods',
);

const problemView = group(
	{
		field: text('Where: a path in the spec, or an object'),
		value: text('The offending value; empty when it is an absence'),
		text: text('What is wrong'),
		remedy: text('What to do'),
	},
	'What is wrong, and what to do',
);

/** All that is known of one Canary. */
export const canaryDetail = group(
	{
		...summaryFields,
		now: instant('The clock of the daemon when it answered: reckon ages from here'),
		message: text('What the phase means, in a sentence'),
		wait,
		next: list(nextView, 'Ways out of the present state, in the order in which they are tried'),
		actions: list(actionView, 'What each command would do now'),
		analysis: group(
			{
				interval: number('Seconds between rounds of checks'),
				progressDeadline: number('Seconds that a run may wait for the same thing'),
				onMissingData: choice(['halt', 'fail'], 'What a round without data does'),
				skipped: flag('Runs are promoted without analysis'),
			},
			'How it is judged',
		),
		checks: list(checkView, 'The metrics, in the order of the Canary'),
		verdict: maybe(verdictView),
		metrics: list(measured.items, 'What was measured in the run under way, or the last one of this life; bounded'),
		weights: list(
			group({at: instant('When'), weight: percent('Share of traffic')}, 'A weight'),
			'Weights that the API server confirmed in that run; bounded',
		),
		workloads: list(workloadView, 'Target and primary'),
		route: maybe(
			group(
				{
					name: text('The object that routes'),
					host: text('What users call'),
					primary: percent('Weight of the primary, as the object has it'),
					canary: percent('Weight of the canary'),
				},
				'The routing object as observed; absent while it is not there',
			),
		),
		scalers: list(
			group(
				{
					name: text('Name'),
					of: choice(['target', 'primary'], 'Whom it scales'),
					current: integer('Pods that there are'),
					desired: integer('Pods that it wants'),
					min: integer('The fewest'),
				},
				'An autoscaler',
			),
			'Autoscalers of either',
		),
		problems: list(problemView, 'What is wrong in the spec or with what it refers to'),
		transitions: list(
			transitionView,
			'The last ones of this process, and all of the record of its run; oldest first; bounded',
		),
		events: list(announcementView, 'The last announcements of this process, oldest first; bounded'),
		commands: list(
			commandView,
			'The last ones of this process, and all of the record of its run; oldest first; bounded',
		),
	},
	'All that is known of one Canary',
);
export type CanaryDetail = Static<typeof canaryDetail>;

/** One Canary in words, for whoever asks why it does not go on. */
export const explanation = group(
	{
		namespace: text('Namespace'),
		name: text('Name'),
		facts: list(
			group({title: text('`State`, `Waits for` …'), text: text('In words')}, 'A fact'),
			'What holds now, in the order in which one reads it',
		),
		lately: texts('What happened last, oldest first'),
		asked: texts('What people asked last, and what came of it'),
		exits: texts('What ends the present state'),
		possible: list(
			group({what: text('What it does'), command: text('What to type')}, 'Something to do'),
			'What a person can do now',
		),
		text: text('All of it as one text, as `aviary explain` prints it'),
	},
	'One Canary in words',
);
export type Explanation = Static<typeof explanation>;
