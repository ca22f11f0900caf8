// What a command does where it finds its Canary: for every verb, in every place, a defined answer with a remedy.
// A command is a level: it changes what is known of the run, and guards act on that; the same one again changes nothing.
import {maxWeightOf} from '../../api/plan.ts';
import type {Command, CommandOutcome, Verb} from '../../api/model.ts';
import type {Context, Run} from './context.ts';

/** Where a command finds a Canary; `ending` and `failing`: the run's end is decided, its effects are under way. */
export type Place = 'starting' | 'resting' | 'running' | 'promoting' | 'ending' | 'failing' | 'holding';

export type Decision = {
	readonly outcome: CommandOutcome;
	/** A sentence for who asked. */
	readonly message: string;
	readonly change?: Partial<Context>;
};

type Answer = (context: Context, command: Command) => Decision;

const refused =
	(message: string): Answer =>
	() => ({outcome: 'Refused', message});

const done =
	(message: string): Answer =>
	() => ({outcome: 'Done', message});

/** In force from now on, as a change of the run. */
const inForce =
	(message: string, change: (run: Run, command: Command) => Run): Answer =>
	({run}, command) => ({outcome: 'Accepted', message, change: {run: change(run, command)}});

const withoutPause = ({paused: _, ...run}: Run): Run => run;

const noRun = 'no run is under way; it begins with a new revision of the target';
const tooEarly = 'the Canary is being initialized; ask again when it is';
const decided = 'the end of the run is decided already; ask again when it is at rest';

const orderedRollback = inForce('all traffic goes to the primary, and the run fails', (run, ordered) => ({
	...run,
	ordered,
	failure: `a rollback was ordered by ${[ordered.requestedBy, ordered.reason].filter((text) => text !== '').join(': ') || 'somebody'}`,
}));

const resume: Answer = ({run}) =>
	run.paused === undefined
		? {outcome: 'Refused', message: 'the run is not paused; explain tells what it waits for'}
		: {outcome: 'Done', message: 'the run goes on', change: {run: withoutPause(run)}};

const setWeight: Answer = (context, command) => {
	const {weight = 0} = command;
	if (maxWeightOf(context.model.analysis.plan) === 0) {
		return {
			outcome: 'Refused',
			message: `provider ${context.model.provider} gives a canary no users before its promotion; to promote it now, promote`,
		};
	}

	return Number.isInteger(weight) && weight >= 1 && weight <= 100
		? inForce(`the canary gets ${weight} % of the traffic, and its checks go on from there`, (run) => ({
				...run,
				byHand: command,
			}))(context, command)
		: {
				outcome: 'Refused',
				message: `spec.weight: ${weight} is not within 1 and 100; to take all traffic away, roll back`,
			};
};

const retry: Answer = ({world, judged}) => {
	const revision = world?.target?.revision;
	if (revision === undefined || world?.primaryRunsTarget === true) {
		return {outcome: 'Refused', message: 'the target has nothing to retry: the primary runs its revision'};
	}

	return revision === judged
		? {outcome: 'Done', message: `a new run of revision ${revision} begins`, change: {judged: ''}}
		: {outcome: 'Refused', message: 'the revision of the target was not tried yet; its run begins by itself'};
};

const rollbackAtRest: Answer = ({run, promoted}) =>
	run.revision !== '' && run.revision !== promoted
		? {outcome: 'Done', message: 'the primary has all traffic'}
		: {outcome: 'Refused', message: `${noRun}. To undo a promotion, give the target its former template`};

const isEnding: Readonly<Record<Verb, Answer>> = {
	pause: refused(decided),
	resume: refused(decided),
	skip: refused(decided),
	promote: refused(decided),
	rollback: refused(decided),
	retry: refused(decided),
	'set-weight': refused(decided),
};

const answers: Readonly<Record<Place, Readonly<Record<Verb, Answer>>>> = {
	starting: {
		pause: refused(tooEarly),
		resume: refused(tooEarly),
		skip: refused(tooEarly),
		promote: refused(tooEarly),
		rollback: refused(tooEarly),
		retry: refused(tooEarly),
		'set-weight': refused(tooEarly),
	},
	resting: {
		pause: refused(`${noRun}. To keep one from beginning, set spec.suspend`),
		resume: refused(noRun),
		skip: refused(`${noRun}. To promote without analysis, set spec.skipAnalysis`),
		promote: refused(noRun),
		rollback: rollbackAtRest,
		retry,
		'set-weight': refused(noRun),
	},
	running: {
		pause: inForce('no weight rises until somebody resumes; failing checks still end the run', (run, paused) => ({
			...run,
			paused,
		})),
		resume,
		skip: inForce('it is promoted without further analysis as soon as both are healthy', (run, ordered) => ({
			...run,
			ordered,
		})),
		promote: inForce('it is promoted now, or as soon as both are healthy', (run, ordered) => ({
			...withoutPause(run),
			ordered,
		})),
		rollback: orderedRollback,
		retry: done('the run is under way'),
		'set-weight': setWeight,
	},
	promoting: {
		pause: refused('the promotion is under way; roll back to undo it'),
		resume: refused('the promotion is under way and not paused'),
		skip: inForce('the promotion is under way', (run, ordered) => ({...run, ordered})),
		promote: inForce('the promotion is under way', (run, ordered) => ({...run, ordered})),
		rollback: orderedRollback,
		retry: done('the run is under way'),
		'set-weight': refused('the promotion is under way, and gives the primary all traffic'),
	},
	ending: isEnding,
	failing: {...isEnding, rollback: done('all traffic goes to the primary')},
	holding: {
		pause: refused('the promotion has failed; users stay on the canary until the primary is healthy'),
		resume: refused('the promotion has failed; users stay on the canary until the primary is healthy'),
		skip: refused('the promotion has failed; mend the primary, or release another revision'),
		promote: refused('the promotion has failed; mend the primary, or release another revision'),
		rollback: refused('the primary is not healthy and cannot take the users; mend it, and they go back by themselves'),
		retry: refused('the promotion has failed; retry once the primary is healthy'),
		'set-weight': refused('the promotion has failed; users go back as soon as the primary is healthy'),
	},
};

/** The same command once more, after a restart: whatever it has done already stands. */
const isInForce = ({run}: Context, {name}: Command): boolean =>
	[run.paused, run.ordered, run.byHand].some((command) => command?.name === name);

/** What a command means here. Total: every verb has an answer in every place. */
export const decide = (context: Context, place: Place, command: Command): Decision => {
	const subject =
		place === 'resting' && command.verb === 'retry' ? context.world?.target?.revision : context.run.revision;
	if (command.revision !== undefined && command.revision !== '' && command.revision !== subject) {
		return {
			outcome: 'Refused',
			message: `spec.revision: it is meant for ${command.revision}, and the Canary is at ${subject || 'none'}; look, and ask again`,
		};
	}

	return isInForce(context, command)
		? {outcome: 'Accepted', message: 'it is in force'}
		: answers[place][command.verb](context, command);
};

/** The commands in force, by name: one that is no longer among them is done. */
export const commandsInForce = ({run}: Context): readonly string[] =>
	[run.paused, run.ordered, run.byHand].flatMap((command) => command?.name ?? []);
