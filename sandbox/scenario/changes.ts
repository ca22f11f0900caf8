// What a scenario's timeline does to the cluster: through the API, as a user with kubectl would.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {deployments, pathOf as resourcePath} from '../../services/kubernetes/resources.ts';
import {commandText, give} from './commands.ts';
import type {Hands} from './hands.ts';
import {inVersion, keyOf, type Happens, type Scenario} from './read.ts';

const BY = 'scenario';

type Change = Pick<Happens, 'apply' | 'patch' | 'delete' | 'release' | 'command'>;

type Reference = {
	readonly apiVersion: string;
	readonly kind: string;
	readonly namespace?: string;
	readonly name: string;
};

/** The path of an object's kind, in its namespace; throws as kubectl does when the kind is not known. */
export const collectionPath = async (
	{send}: Pick<Hands, 'send'>,
	{apiVersion, kind, namespace = 'default'}: Omit<Reference, 'name'>,
): Promise<string> => {
	const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
	const {resources = []} = (await send('GET', root, 'application/json')) as {
		resources?: ReadonlyArray<{name: string; kind: string; namespaced: boolean}>;
	};
	const found = resources.find((one) => one.kind === kind && !one.name.includes('/'));
	if (found === undefined) {
		throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
	}

	return `${root}${found.namespaced ? `/namespaces/${namespace}` : ''}/${found.name}`;
};

const pathOf = async (hands: Hands, reference: Reference): Promise<string> =>
	`${await collectionPath(hands, reference)}/${reference.name}`;

const apply = async (hands: Hands, object: KubeObject): Promise<void> => {
	const {apiVersion, kind, metadata} = object;
	const path = await pathOf(hands, {apiVersion, kind, ...metadata});
	await hands.send('PATCH', `${path}?fieldManager=${BY}&force=true`, 'application/apply-patch+yaml', object);
};

/** Gives a Deployment another template. Rejects when there is none. */
export const giveTemplate = async (hands: Hands, deployment: KubeObject): Promise<void> => {
	const {namespace, name} = deployment.metadata;
	const value = deployment.spec?.['template'];
	const path = `${resourcePath(deployments, namespace, name)}?fieldManager=${BY}`;
	await hands.send('PATCH', path, 'application/json-patch+json', [{op: 'replace', path: '/spec/template', value}]);
};

/** Makes one change. Rejects with the API server's message. */
export const change = async (hands: Hands, {deployment, canary}: Scenario, happens: Change): Promise<void> => {
	for (const object of happens.apply ?? []) {
		await apply(hands, object);
	}

	if (happens.patch !== undefined) {
		const {merge, ...reference} = happens.patch;
		const path = `${await pathOf(hands, reference)}?fieldManager=${BY}`;
		await hands.send('PATCH', path, 'application/merge-patch+json', merge);
	}

	if (happens.delete !== undefined) {
		await hands.send('DELETE', await pathOf(hands, happens.delete), 'application/json');
	}

	if (happens.release !== undefined) {
		const {deployment: named, ...version} = happens.release;
		const {namespace, name} = named === undefined ? (deployment ?? {namespace: '', name: ''}) : keyOf(named);
		const current = await hands.send('GET', resourcePath(deployments, namespace, name), 'application/json');
		await giveTemplate(hands, inVersion(current as KubeObject, version));
	}

	if (happens.command !== undefined) {
		await give(hands, happens.command, canary);
	}
};

const named = ({kind, namespace = 'default', name}: {kind: string; namespace?: string; name: string}): string =>
	`${kind} ${namespace}/${name}`;

/** A change in words. */
export const changeText = ({apply: objects, patch, delete: gone, release, fault, command}: Happens): string => {
	if (objects !== undefined) {
		return `applied: ${objects.map(({kind, metadata}) => named({kind, ...metadata})).join(', ')}`;
	}

	if (patch !== undefined) {
		return `patched: ${named(patch)}`;
	}

	if (gone !== undefined) {
		return `deleted: ${named(gone)}`;
	}

	if (release !== undefined) {
		const behaves = Object.entries(release.behaviour ?? {}).map(([name, value]) => `${name} ${value}`);
		return `released: ${[release.image ?? 'the same image', ...behaves].join(', ')}`;
	}

	if (command !== undefined) {
		return commandText(command);
	}

	const {for: time = '', ...what} = fault ?? {};
	const [kind = '', value = ''] = Object.entries(what)[0] ?? [];
	return `fault for ${time}: ${kind} ${value}`;
};
