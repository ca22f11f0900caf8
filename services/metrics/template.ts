// A MetricTemplate read: a query, the source that it is put to, and the Secret with that one's credentials.
import {at, isBag} from '../../api/reading.ts';
import type {KubeObject} from '../kubernetes/cluster.ts';
import type {Endpoint, Source} from './source.ts';

export type SecretName = {readonly namespace: string; readonly name: string};

export type Template = {
	readonly namespace: string;
	readonly name: string;
	/** `spec.provider.type`. */
	readonly type: string;
	/** Variables not yet rendered. */
	readonly query: string;
	/** Without credentials. */
	readonly endpoint: Endpoint;
	/** In the template's own namespace. */
	readonly secret?: SecretName;
};

/** One object, for each is a connection pool. */
const unverified = {rejectUnauthorized: false} as const;

const textAt = (object: unknown, ...path: readonly string[]): string => {
	const value = at(object, ...path);
	return typeof value === 'string' ? value : '';
};

/** Several values of a header are one, with commas between them. */
const headersIn = (written: unknown): Readonly<Record<string, string>> =>
	Object.fromEntries(
		Object.entries(isBag(written) ? written : {}).map(([name, values]) => [
			name.toLowerCase(),
			(Array.isArray(values) ? (values as unknown[]) : []).filter((value) => typeof value === 'string').join(', '),
		]),
	);

/** Total: what is missing is empty, and a problem elsewhere. */
export const readTemplate = ({metadata, spec}: KubeObject): Template => {
	const {name, namespace = ''} = metadata;
	const provider = at(spec, 'provider');
	const headers = headersIn(at(provider, 'headers'));
	const region = textAt(provider, 'region');
	const secret = textAt(provider, 'secretRef', 'name');
	return {
		namespace,
		name,
		type: textAt(provider, 'type'),
		query: textAt(spec, 'query'),
		endpoint: {
			address: textAt(provider, 'address'),
			...(Object.keys(headers).length > 0 && {headers}),
			...(region !== '' && {region}),
			...(at(provider, 'insecureSkipVerify') === true && {tls: unverified}),
		},
		...(secret !== '' && {secret: {namespace, name: secret}}),
	};
};

/** The keys that a Secret lacks for this source, to the first of the sets that would do; none where one is whole. */
export const lackingKeys = ({keys}: Source, has: readonly string[]): readonly string[] =>
	keys.some((set) => set.every((key) => has.includes(key))) ? [] : keys[0].filter((key) => !has.includes(key));
