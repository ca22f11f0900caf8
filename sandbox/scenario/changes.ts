// What a scenario's timeline does to the cluster: through the API, as a user with kubectl would.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {discoverable, type Embedded} from '../embedded.ts';
import {inVersion, keyOf, type Happens, type Scenario} from './read.ts';

const BY = 'scenario';
const deploymentsKey = {group: 'apps', plural: 'deployments'};

type Change = Pick<Happens, 'apply' | 'patch' | 'delete' | 'release'>;

type Reference = {
	readonly apiVersion: string;
	readonly kind: string;
	readonly namespace?: string;
	readonly name: string;
};

const send = ({handler}: Embedded, method: string, path: string, contentType: string, body?: unknown): void => {
	const answer = handler({
		method,
		path,
		headers: {'content-type': contentType},
		...(body !== undefined && {body: JSON.stringify(body)}),
	});
	if (answer.status >= 300 && 'body' in answer) {
		throw new Error((JSON.parse(answer.body) as {message: string}).message);
	}
};

const pathOf = (embedded: Embedded, {apiVersion, kind, namespace = 'default', name}: Reference): string =>
	`${discoverable(embedded.handler, {apiVersion, kind, metadata: {name, namespace}})}/${name}`;

const apply = (embedded: Embedded, object: KubeObject): void => {
	const {apiVersion, kind, metadata} = object;
	const path = pathOf(embedded, {apiVersion, kind, ...metadata});
	send(embedded, 'PATCH', `${path}?fieldManager=${BY}&force=true`, 'application/apply-patch+yaml', object);
};

/** Gives a Deployment another template. Throws when there is none. */
export const giveTemplate = ({store}: Embedded, deployment: KubeObject): void => {
	const {namespace, name} = deployment.metadata;
	const value = deployment.spec?.['template'];
	store.patch(deploymentsKey, namespace, name, [{op: 'replace', path: '/spec/template', value}], BY);
};

/** Makes one change. Throws with the API server's message. */
export const change = (embedded: Embedded, {deployment}: Scenario, happens: Change): void => {
	for (const object of happens.apply ?? []) {
		apply(embedded, object);
	}

	if (happens.patch !== undefined) {
		const {merge, ...reference} = happens.patch;
		const path = `${pathOf(embedded, reference)}?fieldManager=${BY}`;
		send(embedded, 'PATCH', path, 'application/merge-patch+json', merge);
	}

	if (happens.delete !== undefined) {
		send(embedded, 'DELETE', pathOf(embedded, happens.delete), 'application/json');
	}

	if (happens.release !== undefined) {
		const {deployment: named, ...version} = happens.release;
		const {namespace, name} = named === undefined ? (deployment ?? {namespace: '', name: ''}) : keyOf(named);
		const current = embedded.store.get(deploymentsKey, namespace, name);
		if (current === undefined) {
			throw new Error(`there is no Deployment ${namespace}/${name}`);
		}

		giveTemplate(embedded, inVersion(current, version));
	}
};

const named = ({kind, namespace = 'default', name}: {kind: string; namespace?: string; name: string}): string =>
	`${kind} ${namespace}/${name}`;

/** A change in words. */
export const changeText = ({apply: objects, patch, delete: gone, release, fault}: Happens): string => {
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

	const {for: time = '', ...what} = fault ?? {};
	const [kind = '', value = ''] = Object.entries(what)[0] ?? [];
	return `fault for ${time}: ${kind} ${value}`;
};
