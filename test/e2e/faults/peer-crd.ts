// The peer's own CRD, from what test/api/peer-crds.json holds of it: what it does not know, the API server drops.
import {readFile} from 'node:fs/promises';
import {definitions, type Schema} from '../../../api/crds.ts';

type Node = Record<string, unknown> & {
	properties?: Record<string, Node>;
	items?: Node;
	additionalProperties?: Node;
};

const FILE = new URL('../../api/peer-crds.json', import.meta.url);

/** The place of `status.conditions[].type` in a schema; a `{}` is any name. */
const nodeAt = (root: Node, path: string): Node => {
	let node = root;
	for (const part of path.match(/[^.[\]{}]+|\[\]|\{\}/gu) ?? []) {
		if (part === '[]') node = node.items ??= {};
		else if (part === '{}') node = node.additionalProperties ??= {};
		else node = (node.properties ??= {})[part] ??= {};
	}

	return node;
};

/** A CustomResourceDefinition to be applied over ours. */
export const peerDefinition = async (): Promise<object> => {
	const {Canary} = JSON.parse(await readFile(FILE, 'utf8')) as {
		Canary: {columns: readonly object[]; fields: Readonly<Record<string, object>>};
	};
	const schema: Node = {type: 'object'};
	for (const [path, facts] of Object.entries(Canary.fields)) Object.assign(nodeAt(schema, path), facts);
	const [ours] = definitions;
	const [version] = ours.spec.versions;
	const theirs = {
		...version,
		additionalPrinterColumns: Canary.columns,
		schema: {openAPIV3Schema: schema as Schema},
	};
	return {...ours, spec: {...ours.spec, versions: [theirs]}};
};
