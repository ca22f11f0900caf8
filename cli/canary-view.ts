// A Canary as the commands show it. All words come from its status and from the charts' own.
import {canaryMachine} from '../machines/canary.ts';
import {recall, type Context} from '../machines/model/context.ts';
import {whatComesNext} from '../machines/model/explain.ts';
import {problemsText} from '../machines/model/texts.ts';
import {toModel} from '../api/model-of-canary.ts';
import type {CanaryModel, Phase, Verb} from '../api/model.ts';
import type {CanaryStatus} from '../api/canary.ts';
import {instantOf} from '../services/clock.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {chartOf, statesBelow} from './statechart/walk.ts';
import {causesOf, condition} from './statechart/words.ts';
import {plain} from './terminal.ts';

export type CanaryView = {
	readonly name: string;
	readonly namespace: string;
	/** One of the chart's six; empty when nobody has looked at the Canary yet. */
	readonly state: string;
	readonly phase: string;
	readonly weight: number;
	readonly failedChecks: number;
	readonly waitingFor: string;
	readonly reason: string;
	/** What the phase means, as the status says it. */
	readonly message: string;
	/** Instants; 0 when unknown. */
	readonly since: number;
	readonly created: number;
	readonly model: CanaryModel;
	/** What to mend, in one line; empty when all is well. */
	readonly problems: string;
	/** What happens when the wait ends well. */
	readonly next: string;
};

/** Which state shows as which phase, for a status whose CRD does not know `state`. */
const stateOfPhase: Readonly<Partial<Record<Phase, string>>> = {
	Initializing: 'initialized',
	Initialized: 'initialized',
	Waiting: 'progressing',
	Progressing: 'progressing',
	WaitingPromotion: 'promoting',
	Promoting: 'promoting',
	Finalising: 'promoting',
	Succeeded: 'finished',
	Failed: 'failed',
};

const chart = chartOf(canaryMachine);

/** The chart's state that a status tells of; empty when it tells of none. */
export const stateOf = ({state, phase}: Pick<CanaryStatus, 'state' | 'phase'>): string =>
	state !== undefined && Object.hasOwn(chart.states, state) ? state : ((phase ? stateOfPhase[phase] : undefined) ?? '');

const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

const recalled = (status: CanaryStatus, model: CanaryModel, at: number): Context =>
	recall({
		model,
		at,
		recalled: {
			phase: status.phase ?? '',
			canaryWeight: numberOf(status.canaryWeight),
			failedChecks: numberOf(status.failedChecks),
			lastAppliedSpec: plain(status.lastAppliedSpec),
			lastPromotedSpec: plain(status.lastPromotedSpec),
			lastTransitionTime: instantOf(status.lastTransitionTime),
			state: status.state ?? '',
		},
	});

/** Reads a Canary; `at` is now. */
export const viewOf = (canary: KubeObject, at: number): CanaryView => {
	const status = (canary.status ?? {}) as CanaryStatus;
	// The daemon's flags are not known here; they decide only what a Canary leaves unsaid.
	const model = toModel(canary, {meshProvider: 'istio', intervalMs: 10_000, speed: 1});
	const context = recalled(status, model, at);
	const state = stateOf(status);
	const promoted = status.conditions?.find(({type}) => type === 'Promoted');
	return {
		name: plain(canary.metadata.name),
		namespace: plain(canary.metadata.namespace),
		state,
		phase: plain(status.phase),
		weight: numberOf(status.canaryWeight),
		failedChecks: numberOf(status.failedChecks),
		waitingFor: plain(status.waitingFor),
		reason: plain(status.reason),
		message: plain(promoted?.message),
		since: instantOf(status.lastTransitionTime),
		created: instantOf(canary.metadata.creationTimestamp),
		model,
		problems: plain(problemsText(context)),
		next: whatComesNext(state, context),
	};
};

/** How a state is left, as the chart has it: `halted: the step must halt`. */
export const exitsOf = (state: string): readonly string[] => {
	const top = chart.states[state];
	if (top === undefined) {
		return [];
	}

	const exits = [{path: state, state: top}, ...statesBelow(top, state)].flatMap(({state: one}) => causesOf(one));
	const texts = exits
		.filter(({target}) => target !== undefined && target.split('.')[0] !== state)
		.map((exit) => `${exit.target?.split('.')[0] ?? ''}: ${condition(exit)}`);
	return [...new Set(texts)];
};

/** A word that a shell takes as it is, whatever a spec holds. */
const shellWord = (text: string): string =>
	/^[\w./-]+$/.test(text) ? text : `'${plain(text).replaceAll("'", "'\\''")}'`;

/** What a person can do about a Canary now, each with the command for it. */
export const possibilities = ({
	name,
	namespace,
	state,
	model,
	problems,
	waitingFor,
}: CanaryView): ReadonlyArray<readonly [string, string]> => {
	const steer = (verb: Verb): string => `aviary ${verb} ${name} -n ${namespace} --reason '…'`;
	const isPaused = waitingFor.startsWith('somebody to resume it');
	const canary = `kubectl -n ${namespace} patch canary ${name} --type merge -p`;
	const target = shellWord(`${model.target.kind.toLowerCase()}/${model.target.name}`);
	const isRunning = ['progressing', 'halted', 'promoting'].includes(state);
	return [
		...(problems === '' ? [] : [['mend what is wrong', `kubectl -n ${namespace} edit canary ${name}`] as const]),
		...(state === 'progressing' || state === 'halted'
			? [
					isPaused
						? (['let it go on', steer('resume')] as const)
						: (['keep the weight from rising', steer('pause')] as const),
					['promote without further analysis', steer('promote')] as const,
				]
			: []),
		...(isRunning ? [['give the primary all traffic, and end the run', steer('rollback')] as const] : []),
		...(state === 'failed' ? [['try the same revision again', steer('retry')] as const] : []),
		...(state === 'progressing' || state === 'halted'
			? [['end the run: set the target back', `kubectl -n ${namespace} rollout undo ${target}`] as const]
			: []),
		...(model.suspended
			? [['go on', `${canary} '{"spec":{"suspend":false}}'`] as const]
			: isRunning
				? [['hold everything where it is', `${canary} '{"spec":{"suspend":true}}'`] as const]
				: []),
		...(isRunning || state === ''
			? []
			: [['start a run: change the target', `kubectl -n ${namespace} edit ${target}`] as const]),
	];
};
