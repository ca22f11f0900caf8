// Status from the chart, one pure function: what the host records before any effect, and a rebuilt actor resumes from.
import type {CanaryModel, Phase, Problem} from '../../api/model.ts';
import {roundToRecord} from './plan.ts';
import type {Context} from './context.ts';
import {reasonOf, waitingFor} from '../words/explain.ts';
import {problemsOf} from '../words/texts.ts';
import {factsOf, isUnderWay, stateOf} from '../facts.ts';
import type {Path, State} from '../facts.ts';

/** The part of `status` that the chart decides; times are the host's. */
export type Status = {
	readonly phase: Phase;
	readonly canaryWeight: number;
	readonly failedChecks: number;
	readonly iterations: number;
	readonly lastAppliedSpec: string;
	readonly lastPromotedSpec: string;
	readonly condition: {readonly status: 'True' | 'False' | 'Unknown'; readonly reason: Phase; readonly message: string};
	/** Advisory fields: nothing is decided on them but that a run was being ended. */
	readonly state: State;
	readonly canaryRevision: string;
	readonly waitingFor: string;
	readonly reason: string;
	/** Empty unless the run is halted. */
	readonly haltedFrom: State | '';
	/** Bounded in number and length. */
	readonly problems: readonly Problem[];
};

const messages: Partial<Record<Phase, readonly ['True' | 'False' | 'Unknown', (model: CanaryModel) => string]>> = {
	Initializing: ['Unknown', ({target}) => `New ${target.kind} detected, starting initialization.`],
	Initialized: ['True', ({target}) => `${target.kind} initialization completed.`],
	Progressing: ['Unknown', () => 'New revision detected, progressing canary analysis.'],
	Promoting: ['Unknown', () => 'Canary analysis completed, starting primary rolling update.'],
	Finalising: ['Unknown', () => 'Canary analysis completed, routing all traffic to primary.'],
	Succeeded: ['True', () => 'Canary analysis completed successfully, promotion finished.'],
	Failed: ['False', ({target}) => `Canary analysis failed, ${target.kind} scaled to zero.`],
};

/** Flagger's phase for a state: until the canary is at zero a failing run shows the phase it failed from. */
export const phaseOf = (path: Path, context: Context): Phase => {
	const {phase} = factsOf(path);
	return typeof phase === 'function' ? phase(context) : phase;
};

/** The weight to record: while a step is being routed its own, for a return of traffic only what is confirmed. */
const weightOf = (path: Path, {run}: Context): number =>
	stateOf(path) === 'progressing' ? (run.share?.canary ?? 0) : run.routed.canary;

const haltedFrom = (path: Path, {run}: Context): State | '' =>
	stateOf(path) === 'halted' ? (run.halted?.from === 'copying' ? 'promoting' : 'progressing') : '';

const PROBLEMS_MAX = 8;
const TEXT_MAX = 300;
const short = (text: string): string =>
	text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1).toWellFormed()}…`;

const problems = (context: Context): readonly Problem[] =>
	problemsOf(context)
		.slice(0, PROBLEMS_MAX)
		.map(({field, value, text, remedy}) => ({
			field: short(field),
			value: short(value),
			text: short(text),
			remedy: short(remedy),
		}));

/** What `status` should say in this state. */
export const statusOf = (path: Path, context: Context): Status => {
	const phase = phaseOf(path, context);
	const [status, message] = messages[phase] ?? ['Unknown' as const, () => phase];
	const holding = factsOf(path).course === 'holding';
	return {
		phase,
		canaryWeight: weightOf(path, context),
		failedChecks: context.run.failedChecks,
		iterations: isUnderWay(path) ? roundToRecord(context) : 0,
		lastAppliedSpec: context.judged,
		lastPromotedSpec: context.promoted,
		condition: {
			status,
			reason: phase,
			message: holding ? 'Promotion failed, primary not ready; traffic stays on the canary.' : message(context.model),
		},
		state: stateOf(path),
		// Before the first run as after a restart, which takes the revision that was judged for the run's.
		canaryRevision: context.run.revision || context.judged,
		waitingFor: waitingFor(path, context),
		reason: reasonOf(path, context),
		haltedFrom: haltedFrom(path, context),
		problems: problems(context),
	};
};
