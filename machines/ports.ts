// Every effect by name, with what goes in and what comes out. actors/ provides them; a port that nobody provided is a
// bug and says so. Each is idempotent and safe to run twice: after a restart it will be.
//
// Outcomes. done: the promise resolves, with `at`. later: the adapter retries inside, with back-off. never: it rejects
// with `Refused`, which the chart handles. bug: any other rejection; the actor dies and the supervisor takes over.
import {fromCallback, fromPromise} from 'xstate';
import type {CanaryModel, Instant, Verdict, World} from '../api/model.ts';
import type {Share} from '../api/shares.ts';

/** What every answer carries: when it was given, for the chart has no clock. */
export type Answer = {readonly at: Instant};

/** An effect that will not work however often it is tried, until something else changes. */
export class Refused extends Error {
	readonly at: Instant;
	/** `superseded`: what was to be promoted is no longer what was analysed. */
	readonly kind: 'refused' | 'superseded';

	constructor(kind: 'refused' | 'superseded', text: string, at: Instant) {
		super(text);
		this.name = 'Refused';
		this.kind = kind;
		this.at = at;
	}
}

/** A share to write. `insist`: a return of traffic, which waits for no record and is retried for ever. `revision`: who is
 * to have the canary's share, where there is one. */
export type RouteOrder = {
	readonly model: CanaryModel;
	readonly share: Share;
	readonly insist: boolean;
	readonly revision?: string;
};
export type ScaleOrder = {readonly model: CanaryModel; readonly replicas: number; readonly insist: boolean};
export type BootstrapOrder = {
	readonly model: CanaryModel;
	readonly part: 'workload' | 'routing';
	readonly share: Share;
	readonly revision?: string;
};
export type RevisionOrder = {readonly model: CanaryModel; readonly revision: string};
/** `replicas`: how many pods the primary is to have; as many as it has when absent. */
export type PromoteOrder = RevisionOrder & {readonly replicas?: number};
/** `wasKept`: a former life has kept the template that the primary runs. */
export type KeepOrder = RevisionOrder & {readonly wasKept: boolean};
export type CheckOrder = {readonly model: CanaryModel};
export type WaitOrder = {readonly until: Instant};

const unprovided = (name: string) => (): never => {
	throw new Error(`port "${name}" is not provided`);
};

const port = <Input, Output = Answer>(name: string) => fromPromise<Output, Input>(unprovided(name));

/** The ports of the canary's chart. */
export const ports = {
	/** Subscription: sends `world observed` whenever anything that the Canary refers to differs. */
	'observe the world': fromCallback<
		{readonly type: 'model changed'; readonly model: CanaryModel},
		{readonly model: CanaryModel}
	>(unprovided('observe the world')),
	/** Resolves at the instant; time stands still while the Canary is suspended. */
	'wait until': port<WaitOrder>('wait until'),
	/** Today's shape: primary and Services, or the route with `share`; makes what is absent, mends what differs. */
	'bootstrap the primary': port<BootstrapOrder>('bootstrap the primary'),
	/** Writes the share and returns once the API server has confirmed them. */
	'route traffic': port<RouteOrder>('route traffic'),
	'scale the canary': port<ScaleOrder>('scale the canary'),
	/** Keeps the primary's present template, so that it can be taken back to. */
	'keep the promoted template': port<KeepOrder>('keep the promoted template'),
	/** Renders the target's template onto the primary if, and only if, it still is the analysed revision. */
	'promote the revision': port<PromoteOrder>('promote the revision'),
	/** Gives the primary its last promoted template again. */
	'take the promotion back': port<RevisionOrder>('take the promotion back'),
};

/** The ports of the analysis chart. */
export const analysisPorts = {
	'wait until': ports['wait until'],
	'run the checks': port<CheckOrder, Verdict>('run the checks'),
};

/** What the world subscription sends. */
export type WorldObserved = {readonly type: 'world observed'; readonly world: World};
