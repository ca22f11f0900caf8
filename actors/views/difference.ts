// The difference between what the primary runs and the target's revision, for those who look: of objects that the
// daemon follows anyway. What is in ConfigMaps and Secrets it may not read, and does not.
import {canonicalJson} from '../../api/canonical.ts';
import type {ChangeView, RevisionDiffView} from '../../api/http/diff-views.ts';
import type {CanaryModel} from '../../api/model.ts';
import {sleep, type Clock} from '../../services/clock.ts';
import type {Cluster, KubeObject} from '../../services/kubernetes/cluster.ts';
import {Refusal} from '../../services/web/refusal.ts';
import {comparedOf, revisionDiff, type Compared} from '../../services/workloads/difference/revision-diff.ts';
import {workloadsOf} from '../../services/workloads/index.ts';
import {knownAll} from '../../services/objects/rewrite.ts';
import type {Workloads} from '../../services/workloads/workload.ts';

const ANSWER_MS = 10_000;
const REMEDY = 'see what is to be mended';

export const diffLimits = {
	/** Characters of a template as JSON; as many as of one that is kept to go back to. */
	template: 262_144,
	changes: 500,
	lines: 2000,
	/** Characters of one value, and of one line. */
	value: 2000,
} as const;

/** Rejects with Refusal. */
export type DiffOf = (cluster: Cluster, model: CanaryModel, signal: AbortSignal) => Promise<RevisionDiffView>;

type View = Omit<RevisionDiffView, 'namespace' | 'name' | 'command'>;

const clipped = (text: string): string =>
	text.length <= diffLimits.value ? text : `${text.slice(0, diffLimits.value).toWellFormed()}…`;

const viewOf = ({path, kind, before, after}: ChangeView): ChangeView => ({
	path: clipped(path),
	kind,
	...(before !== undefined && {before: clipped(before)}),
	...(after !== undefined && {after: clipped(after)}),
});

/** Too much to compare while others wait. */
const isTooLarge = (workloads: Workloads, model: CanaryModel, {target, primary}: Compared): boolean => {
	const {before, after} = workloads.comparison(model, target, primary);
	return [before, after].some((template) => canonicalJson(template).length > diffLimits.template);
};

const compare = (workloads: Workloads, model: CanaryModel, {target, primary}: Compared): View => {
	const {changes, unified, configs} = revisionDiff(workloads, model, {target, primary}, {isMasked: true});
	const lines = unified.slice(0, diffLimits.lines).map((line) => clipped(line));
	return {
		kind: workloads.kind,
		primary: {name: primary.metadata.name, revision: workloads.read(primary).promoted ?? ''},
		canary: {name: target.metadata.name, revision: workloads.read(target).revision},
		same: changes.length === 0,
		changes: changes.slice(0, diffLimits.changes).map((change) => viewOf(change)),
		unified: lines.join('\n'),
		omitted: Math.max(0, changes.length - diffLimits.changes) + (unified.length - lines.length),
		configs: configs.map(({where, ...config}) => ({...config, where: [...where]})),
	};
};

type Found = {readonly object: KubeObject | undefined; readonly others: readonly KubeObject[]};

/** The objects as the cache has them; those that nobody follows are asked for, for so long and no longer. */
const objectsOf = async (
	{cluster, clock, signal}: {readonly cluster: Cluster; readonly clock: Clock; readonly signal: AbortSignal},
	{resource, sides}: Workloads,
	model: CanaryModel,
): Promise<Found> => {
	const {namespace, target, primary} = model;
	const parts = sides?.parts(model) ?? {resource, wanted: {name: primary.name}};
	const over = new AbortController();
	const until = AbortSignal.any([signal, over.signal]);
	const read = async (): Promise<Found> => {
		const [[object], others] = await Promise.all([
			knownAll(cluster, resource, namespace, {name: target.name}, until),
			knownAll(cluster, parts.resource, namespace, parts.wanted, until),
		]);
		return {object, others};
	};

	const late = async (): Promise<never> => {
		await sleep(clock, ANSWER_MS, until);
		throw new Refusal('api-server', `nothing is known of ${resource.plural} yet`, 'ask again in a moment');
	};

	try {
		return await Promise.race([read(), late()]);
	} finally {
		over.abort();
	}
};

const bothOf = (workloads: Workloads, {namespace, target, primary}: CanaryModel, found: Found): Compared => {
	const both = comparedOf(workloads, found.object, found.others);
	if (both.target !== undefined && both.primary !== undefined) return {target: both.target, primary: both.primary};
	const name = both.target === undefined ? target.name : primary.name;
	throw new Refusal('not-found', `there is no ${workloads.kind} ${name} in the namespace ${namespace}`, REMEDY);
};

const viewOfBoth = (workloads: Workloads, model: CanaryModel, both: Compared, command: string): View => {
	try {
		if (!isTooLarge(workloads, model, both)) return compare(workloads, model, both);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new Refusal('conflict', error.message, REMEDY);
	}

	throw new Refusal('too-large', 'the templates are too large to be compared here', `ask ${command}`);
};

/** Compares what there is of a Canary once, however often it is asked. */
export const createDiff = (clock: Clock): DiffOf => {
	const known = new WeakMap<KubeObject, {readonly from: readonly unknown[]; readonly view: View}>();
	return async (cluster, model, signal) => {
		const {namespace, name, target} = model;
		const workloads = workloadsOf(target);
		if (workloads === undefined) {
			throw new Refusal('conflict', `a target of the kind ${target.kind || 'none'} cannot be compared`, REMEDY);
		}

		const found = await objectsOf({cluster, clock, signal}, workloads, model);
		const both = bothOf(workloads, model, found);
		const command = `aviary diff ${name} -n ${namespace}`;
		// Objects of the cache are replaced, never changed.
		const from = [model, found.object, ...found.others];
		const former = known.get(found.object ?? both.target);
		const isKnown = former?.from.length === from.length && former.from.every((one, index) => one === from[index]);
		const view = isKnown ? former.view : viewOfBoth(workloads, model, both, command);
		known.set(found.object ?? both.target, {from, view});
		return {namespace, name, command, ...view};
	};
};
