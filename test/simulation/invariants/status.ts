// A6, S1: what every status says, whoever reads it: Argo CD, Flux, scripts, people.
import type {Accepted} from '../../../sandbox/api/types.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {misreadings} from '../../releases/gitops-health.ts';
import {isByAviary, isOf} from './invariant.ts';
import type {Invariant} from './invariant.ts';

const phases = new Set([
	'Initializing',
	'Initialized',
	'Waiting',
	'Progressing',
	'WaitingPromotion',
	'Promoting',
	'Finalising',
	'Succeeded',
	'Failed',
	'Terminating',
	'Terminated',
]);
const states = new Set(['initialized', 'progressing', 'halted', 'promoting', 'finished', 'failed']);
/** Flux would take them for readiness. */
const misread = new Set(['Ready', 'Reconciling', 'Stalled']);

type Condition = {readonly type?: string; readonly status?: string; readonly message?: string};

const offences = ({status = {}}: KubeObject): readonly string[] => {
	const conditions = (status['conditions'] ?? []) as readonly Condition[];
	const weight = status['canaryWeight'];
	return [
		...(phases.has(String(status['phase'])) ? [] : [`phase ${String(status['phase'])}`]),
		...(states.has(String(status['state'])) ? [] : [`state ${String(status['state'])}`]),
		...(conditions.length > 0 ? [] : ['no conditions']),
		...conditions.filter(({message = ''}) => message === '').map(({type}) => `condition ${type} without a message`),
		...conditions
			.filter(({type, status: value}) => misread.has(type ?? '') || !['True', 'False', 'Unknown'].includes(value ?? ''))
			.map(({type, status: value}) => `condition ${type} is ${value}`),
		...('observedGeneration' in status ? ['an observedGeneration'] : []),
		...(Number.isInteger(weight) && Number(weight) >= 0 && Number(weight) <= 100
			? []
			: [`canaryWeight ${String(weight)}`]),
		...(Number.isNaN(Date.parse(String(status['lastTransitionTime']))) ? ['no lastTransitionTime'] : []),
	];
};

const isGuard = (change: Accepted): boolean => isOf(change, 'canaries') || isOf(change, 'rollouts');

export const saysWhatIsExpected: Invariant = {
	name: "S1 every status has the peer's phase, conditions with messages, and one of the six states",
	watch: (_, violated) => ({
		accepted(change) {
			if (!isByAviary(change) || !isGuard(change) || change.after === undefined) return;
			for (const offence of offences(change.after)) violated(`${change.after.metadata.name}: ${offence}`);
		},
	}),
};

export const isReadByGitOps: Invariant = {
	name: 'S2 Argo CD and Flux read every status rightly',
	watch: (_, violated) => ({
		accepted(change) {
			if (!isByAviary(change) || !isGuard(change) || change.after === undefined) return;
			for (const misreading of misreadings(change.after)) violated(`${change.after.metadata.name}: ${misreading}`);
		},
	}),
};

const failedChecksOf = (object: KubeObject): number => Number(object.status?.['failedChecks'] ?? 0);

export const failedChecksOnlyGrow: Invariant = {
	name: 'A6 failed checks never decrease within a revision',
	watch: (_, violated) => ({
		accepted(change) {
			const {before, after} = change;
			if (!isByAviary(change) || !isGuard(change) || before === undefined || after === undefined) return;
			const revision = (object: KubeObject): unknown => object.status?.['canaryRevision'];
			const isRest = after.status?.['phase'] === 'Initialized';
			if (revision(before) === revision(after) && !isRest && failedChecksOf(after) < failedChecksOf(before)) {
				violated(`from ${failedChecksOf(before)} to ${failedChecksOf(after)}`);
			}
		},
	}),
};
