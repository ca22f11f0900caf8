// What the new revision changes against the primary: the primary's template as it stands beside the one that a
// promotion of the target would give it, whatever the kind. Pure.
import type {CanaryModel} from '../../../api/model.ts';
import type {KubeObject} from '../../kubernetes/cluster.ts';
import type {Labelling} from '../render.ts';
import type {Workloads} from '../workload.ts';
import {changesOf, type Change} from './changes.ts';
import {configChanges, type ConfigChange} from './config-references.ts';
import {maskedBoth} from './masking.ts';
import {unifiedDiff} from './unified.ts';

export type RevisionDiff = {
	/** None when the primary runs the target's revision. */
	readonly changes: readonly Change[];
	/** The same as `diff -u` shows it, of both templates in YAML; none when there are no changes. */
	readonly unified: readonly string[];
	/** ConfigMaps and Secrets that only one of the templates refers to; what is in them is for others to read. */
	readonly configs: readonly ConfigChange[];
};

/** The objects of both sides; where a kind keeps both in one object, as its `sides` tell them apart. */
export type Compared = {readonly target: KubeObject; readonly primary: KubeObject};

/** The two sides of what is there; undefined for one that is missing. */
export const comparedOf = (
	{sides}: Workloads,
	target: KubeObject | undefined,
	others: readonly KubeObject[],
): Partial<Compared> => {
	if (target === undefined) return {};
	if (sides !== undefined) return sides.of(target, others);
	const [primary] = others;
	return {target, ...(primary && {primary})};
};

export type DiffOptions = {
	/** What looks like a secret is left out: for readers who may not be allowed to read workloads. */
	readonly isMasked: boolean;
	readonly labelling?: Labelling;
};

/** Compares what is there. Throws RangeError when the target cannot be rendered, which the survey reports, too. */
export const revisionDiff = (
	workloads: Workloads,
	model: CanaryModel,
	{target, primary}: Compared,
	{isMasked, labelling}: DiffOptions,
): RevisionDiff => {
	const {before, after} = workloads.comparison(model, target, primary, labelling);
	const [was, is] = isMasked ? maskedBoth(before, after) : [before, after];
	const kind = workloads.kind.toLowerCase();
	const name = `${kind}/${primary.metadata.name}`;
	const from = `${name} as it runs`;
	const isOne = target.metadata.name === primary.metadata.name;
	const to = `${name} with ${isOne ? 'its newest revision' : `the template of ${kind}/${target.metadata.name}`}`;
	return {
		changes: changesOf(was, is),
		unified: unifiedDiff(was, is, [from, to]),
		configs: configChanges(before, after),
	};
};
