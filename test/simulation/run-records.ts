// Runs whose records are looked at: the plan, what is stored of them, and what people ask of them.
import type {CanaryRun, RunRecord} from '../../api/canary-run.ts';
import type {Verb} from '../../api/model.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {keys} from './keys.ts';
import {quick} from './simulation.ts';
import type {Plan, Simulation} from './simulation.ts';

export const plan: Plan = {shape: 'today', analysis: quick};

export type Run = CanaryRun & Pick<KubeObject, 'metadata'>;

export const runs = ({embedded}: Simulation): readonly Run[] =>
	embedded.store
		.list(keys.canaryruns, {namespace: 'test'})
		.items.map((run) => run as unknown as Run)
		.toSorted((a, b) => a.spec.began.localeCompare(b.spec.began));

export const only = (simulation: Simulation): Run & {status: RunRecord} => {
	const [run, ...others] = runs(simulation);
	if (run?.status === undefined || others.length > 0) throw new Error(`${others.length + 1} records`);
	return {...run, status: run.status};
};

export const give = ({embedded}: Simulation, verb: Verb, name = verb as string): void => {
	const spec = {canary: 'podinfo', verb, reason: 'it is so', requestedBy: 'alice'};
	embedded.apply([
		{apiVersion: 'aviary.dev/v1alpha1', kind: 'CanaryCommand', metadata: {name, namespace: 'test'}, spec} as KubeObject,
	]);
};

export const tops = ({transitions = []}: RunRecord): readonly string[] =>
	transitions.map(({to}) => to.split('.')[0] ?? '').filter((top, index, all) => top !== all[index - 1]);

/** A run's time is spent on something, but for what nobody saw; each figure is rounded, and a gap is of whole seconds. */
export const isAccountedFor = ({spec, status}: {spec: Run['spec']; status: RunRecord}): boolean => {
	const seconds = (from: string, to = ''): number => (Date.parse(to) - Date.parse(from)) / 1000;
	const {progressing = 0, halted = 0, waitingForPeople = 0} = status.seconds ?? {};
	const unknown = (status.gaps ?? []).reduce((sum, {from, to}) => sum + seconds(from, to), 0);
	const spent = progressing + halted + waitingForPeople + unknown;
	return Math.abs(seconds(spec.began, status.ended) - spent) <= 3;
};

export const release = async (simulation: Simulation, image: string): Promise<void> => {
	simulation.release(image);
	await simulation.untilPhase('Progressing');
	await simulation.toRest();
};
