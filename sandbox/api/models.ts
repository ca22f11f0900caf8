// The fields of built-in kinds, from the declarations that client-node carries: names, types and what they mean.
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

export type ModelField = {
	readonly name: string;
	/** `string`, `number`, `V1Container`, `Array<V1Container>`, `{ [key: string]: string; }`, `Date`, `any`, … */
	readonly type: string;
	readonly isRequired: boolean;
	readonly description: string;
};

export type Model = {readonly description: string; readonly fields: readonly ModelField[]};

// Prefixed where two groups have a kind of the same name.
const prefixed: Readonly<Record<string, string>> = {V1Event: 'CoreV1Event', V1EndpointPort: 'DiscoveryV1EndpointPort'};

const plain = (comment: string | undefined): string =>
	(comment ?? '')
		.replaceAll(/^\s*\* ?/gmu, '')
		.replaceAll(/\\(['"])/gu, '$1')
		.trim();

const member = /(?:^ {4}\/\*\*\n((?:(?!\*\/)[^])*?)\s*\*\/\n)?^ {4}'([^']+)'(\??): ((?:[^;{]|\{[^}]*\})+);/gmu;

const parsed = (text: string): Model => {
	const [, head = ''] = /\/\*\*\n((?:(?!\*\/)[^])*?)\*\/\nexport declare class/u.exec(text) ?? [];
	const fields = [...text.matchAll(member)].map(([, comment, name = '', optional, type = '']) => ({
		// TypeScript's own words have an underscore before them.
		name: name.replace(/^_/u, ''),
		type: type.replaceAll(/\s+/gu, ' ').trim(),
		isRequired: optional === '',
		description: plain(comment),
	}));
	return {description: plain(head), fields};
};

const models = new Map<string, Model | undefined>();

const read = (name: string): Model | undefined => {
	const entry = import.meta.resolve('@kubernetes/client-node');
	try {
		return parsed(readFileSync(fileURLToPath(new URL(`gen/models/${prefixed[name] ?? name}.d.ts`, entry)), 'utf8'));
	} catch {
		// Without its declarations the package has nothing to tell; then nothing is known of the kind.
		return undefined;
	}
};

/** The model of a name (`V1DeploymentSpec`), or undefined. Read when it is first asked for. */
export const modelOf = (name: string): Model | undefined => {
	if (!models.has(name)) models.set(name, read(name));
	return models.get(name);
};

/** The model's name of a kind in a version: `V1Deployment`. */
export const modelName = (kind: string, version: string): string =>
	`${version[0]?.toUpperCase() ?? ''}${version.slice(1)}${kind}`;

/** What a list or a map holds. */
export const elementOf = (type: string): {readonly list?: string; readonly map?: string} => {
	const list = /^Array<(.+)>$/u.exec(type)?.[1];
	const map = /^\{ \[key: string\]: (.+?);? \}$/u.exec(type)?.[1];
	return {...(list !== undefined && {list}), ...(map !== undefined && {map})};
};
