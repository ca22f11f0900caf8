// The walk-through of subsets as a simulation: its objects, as Git or a hand changes them.
import type {ExecutionContext} from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {subsetObjects} from '../releases/shapes.ts';
import {simulate} from './simulation.ts';
import type {Simulation} from './simulation.ts';

export type Spec = Record<string, unknown>;
type Policy = 'restore' | 'adopt' | 'yield';

export const written = await subsetObjects();
export const isNamed = (kind: string, name: string) => (object: KubeObject) =>
	object.kind === kind && object.metadata.name === name;
export const isRoute = isNamed('VirtualService', 'podinfo');

export const edited =
	(isOne: (object: KubeObject) => boolean, change: (spec: Spec) => Spec) =>
	(object: KubeObject): KubeObject =>
		isOne(object) ? {...object, spec: change(structuredClone(object.spec ?? {}))} : object;

export const weighted = (canary: number) =>
	edited(isRoute, (spec) => {
		const text = JSON.stringify(spec['http']).replaceAll(
			/"subset":"(canary|ga)"\},"weight":\d+/g,
			(_, subset: string) => `"subset":"${subset}"},"weight":${subset === 'canary' ? canary : 100 - canary}`,
		);
		return {...spec, http: JSON.parse(text) as unknown};
	});

export const tagged = (name: string, tag: string) =>
	edited(
		isNamed('Deployment', name),
		(spec) => JSON.parse(JSON.stringify(spec).replace(/podinfo:\d\.\d\.\d/, `podinfo:${tag}`)) as Spec,
	);

const ofPolicy = (onRouteChange: Policy | undefined) =>
	edited(
		({kind}) => kind === 'Canary',
		({onRouteChange: _, ...spec}) => ({...spec, ...(onRouteChange && {onRouteChange})}),
	);

/** The walk-through's objects with GA 0.1.0 and its canary 0.2.0, and the daemon. */
export const started = async (t: ExecutionContext, policy?: Policy, except: readonly string[] = []) => {
	const objects = written.map((object) => ofPolicy(policy)(object));
	// By hand or by Git, weights rise by other steps than a run's.
	const simulation = await simulate({shape: 'first', edit: () => objects, except: ['T2', ...except]}, t);
	const daemon = await simulation.start();
	await simulation.until(() => simulation.weight() === 10, 300, 'the first step');
	return {simulation, daemon};
};

export const said = (simulation: Simulation): string => [...simulation.events().keys()].join('\n');
export const setByHand = (simulation: Simulation, canary: number): void => {
	simulation.edit('virtualservices', 'podinfo', weighted(canary));
};

export const status = (simulation: Simulation, field: string): string => String(simulation.status()[field]);
