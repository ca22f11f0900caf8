// A Canary as the commands show it. All words come from its status and from the charts' own.
import {canaryMachine} from '../machines/canary.ts';
import {recall, type Context} from '../machines/model/context.ts';
import {pathTold, type Path, type State} from '../machines/facts.ts';
import {whatComesNext} from '../machines/words/explain.ts';
import {problemsText} from '../machines/words/texts.ts';
import {toModel} from '../api/model-of-canary.ts';
import type {CanaryModel, Phase} from '../api/model.ts';
import type {CanaryStatus} from '../api/canary.ts';
import {instantOf} from '../services/clock.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {providers} from '../services/providers/index.ts';
import {plain} from './terminal.ts';

export type CanaryView = {
	readonly name: string;
	readonly namespace: string;
	/** One of the chart's six; empty when nobody has looked at the Canary yet. */
	readonly state: string;
	/** Where in the chart it is, as far as is known. */
	readonly path: Path | '';
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
	/** The chart's context, as far as the status tells of it. */
	readonly context: Context;
};

/** Which state shows as which phase, for a status whose CRD does not know `state`. */
const stateOfPhase: Readonly<Partial<Record<Phase, State>>> = {
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

/** The chart's state that a status tells of; empty when it tells of none. */
export const stateOf = ({state, phase}: Pick<CanaryStatus, 'state' | 'phase'>): State | '' =>
	state !== undefined && Object.hasOwn(canaryMachine.root.states, state)
		? state
		: ((phase ? stateOfPhase[phase] : undefined) ?? '');

const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

const recalled = (status: CanaryStatus, model: CanaryModel, at: number): Context =>
	recall({
		model,
		at,
		recalled: {
			phase: status.phase ?? '',
			canaryWeight: numberOf(status.canaryWeight),
			iterations: numberOf(status.iterations),
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
	const model = toModel(canary, {meshProvider: 'istio', intervalMs: 10_000, speed: 1, providers});
	const context = recalled(status, model, at);
	const state = stateOf(status);
	const path = state === '' ? '' : pathTold(state, context.recalled);
	const promoted = status.conditions?.find(({type}) => type === 'Promoted');
	return {
		name: plain(canary.metadata.name),
		namespace: plain(canary.metadata.namespace),
		state,
		path,
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
		next: whatComesNext(path === '' ? 'initialized' : path, context),
		context,
	};
};
