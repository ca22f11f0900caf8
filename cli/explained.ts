// What `aviary explain` knows of a Canary: all of it where the daemon tells, else what the status has.
import {explanationOf} from '../actors/views/explanation.ts';
import type {CanaryDetail, Explanation} from '../api/http/canary-views.ts';
import {planText, trafficText} from '../machines/words/steps.ts';
import {isPath} from '../machines/facts.ts';
import {instantOf} from '../services/clock.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import type {CanaryView} from './canary-view.ts';
import {byHandOf, exitsOf, steeringOf} from './possibilities.ts';
import {ageText, plain} from './terminal.ts';

export type Explained = {
	readonly view: CanaryView;
	/** As the daemon tells it; undefined where it could not be asked. */
	readonly detail: CanaryDetail | undefined;
	readonly facts: Explanation['facts'];
	/** What ends the state; without the daemon only what does wherever in it the run is. */
	readonly exits: readonly string[];
	readonly possible: Explanation['possible'];
};

/** What the Canary waits for, or why that is not known. */
export const waitText = ({waitingFor, state}: CanaryView): string => {
	if (waitingFor !== '') {
		return waitingFor;
	}

	return state === ''
		? 'an operator: no one has looked at this Canary yet; is aviary daemon running?'
		: 'not recorded; does the Canary CRD have status.waitingFor? Apply artifacts/crds';
};

const sinceText = ({since}: CanaryView, now: number): string =>
	since === 0 ? 'unknown' : `${new Date(since).toISOString().slice(0, 19)}Z, ${ageText(now - since)} ago`;

const ALONE = 'the status alone, for no daemon could be asked: no values of checks, and the state not in full';

const factsOf = (view: CanaryView, now: number): Explanation['facts'] => {
	const {state, phase, weight, failedChecks, model, reason, message, problems, next} = view;
	const facts = [
		['State', `${state || 'none'}${phase === '' ? '' : ` (phase ${phase})`}${model.suspended ? ', suspended' : ''}`],
		['Does', message || 'nothing yet'],
		['Since', sinceText(view, now)],
		['Traffic', `${trafficText(model, weight)}; ${planText(model.analysis.plan)}`],
		['Checks', `${failedChecks} failed; ${model.analysis.threshold} end the run`],
		['Waits for', waitText(view)],
		['Because', reason === view.waitingFor ? '' : reason],
		['Wrong', view.waitingFor.includes(problems) ? '' : problems],
		['Then', next],
		['Told by', ALONE],
	] as const;
	return facts.flatMap(([title, text]) => (text === '' ? [] : [{title, text}]));
};

/** The daemon knows it newer than the status, and more of it. */
const newest = (view: CanaryView, detail: CanaryDetail): CanaryView => {
	const {state, path, phase, weight, failedChecks, reason, message, since, wait, problems} = detail;
	return {
		...view,
		state: state === '' ? view.state : plain(state),
		path: isPath(path) ? path : view.path,
		phase: plain(phase),
		weight,
		failedChecks,
		waitingFor: plain(wait.text),
		reason: plain(reason),
		message: plain(message),
		since: instantOf(since),
		next: plain(wait.afterwards),
		problems: problems.map(({text, remedy}) => `${plain(text)}. ${plain(remedy)}`).join('; '),
	};
};

/** Puts together what is known; `commands`: those that the Canary was given, where they may be read. */
export const explainedOf = (
	read: CanaryView,
	detail: CanaryDetail | undefined,
	now: number,
	commands: readonly KubeObject[] = [],
): Explained => {
	if (detail === undefined) {
		const possible = [...steeringOf(read, commands), ...byHandOf(read)];
		return {view: read, detail, facts: factsOf(read, now), exits: exitsOf(read), possible};
	}

	const view = newest(read, detail);
	const told = explanationOf({...detail, name: view.name, namespace: view.namespace});
	return {
		view,
		detail,
		facts: told.facts.map(({title, text}) => ({title, text: title === 'Since' ? sinceText(view, now) : plain(text)})),
		exits: told.exits.map(plain),
		possible: [
			...told.possible.map(({what, command}) => ({what: plain(what), command: plain(command)})),
			...byHandOf(view),
		],
	};
};
