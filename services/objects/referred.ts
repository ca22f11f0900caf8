// An object that another one names, read live when it is needed: a Secret is never listed, watched or kept.
import type {Cluster, KubeObject, Resource} from '../kubernetes/cluster.ts';

/** It is not there, or may not be read. The message is for people, and tells no more than what was not read. */
export class Unreadable extends Error {
	constructor(message: string, cause?: unknown) {
		super(message, {cause});
		this.name = 'Unreadable';
	}
}

/** Rejects with Unreadable. */
export const readReferred = async (
	cluster: Pick<Cluster, 'read'>,
	resource: Resource,
	namespace: string,
	name: string,
	signal?: AbortSignal,
): Promise<KubeObject> => {
	const what = `${resource.kind} ${name}.${namespace}`;
	let found: KubeObject | undefined;
	try {
		found = await cluster.read(resource, namespace, name, signal);
	} catch (error) {
		const {code} = error as {readonly code?: unknown};
		throw new Unreadable(`${what} cannot be read${typeof code === 'number' ? ` (${code})` : ''}`, error);
	}

	if (found === undefined) throw new Unreadable(`${what} not found`);
	return found;
};

/** What a Secret holds under its keys, as text without white space around it; keys that hold nothing are left out. */
export const textsIn = (secret: KubeObject): Readonly<Record<string, string>> =>
	Object.fromEntries(
		Object.entries((secret['data'] ?? {}) as Readonly<Record<string, unknown>>).flatMap(([key, value]) => {
			const text = typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8').trim() : '';
			return text === '' ? [] : [[key, text]];
		}),
	);
