// What must hold of what is shown: status, phase and announcements, in every reachable pair.
import type {Phase} from '../../api/model.ts';
import {waitingFor} from '../../machines/words/explain.ts';
import {phaseOf, statusOf} from '../../machines/model/status.ts';
import type {Pair, Rule} from './pairs.ts';

const isPublished = ({path}: Pair): boolean => path !== 'initialized.resuming';

const phases: ReadonlyArray<readonly [RegExp, readonly Phase[]]> = [
	[/^initialized\.(?:bootstrapping|blocked)/, ['Initializing']],
	[/^initialized\.(?:idle|mending)/, ['Initialized']],
	[/^(?:progressing|initialized\.superseding)/, ['Progressing', 'Waiting']],
	[/^halted/, ['Progressing', 'Promoting']],
	[/^promoting/, ['Promoting', 'WaitingPromotion']],
	[/^finished\.(?:idle|mending)/, ['Succeeded']],
	[/^finished/, ['Finalising']],
	[/^failed\.(?:idle|holding|mending)/, ['Failed']],
	[/^failed/, ['Progressing', 'Promoting']],
];

/** Rules of what is shown. */
export const ofStatus: readonly Rule[] = [
	{
		name: 'resuming and recalling are passed through',
		broken: ({before, after}) => before !== undefined && after.path.endsWith('recalling'),
	},
	{
		name: 'the phase is as design §3 has it',
		broken: ({after: {path, context}}) =>
			isPublished({path} as Pair) &&
			phases.find(([pattern]) => pattern.test(path))?.[1].includes(phaseOf(path, context)) !== true &&
			`${path} shows ${phaseOf(path, context)}`,
	},
	{
		name: 'every published state says what it waits for, and has a whole status',
		broken: ({after: {path, context}}) => {
			if (!isPublished({path} as Pair)) return false;
			const status = statusOf(path, context);
			return (
				waitingFor(path, context) === '' ||
				Object.values(status).some((value) => value === undefined || Number.isNaN(value)) ||
				status.condition.message === '' ||
				/undefined|NaN|: $/.test(status.waitingFor) ||
				!['initialized', 'progressing', 'halted', 'promoting', 'finished', 'failed'].includes(status.state)
			);
		},
	},
	{
		name: 'a halted or failed Canary gives its reason',
		broken: ({after: {path, context}}) =>
			/^(?:halted|failed\.(?:holding|routing|draining))/.test(path) &&
			context.recalled.phase === 'Initialized' &&
			statusOf(path, context).reason === '',
	},
	{
		name: 'the recorded weight is what users get, or less only while it is being raised',
		broken: ({after: {path, context}}) => {
			const {canaryWeight} = statusOf(path, context);
			return canaryWeight !== context.run.routed.canary && !path.startsWith('progressing');
		},
	},
	{
		name: 'what is announced is a whole sentence',
		broken: ({said}) => said.some((text) => /undefined|NaN|: $/.test(text) || text === ''),
	},
];
