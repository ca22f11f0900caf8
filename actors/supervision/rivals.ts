// Two Canaries with one target: the older acts, the newer is told, and takes over when the older goes.
import type {CanaryModel, Problem} from '../../api/model.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {canaries, rollouts} from '../../services/kubernetes/resources.ts';

/** The key of the registry: `namespace/name` of a Canary, `namespace/name/Kind` of anything else. */
export const keyOf = ({kind, metadata}: KubeObject): string =>
	`${metadata.namespace ?? ''}/${metadata.name}${kind === canaries.kind ? '' : `/${kind}`}`;

/** The keys of all that may be called `namespace/name`. */
export const keysAt = (place: string): readonly string[] => [place, `${place}/${rollouts.kind}`];

/** The key of the object that a model was read from. */
export const keyOfModel = ({origin, namespace, name}: CanaryModel): string =>
	`${namespace}/${name}${origin === undefined ? '' : `/${origin.kind}`}`;

const targetOf = ({namespace, target}: CanaryModel): string => `${namespace}/${target.kind}/${target.name}`;

const isOlder = (one: KubeObject, other: KubeObject): boolean => {
	const [a, b] = [one.metadata.creationTimestamp ?? '', other.metadata.creationTimestamp ?? ''];
	return a === b ? keyOf(one) < keyOf(other) : a < b;
};

const contested = (model: CanaryModel, rival: KubeObject): Problem => {
	const field = model.shape === 'managed' ? 'spec.targetRef.name' : 'spec.canary.name';
	const older = `${rival.metadata.name}.${rival.metadata.namespace ?? ''}`;
	return {
		field,
		value: model.target.name,
		text: `${field}: ${model.target.name} is the target of the older ${rival.kind} ${older} too`,
		remedy: `Delete one of the two${rival.kind === canaries.kind ? ' Canaries' : ''} or give them different targets`,
	};
};

type Known = {readonly object: KubeObject; readonly model: CanaryModel; readonly target: string};

/** All Canaries that exist, by what they want to act on. */
export class Rivals {
	readonly #known = new Map<string, Known>();
	readonly #byTarget = new Map<string, Set<string>>();

	/** Takes note of a Canary; answers whose model may be another now: the rivals of its former and present target. */
	note(object: KubeObject, model: CanaryModel): ReadonlySet<string> {
		const key = keyOf(object);
		const former = this.#known.get(key);
		const target = targetOf(model);
		if (former?.target === target) {
			this.#known.set(key, {object, model, target});
			return new Set();
		}

		const touched = this.forget(key);
		this.#known.set(key, {object, model, target});
		const rivals = this.#byTarget.get(target) ?? new Set();
		this.#byTarget.set(target, rivals);
		const all = new Set([...touched, ...rivals]);
		rivals.add(key);
		return all;
	}

	/** The Canary is gone; answers who may act in its place. */
	forget(key: string): ReadonlySet<string> {
		const target = this.#known.get(key)?.target ?? '';
		const rivals = this.#byTarget.get(target);
		rivals?.delete(key);
		if (rivals?.size === 0) {
			this.#byTarget.delete(target);
		}

		this.#known.delete(key);
		return new Set(rivals);
	}

	/** The Canary's model, with a problem if an older one has its target. */
	modelOf(key: string): CanaryModel | undefined {
		const known = this.#known.get(key);
		if (known === undefined) {
			return undefined;
		}

		const {object, model, target} = known;
		const older = [...(this.#byTarget.get(target) ?? [])]
			.flatMap((rival) => this.#known.get(rival)?.object ?? [])
			.find((rival) => keyOf(rival) !== key && isOlder(rival, object));
		return older === undefined ? model : {...model, problems: [contested(model, older), ...model.problems]};
	}
}
