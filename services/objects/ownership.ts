// Who owns what: everything that we make carries our Canary as its controller, and what another controls is left alone.
import type {CanaryModel, Problem} from '../../api/model.ts';
import type {KubeObject, OwnerReference} from '../kubernetes/cluster.ts';
import type {Labels} from './shapes.ts';

/** Keeps Flux from reverting what we generate; the peer sets the same. */
export const fluxDisabled: Readonly<Labels> = {
	'kustomize.toolkit.fluxcd.io/reconcile': 'disabled',
	'helm.toolkit.fluxcd.io/driftDetection': 'disabled',
};

/** The controller reference of everything generated for a canary. */
export const ownerOf = (model: CanaryModel): OwnerReference => ({
	apiVersion: model.origin === undefined ? 'flagger.app/v1beta1' : `${model.origin.group}/${model.origin.version}`,
	kind: model.origin?.kind ?? 'Canary',
	name: model.name,
	uid: model.uid,
	controller: true,
	blockOwnerDeletion: true,
});

const controllerOf = (object: KubeObject): OwnerReference | undefined =>
	object.metadata.ownerReferences?.find((owner) => owner.controller === true);

/** Whether the object is controlled by this canary. */
export const isOurs = (model: CanaryModel, object: KubeObject): boolean => controllerOf(object)?.uid === model.uid;

/** The problem of a generated name that another controller owns; undefined when it is free for us to write. */
export const foreignOwner = (model: CanaryModel, object: KubeObject): Problem | undefined => {
	const owner = controllerOf(object);
	if (owner === undefined || owner.uid === model.uid) return undefined;
	const what = `${object.kind} ${object.metadata.name}.${model.namespace}`;
	return {
		field: what,
		value: `${owner.kind} ${owner.name}`,
		text: `${what} is controlled by ${owner.kind} ${owner.name} and is not touched`,
		remedy: `Rename or delete ${what}, or let ${owner.kind} ${owner.name} give it up`,
	};
};

/** A generated name is taken by what another controller owns: nothing was written, and trying again does not help. */
export class Taken extends Error {
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.text);
		this.name = 'Taken';
		this.problem = problem;
	}
}

/** Throws Taken when another controller owns the object. */
export const assertFree = (model: CanaryModel, object: KubeObject): void => {
	const problem = foreignOwner(model, object);
	if (problem !== undefined) throw new Taken(problem);
};
