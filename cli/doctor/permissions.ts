// Who may what: the caller, and the operator's service account. Both are asked of the API server's own authorizer.
import {readFile} from 'node:fs/promises';
import {parseAllDocuments} from 'yaml';
import {verbs} from '../../api/model.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import {rollouts} from '../../services/kubernetes/resources.ts';
import {providerNamed, providers} from '../../services/providers/index.ts';
import {ANSWER_MS, type Access} from '../cluster-access.ts';
import {broken, doubtful, sound, type Finding} from './finding.ts';
import type {Served} from './mesh.ts';

type Attributes = {
	readonly group: string;
	readonly resource: string;
	readonly subresource?: string;
	readonly verb: string;
	readonly namespace?: string;
};

type Rule = {
	readonly apiGroups: readonly string[];
	readonly resources: readonly string[];
	readonly verbs: readonly string[];
};

const OPERATOR = 'operator/rbac.yaml';
const RULES = new URL(`../../artifacts/${OPERATOR}`, import.meta.url);

const write = ({group, resource, subresource, verb}: Attributes): string =>
	`${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`;

/** True, false, or undefined where reviews are not for this caller. Rejects with ApiError when no answer comes. */
const isAllowed = async (access: Access, asked: Attributes, user?: string): Promise<boolean | undefined> => {
	const kind = user === undefined ? 'SelfSubjectAccessReview' : 'SubjectAccessReview';
	const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`;
	const groups = ['system:serviceaccounts', 'system:authenticated'];
	const spec = {resourceAttributes: asked, ...(user !== undefined && {user, groups})};
	const body = {apiVersion: 'authorization.k8s.io/v1', kind, spec};
	try {
		const request = {verb: 'create', resource: kind, path, body, timeoutMs: ANSWER_MS, patient: false} as const;
		const {status} = (await access.api.request(request)) as {status?: {allowed?: unknown}};
		return status?.allowed === true;
	} catch (error) {
		if (error instanceof ApiError && error.code !== 0) {
			return undefined;
		}

		throw error;
	}
};

/** Those that are not allowed; undefined where it cannot be told. */
const lacking = async (
	access: Access,
	all: readonly Attributes[],
	user?: string,
): Promise<readonly string[] | undefined> => {
	const [first, ...rest] = all;
	if (first === undefined) {
		return [];
	}

	// Whoever may not ask once may not ask fifty times.
	const allowed = await isAllowed(access, first, user);
	if (allowed === undefined) {
		return undefined;
	}

	const others = await Promise.all(rest.map((one) => isAllowed(access, one, user)));
	return all.filter((_, index) => [allowed, ...others][index] !== true).map((one) => write(one));
};

const seeing = (namespace: string): readonly Attributes[] =>
	[
		...['get', 'list', 'watch'].map((verb) => ({group: 'flagger.app', resource: 'canaries', verb})),
		...['list', 'watch'].map((verb) => ({group: '', resource: 'events', verb})),
		...['list', 'watch'].map((verb) => ({group: '', resource: 'pods', verb})),
		...['list', 'watch'].map((verb) => ({group: 'aviary.dev', resource: 'canarycommands', verb})),
		...['get', 'list'].map((verb) => ({group: 'aviary.dev', resource: 'canaryruns', verb})),
	].map((one) => ({...one, namespace}));

const steering = (namespace: string): readonly Attributes[] => [
	{group: 'aviary.dev', resource: 'canarycommands', verb: 'create', namespace},
	...verbs.map((verb) => ({group: 'flagger.app', resource: 'canaries', verb, namespace})),
];

const whether = (may: string, missing: readonly string[] | undefined, role: string): Finding => {
	if (missing === undefined) {
		return doubtful('You', `whether you may ${may} cannot be told`, 'ask for the ClusterRole system:basic-user');
	}

	return missing.length === 0
		? sound('You', `may ${may}`)
		: doubtful('You', `may not ${may}: ${missing.join(', ')}`, `ask for the ClusterRole ${role} in this namespace`);
};

/** What the caller may do in the namespace. */
export const examineCaller = async (access: Access): Promise<readonly Finding[]> => {
	const {namespace} = access;
	const [see, steer] = await Promise.all([lacking(access, seeing(namespace)), lacking(access, steering(namespace))]);
	return [
		whether(`see Canaries in ${namespace}`, see, 'aviary-viewer'),
		whether(`steer Canaries in ${namespace}`, steer, 'aviary-releaser'),
	];
};

const rulesOfOperator = async (): Promise<readonly Rule[]> =>
	parseAllDocuments(await readFile(RULES, 'utf8'))
		.map((document) => document.toJS() as {kind?: string; rules?: readonly Rule[]})
		.flatMap(({kind, rules}) => (kind === 'ClusterRole' ? (rules ?? []) : []));

const attributesOf = (
	{apiGroups, resources, verbs: allowed}: Rule,
	namespace: string | undefined,
): readonly Attributes[] =>
	apiGroups.flatMap((group) =>
		resources.flatMap((written) => {
			const [resource = '', subresource] = written.split('/');
			return allowed.map((verb) => ({
				group,
				resource,
				verb,
				...(subresource !== undefined && {subresource}),
				...(namespace !== undefined && {namespace}),
			}));
		}),
	);

export type Account = {
	readonly namespace: string;
	readonly name: string;
	/** The only namespace that it attends to; undefined for all. */
	readonly attended: string | undefined;
};

/**
 * Whether the operator's account has what artifacts/operator/rbac.yaml and the manifest of its provider give it, as far
 * as this cluster has the kinds.
 */
export const examineOperatorRights = async (
	access: Access,
	{account, meshProvider}: {readonly account: Account; readonly meshProvider: string},
	served: Served,
): Promise<Finding> => {
	const {grantedIn = OPERATOR, permissions = []} = providerNamed(meshProvider) ?? {};
	const optional = new Set([rollouts.group, ...providers.flatMap(({apis}) => apis.map(({group}) => group))]);
	const ofProvider =
		grantedIn === OPERATOR ? [] : permissions.map(({group, ...rule}) => ({apiGroups: [group], ...rule}));
	const wanted = [...(await rulesOfOperator()), ...ofProvider]
		.filter(({apiGroups}) => !apiGroups.some((group) => optional.has(group) && !served.has(group)))
		.flatMap((rule) => attributesOf(rule, account.attended));
	const files = [...new Set([OPERATOR, grantedIn])].map((file) => `artifacts/${file}`);
	const who = `serviceaccount ${account.namespace}/${account.name}`;
	const missing = await lacking(access, wanted, `system:serviceaccount:${account.namespace}:${account.name}`);
	if (missing === undefined) {
		return doubtful(
			'Permissions',
			`what ${who} may do cannot be told`,
			'ask for the right to create subjectaccessreviews.authorization.k8s.io',
		);
	}

	return missing.length === 0
		? sound('Permissions', `${who} has all ${wanted.length} rights that the operator uses`)
		: broken(
				'Permissions',
				`${who} may not ${missing.join(', ')}`,
				`apply ${files.join(' and ')}, and bind ${files.length === 1 ? 'it' : 'them'} to this account`,
			);
};
