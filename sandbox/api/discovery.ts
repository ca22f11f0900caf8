// Discovery: which groups, versions and resources there are.
import type {Json} from './json.ts';
import {apiVersionOf, type Kind, type Kinds} from './kinds.ts';
import {byPreference} from './crd.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What can only be posted: reviews that are answered at once. */
const reviews: ReadonlyArray<readonly [string, string, string]> = [
	['authentication.k8s.io', 'tokenreviews', 'TokenReview'],
	['authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview'],
	['authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'],
	['authorization.k8s.io', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'],
	['authorization.k8s.io', 'subjectaccessreviews', 'SubjectAccessReview'],
];

const podSubresources: ReadonlyArray<readonly [string, string, readonly string[]]> = [
	['log', 'Pod', ['get']],
	['exec', 'PodExecOptions', ['create', 'get']],
	['attach', 'PodAttachOptions', ['create', 'get']],
	['portforward', 'PodPortForwardOptions', ['create', 'get']],
];

type Sub = {readonly name: string; readonly gvk: Json; readonly verbs: readonly string[]};

const subresourcesOf = (kind: Kind, version: string): readonly Sub[] => {
	const gvk = {group: kind.key.group, version, kind: kind.kind};
	const written = ['get', 'patch', 'update'];
	const subs: Sub[] = [];
	if (kind.hasStatus) subs.push({name: 'status', gvk, verbs: written});
	if (kind.scale) subs.push({name: 'scale', gvk: {group: 'autoscaling', version: 'v1', kind: 'Scale'}, verbs: written});
	if (kind.key.plural !== 'pods') return subs;
	return [...subs, ...podSubresources.map(([name, of, allowed]) => ({name, gvk: {...gvk, kind: of}, verbs: allowed}))];
};

/** The versions of each group, preferred first. */
export const versionsByGroup = (kinds: Kinds): ReadonlyMap<string, readonly string[]> => {
	const groups = new Map<string, Set<string>>();
	const add = (group: string, version: string): void => {
		const versions = groups.get(group) ?? new Set<string>();
		groups.set(group, versions.add(version));
	};

	for (const kind of kinds.all()) for (const {name} of kind.versions) add(kind.key.group, name);
	for (const [group] of reviews) add(group, 'v1');
	return new Map([...groups].map(([group, versions]) => [group, [...versions].sort(byPreference)]));
};

/** The kinds of a group that are served in a version. */
export const servedIn = (kinds: Kinds, group: string, version: string): readonly Kind[] =>
	kinds.all().filter((kind) => kind.key.group === group && kind.versions.some(({name}) => name === version));

/** The reviews of a group. */
export const reviewsIn = (group: string): ReadonlyArray<readonly [string, string, string]> =>
	reviews.filter(([of]) => of === group);

const groupOf = (group: string, versions: readonly string[]): Json => {
	const all = versions.map((version) => ({groupVersion: apiVersionOf(group, version), version}));
	return {name: group, versions: all, preferredVersion: all[0]};
};

/** `/api` and `/apis` as old clients ask for them. */
export const plainDiscovery = (kinds: Kinds, root: 'api' | 'apis'): Json => {
	if (root === 'api') return {kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: []};
	const groups = [...versionsByGroup(kinds)].filter(([group]) => group !== '');
	return {
		kind: 'APIGroupList',
		apiVersion: 'v1',
		groups: groups.map(([group, versions]) => groupOf(group, versions)),
	};
};

/** `/apis/G`, or undefined when there is no such group. */
export const groupDiscovery = (kinds: Kinds, group: string): Json | undefined => {
	const versions = versionsByGroup(kinds).get(group);
	return versions && {kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, versions)};
};

const resourceEntries = (kind: Kind, version: string): readonly Json[] => {
	const {plural} = kind.key;
	return [
		{
			name: plural,
			singularName: kind.singular,
			namespaced: kind.namespaced,
			kind: kind.kind,
			verbs,
			...(kind.shortNames.length > 0 && {shortNames: kind.shortNames}),
			...(kind.categories.length > 0 && {categories: kind.categories}),
		},
		...subresourcesOf(kind, version).map((sub) => ({
			name: `${plural}/${sub.name}`,
			singularName: '',
			namespaced: kind.namespaced,
			...(sub.name === 'scale' && {group: 'autoscaling', version: 'v1'}),
			kind: sub.gvk['kind'],
			verbs: sub.verbs,
		})),
	];
};

/** `/api/v1` and `/apis/G/V`, or undefined when it is not served. */
export const resourceDiscovery = (kinds: Kinds, group: string, version: string): Json | undefined => {
	if (!versionsByGroup(kinds).get(group)?.includes(version)) return undefined;
	const posted = reviewsIn(group).map(([, name, kind]) => ({
		name,
		singularName: kind.toLowerCase(),
		namespaced: false,
		kind,
		verbs: ['create'],
	}));
	return {
		kind: 'APIResourceList',
		apiVersion: 'v1',
		groupVersion: apiVersionOf(group, version),
		resources: [...servedIn(kinds, group, version).flatMap((kind) => resourceEntries(kind, version)), ...posted],
	};
};

const aggregatedResource = (kind: Kind, version: string): Json => ({
	resource: kind.key.plural,
	responseKind: {group: kind.key.group, version, kind: kind.kind},
	scope: kind.namespaced ? 'Namespaced' : 'Cluster',
	singularResource: kind.singular,
	verbs,
	shortNames: kind.shortNames,
	categories: kind.categories,
	subresources: subresourcesOf(kind, version).map((sub) => ({
		subresource: sub.name,
		responseKind: sub.gvk,
		verbs: sub.verbs,
	})),
});

const aggregatedReview = ([group, name, kind]: readonly [string, string, string]): Json => ({
	resource: name,
	responseKind: {group, version: 'v1', kind},
	scope: 'Cluster',
	singularResource: kind.toLowerCase(),
	verbs: ['create'],
});

/** `/api` and `/apis` with everything in one answer, in `v2` or `v2beta1`. */
export const aggregatedDiscovery = (kinds: Kinds, root: 'api' | 'apis', format: string): Json => ({
	kind: 'APIGroupDiscoveryList',
	apiVersion: `apidiscovery.k8s.io/${format}`,
	metadata: {},
	items: [...versionsByGroup(kinds)]
		.filter(([group]) => (group === '') === (root === 'api'))
		.map(([group, versions]) => ({
			metadata: {name: group, creationTimestamp: null},
			versions: versions.map((version) => ({
				version,
				freshness: 'Current',
				resources: [
					...servedIn(kinds, group, version).map((kind) => aggregatedResource(kind, version)),
					...reviewsIn(group).map((review) => aggregatedReview(review)),
				],
			})),
		})),
});
