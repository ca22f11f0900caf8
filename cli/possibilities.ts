// What ends the state of a Canary, and what a person can do about it, where its status alone tells of it. The words of the
// commands are the daemon's answers to them.
import {transitionsOf} from '../actors/views/chart.ts';
import {possibleOf} from '../actors/views/explanation.ts';
import {actionsOf} from '../actors/views/ways.ts';
import type {Explanation} from '../api/http/canary-views.ts';
import {outermost} from '../api/http/state-words.ts';
import type {Command, Workload} from '../api/model.ts';
import {factsOf} from '../machines/facts.ts';
import type {Context} from '../machines/model/context.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import type {CanaryView} from './canary-view.ts';
import {plain} from './terminal.ts';

type Possible = Explanation['possible'];

/** What ends the state, wherever in it the run is: `failed: too many checks have failed`. */
export const exitsOf = (view: CanaryView): readonly string[] => {
	const {state, path} = view;
	const ways = path === '' ? [] : transitionsOf(path);
	const ends = ways.flatMap(({to = '', text}) => {
		const top = outermost(to);
		return top === '' || top === state ? [] : [`${top}: ${text}`];
	});
	return [...new Set(ends)];
};

const pause: Command = {name: 'paused', verb: 'pause', reason: '', requestedBy: ''};

/** A target of which nothing is known but its revision. */
const targetAt = (name: string, revision: string): Workload => ({
	name,
	uid: '',
	resourceVersion: '',
	revision,
	replicas: 0,
	observed: true,
	total: 0,
	updated: 0,
	available: 0,
	ready: 0,
	deadlineExceeded: false,
});

/** A pause stays accepted for as long as it is in force. */
const isPause = ({spec, status}: KubeObject): boolean =>
	spec?.['verb'] === 'pause' && status?.['outcome'] === 'Accepted';

/** What the answer to a command depends on: a failed run is taken to be about the target's present revision. */
const contextOf = ({context, state, model}: CanaryView, commands: readonly KubeObject[]): Context => {
	const {judged, now, run} = context;
	const target = targetAt(model.target.name, judged);
	return {
		...context,
		run: commands.some(isPause) ? {...run, paused: pause} : run,
		...(state === 'failed' &&
			judged !== '' && {world: {at: now, target, primaryRunsTarget: false, scalers: [], problems: []}}),
	};
};

/** The commands that the daemon would take, as far as the status and former commands tell, each with what comes of it. */
export const steeringOf = (view: CanaryView, commands: readonly KubeObject[]): Possible => {
	const {name, namespace, model, path} = view;
	const actions = path === '' ? [] : actionsOf(path, contextOf(view, commands));
	const problems = view.problems === '' ? [] : [...model.problems];
	return possibleOf({actions, problems, name, namespace});
};

/** A word that a shell takes as it is, whatever a spec holds. */
const shellWord = (text: string): string =>
	/^[\w./-]+$/.test(text) ? text : `'${plain(text).replaceAll("'", "'\\''")}'`;

/** What a person can do without the daemon, by kubectl. */
export const byHandOf = ({name, namespace, state, path, model}: CanaryView): Possible => {
	const canary = `kubectl -n ${namespace} patch canary ${name} --type merge -p`;
	const target = shellWord(`${model.target.kind.toLowerCase()}/${model.target.name}`);
	const isRunning = path !== '' && factsOf(path).course === 'run';
	return [
		...(state === 'progressing' || state === 'halted'
			? [{what: 'end the run: set the target back', command: `kubectl -n ${namespace} rollout undo ${target}`}]
			: []),
		...(model.suspended
			? [{what: 'go on', command: `${canary} '{"spec":{"suspend":false}}'`}]
			: isRunning
				? [{what: 'hold everything where it is', command: `${canary} '{"spec":{"suspend":true}}'`}]
				: []),
		...(isRunning || state === ''
			? []
			: [{what: 'start a run: change the target', command: `kubectl -n ${namespace} edit ${target}`}]),
	];
};
