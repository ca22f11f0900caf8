// What a role allows, and what the API server's audit log says was asked for: both as `verb resource.group/subresource`.
import {readFile} from 'node:fs/promises';
import {objectsOf} from '../../sandbox/embedded.ts';

type Rule = {
	readonly apiGroups?: readonly string[];
	readonly resources?: readonly string[];
	readonly verbs: readonly string[];
};

type AuditLine = {
	readonly verb: string;
	readonly user: {readonly username: string};
	readonly objectRef?: {readonly resource?: string; readonly apiGroup?: string; readonly subresource?: string};
	readonly responseStatus?: {readonly code?: number};
	readonly requestReceivedTimestamp: string;
};

const nameOf = (verb: string, group: string, resource: string): string => {
	const [plural = '', subresource] = resource.split('/');
	const place = group === '' ? plural : `${plural}.${group}`;
	return `${verb} ${place}${subresource === undefined ? '' : `/${subresource}`}`;
};

/** Everything that the roles of a file allow, wherever they do. */
export const permissionsIn = async (file: string | URL): Promise<readonly string[]> => {
	const roles = objectsOf(await readFile(file, 'utf8')).filter(({kind}) => /^(?:Cluster)?Role$/.test(kind));
	const rules = roles.flatMap((role) => role['rules'] as readonly Rule[]);
	return rules
		.flatMap(({apiGroups = [], resources = [], verbs}) =>
			apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => nameOf(verb, group, resource)))),
		)
		.sort();
};

export type Use = {readonly used: readonly string[]; readonly forbidden: readonly string[]};

/** An API server that has just started knows no roles yet, and forbids everything until it does. */
export type Outage = {readonly from: number; readonly to: number};

/** What a user asked of resources, and what of it was forbidden but by a starting API server. */
export const useIn = async (auditLog: string, user: string, outages: readonly Outage[]): Promise<Use> => {
	const lines = (await readFile(auditLog, 'utf8'))
		.split('\n')
		.filter((line) => line.endsWith('}'))
		.map((line) => JSON.parse(line) as AuditLine)
		.filter((line) => line.user.username === user && line.objectRef?.resource !== undefined);
	const used = new Set<string>();
	const forbidden = new Set<string>();
	for (const {verb, objectRef, responseStatus, requestReceivedTimestamp} of lines) {
		const at = Date.parse(requestReceivedTimestamp);
		const isStarting = outages.some(({from, to}) => at >= from && at <= to);
		const {resource = '', apiGroup = '', subresource} = objectRef ?? {};
		const name = nameOf(verb, apiGroup, subresource === undefined ? resource : `${resource}/${subresource}`);
		if (responseStatus?.code !== 403) {
			used.add(name);
		} else if (!isStarting) {
			forbidden.add(name);
		}
	}

	return {used: [...used].sort(), forbidden: [...forbidden].sort()};
};
