// What the API server's audit log says that an account asked for, from one place in the log to another.
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {createInterface} from 'node:readline';
import {sleep, wallClock} from '../../services/clock.ts';

type AuditLine = {
	readonly verb: string;
	readonly stage: string;
	readonly requestURI: string;
	readonly user: {readonly username: string};
	readonly objectRef?: {
		readonly resource?: string;
		readonly namespace?: string;
		readonly name?: string;
		readonly apiGroup?: string;
		readonly subresource?: string;
	};
	readonly responseStatus?: {readonly code?: number};
	readonly requestReceivedTimestamp: string;
};

/** One request. */
export type Asked = {
	/** `patch canaries.flagger.app/status`, or `get /apis` of what is no resource. */
	readonly what: string;
	readonly column: 'writes' | 'events' | 'reads' | 'watches';
	readonly namespace: string;
	readonly name: string;
	readonly code: number;
	/** When it arrived, in ms since the epoch. */
	readonly at: number;
};

export type Counts = {
	readonly writes: number;
	readonly events: number;
	readonly reads: number;
	readonly watches: number;
	/** Answered with 4xx or 5xx, by code; counted above, too. */
	readonly refused: Readonly<Record<string, number>>;
	readonly byKind: Readonly<Record<string, number>>;
};

const MUTATING = new Set(['create', 'patch', 'update', 'delete', 'deletecollection']);
/** The API server writes a line after it has answered. */
const LATE_MS = 300;

const columnOf = ({verb, objectRef}: AuditLine): Asked['column'] => {
	if (verb === 'watch') {
		return 'watches';
	}

	if (!MUTATING.has(verb)) {
		return 'reads';
	}

	return objectRef?.resource === 'events' ? 'events' : 'writes';
};

const whatOf = ({verb, objectRef, requestURI}: AuditLine): string => {
	if (objectRef?.resource === undefined) {
		return `${verb} ${requestURI.split('?')[0] ?? ''}`;
	}

	const {resource, apiGroup, subresource} = objectRef;
	return `${verb} ${resource}${apiGroup ? `.${apiGroup}` : ''}${subresource ? `/${subresource}` : ''}`;
};

/** A place in the log, behind everything that was answered until now. */
export const placeIn = async (auditLog: string): Promise<number> => {
	await sleep(wallClock, LATE_MS);
	return (await stat(auditLog)).size;
};

/** The requests of an account since a place, in the order of their answers; a watch once, when it opens. */
export const askedSince = async (auditLog: string, account: string, since: number): Promise<readonly Asked[]> => {
	await sleep(wallClock, LATE_MS);
	const asked: Asked[] = [];
	const user = JSON.stringify(account);
	for await (const line of createInterface({input: createReadStream(auditLog, {start: since})})) {
		if (!line.includes(user) || !line.endsWith('}')) {
			continue;
		}

		const parsed = JSON.parse(line) as AuditLine;
		const wanted = parsed.verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete';
		if (parsed.user.username === account && parsed.stage === wanted) {
			asked.push({
				what: whatOf(parsed),
				column: columnOf(parsed),
				namespace: parsed.objectRef?.namespace ?? '',
				name: parsed.objectRef?.name ?? '',
				code: parsed.responseStatus?.code ?? 0,
				at: Date.parse(parsed.requestReceivedTimestamp),
			});
		}
	}

	return asked;
};

const tally = (words: readonly string[]): Readonly<Record<string, number>> => {
	const counts: Record<string, number> = {};
	for (const word of words.toSorted()) {
		counts[word] = (counts[word] ?? 0) + 1;
	}

	return counts;
};

export const countsOf = (asked: readonly Asked[]): Counts => {
	const inColumn = (column: Asked['column']): number => asked.filter((one) => one.column === column).length;
	return {
		writes: inColumn('writes'),
		events: inColumn('events'),
		reads: inColumn('reads'),
		watches: inColumn('watches'),
		refused: tally(asked.filter(({code}) => code >= 400).map(({code}) => String(code))),
		byKind: tally(asked.map(({what}) => what)),
	};
};
