// One Service, subsets of a DestinationRule: which subset is the primary's, and which the canary's.
import type {CanaryModel, Problem} from '../../../api/model.ts';
import type {Cluster, KubeObject, Resource} from '../../kubernetes/cluster.ts';
import {deployments} from '../../kubernetes/resources.ts';
import {workloadsOf} from '../../workloads/index.ts';
import {renderPrimary} from '../../workloads/render.ts';
import {known, knownAll} from '../../objects/rewrite.ts';
import {templateOf, type Labels} from '../../objects/shapes.ts';
import {serviceOf} from '../hosts.ts';
import type {Surroundings} from '../router.ts';

type Rule = {
	readonly host?: string;
	readonly subsets?: ReadonlyArray<{readonly name?: string; readonly labels?: Labels}>;
};

/** Whose a subset is; `both` and `neither` by its labels, `unknown` by its name alone. */
type Whose = 'primary' | 'canary' | 'both' | 'neither' | 'unknown';

/** Names that tell by themselves, where no DestinationRule in the namespace defines the subset. */
const telling: ReadonlyMap<string, Whose> = new Map([
	['ga', 'primary'],
	['primary', 'primary'],
	['stable', 'primary'],
	['canary', 'canary'],
]);

/** Both sides have one host, so that subsets tell them apart. */
export const isBySubsets = ({shape, hosts, namespace}: CanaryModel): boolean =>
	shape === 'paired' &&
	hosts.primary !== '' &&
	serviceOf(hosts.primary, namespace) === serviceOf(hosts.canary, namespace);

/** Keeps the DestinationRules of the one Service. */
export const isRuleOf =
	({hosts, namespace}: CanaryModel) =>
	(object: KubeObject): boolean =>
		serviceOf((object.spec as Rule | undefined)?.host ?? '', namespace) === serviceOf(hosts.primary, namespace);

/** What `whoseSubset` needs, from the cache. */
export const surroundingsOf = async (
	cluster: Cluster,
	model: CanaryModel,
	rules: Resource,
	signal: AbortSignal | undefined,
): Promise<Surroundings> => {
	if (!isBySubsets(model)) return {parts: []};
	const {namespace} = model;
	const {resource} = workloadsOf(model.target) ?? {resource: deployments};
	const [parts, target, primary] = await Promise.all([
		knownAll(cluster, rules, namespace, {keep: isRuleOf(model)}, signal),
		known(cluster, resource, namespace, model.target.name, signal),
		known(cluster, resource, namespace, model.primary.name, signal),
	]);
	return {parts, target, primary};
};

const labelsOf = (name: string, {parts}: Surroundings): readonly Labels[] =>
	parts
		.flatMap(({spec}) => (spec as Rule | undefined)?.subsets ?? [])
		.flatMap((subset) => (subset.name === name ? [subset.labels ?? {}] : []));

const selects = (subset: Labels, labels: Labels = {}): boolean =>
	Object.entries(subset).every(([key, value]) => labels[key] === value);

const podLabels = (workload: KubeObject | undefined): Labels | undefined =>
	workload === undefined ? undefined : (templateOf(workload).metadata?.labels ?? {});

/** By the fields of the Canary, else by the labels of the subset, else by its name. */
export const whoseSubset = (model: CanaryModel, name: string, around: Surroundings): Whose => {
	const {subsets = {}} = model;
	if (name !== '' && name === subsets.primary) return 'primary';
	if (name !== '' && name === subsets.canary) return 'canary';
	const defined = labelsOf(name, around);
	const [primary, canary] = [podLabels(around.primary), podLabels(around.target)];
	if (defined.length === 0 || primary === undefined || canary === undefined) return telling.get(name) ?? 'unknown';
	const [fitsPrimary, fitsCanary] = [primary, canary].map((labels) => defined.some((one) => selects(one, labels)));
	if (fitsPrimary && fitsCanary) return 'both';
	if (fitsPrimary) return 'primary';
	return fitsCanary ? 'canary' : 'neither';
};

const because: Readonly<Record<Whose, string>> = {
	primary: 'is the primary’s',
	canary: 'is the canary’s',
	both: 'selects pods of both',
	neither: 'selects pods of neither',
	unknown: 'is defined by no DestinationRule of this namespace',
};

const remedyFor = ({primary, target}: CanaryModel): string =>
	`Give one http route two destinations with subsets, one that selects the pods of ${primary.name} alone and one those ` +
	`of ${target.name}, or name them in spec.primary.subset and spec.canary.subset`;

/** No route has one subset of each side: what each of its subsets is instead. */
export const withoutSubsets = (
	model: CanaryModel,
	route: string,
	names: readonly string[],
	around: Surroundings,
): Problem => {
	const told = names.map((name) =>
		name === '' ? 'one has no subset' : `${name} ${because[whoseSubset(model, name, around)]}`,
	);
	const what = `${route} does not tell the subsets of ${model.hosts.primary} apart`;
	return {
		field: route,
		value: names.join(', '),
		text:
			told.length === 0 ? `${route} does not contain routes for ${model.hosts.primary}` : `${what}: ${told.join(', ')}`,
		remedy: remedyFor(model),
	};
};

/** A promotion takes the target's labels along; a subset that selects by one of them would lose or win pods by it. */
export const subsetsAfterPromotion = (
	model: CanaryModel,
	names: {readonly primary: string; readonly canary: string},
	around: Surroundings,
): readonly Problem[] => {
	const {target, primary} = around;
	if (target === undefined || primary === undefined) return [];
	const after = renderPrimary(model, target, primary).metadata?.labels ?? {};
	const keeps = labelsOf(names.primary, around).every((labels) => selects(labels, after));
	const wins = labelsOf(names.canary, around).some((labels) => selects(labels, after));
	if (keeps && !wins) return [];
	const name = keeps ? names.canary : names.primary;
	return [
		{
			field: `DestinationRule of ${model.hosts.primary}`,
			value: name,
			text: `subset ${name} would ${keeps ? 'win' : 'lose'} the pods of ${primary.metadata.name} by a promotion`,
			remedy: `Let it select by labels that are in the selectors of both workloads, such as release: ${name}`,
		},
	];
};
