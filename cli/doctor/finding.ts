// What the doctor finds, and what all of its examinations share.
import {ApiError, type KubeObject} from '../../services/kubernetes/cluster.ts';
import {ANSWER_MS, type Access} from '../cluster-access.ts';

/** `broken`: releases cannot work as they should; `doubtful`: worth a look, or not to be told by this caller. */
export type Level = 'sound' | 'doubtful' | 'broken';

export type Finding = {
	readonly area: 'Kubernetes' | 'CRDs' | 'You' | 'Operator' | 'Permissions' | 'Metrics' | 'Mesh' | 'Canaries';
	readonly level: Level;
	readonly text: string;
	/** What to do about it; empty when it is sound. */
	readonly remedy: string;
};

type Area = Finding['area'];

export const sound = (area: Area, text: string): Finding => ({area, level: 'sound', text, remedy: ''});
export const doubtful = (area: Area, text: string, remedy: string): Finding => ({
	area,
	level: 'doubtful',
	text,
	remedy,
});
export const broken = (area: Area, text: string, remedy: string): Finding => ({area, level: 'broken', text, remedy});

/** An answer; `absent` is a 404, `denied` a 401 or 403, `refused` any other answer than 2xx. */
export type Answer =
	| {readonly kind: 'found'; readonly body: Record<string, unknown>}
	| {readonly kind: 'absent' | 'denied' | 'refused'; readonly text: string};

const kindOf = (code: number): 'absent' | 'denied' | 'refused' =>
	code === 404 ? 'absent' : code === 401 || code === 403 ? 'denied' : 'refused';

/** Asks once; rejects with ApiError only when no answer comes. */
export const ask = async (
	{api}: Access,
	path: string,
	query: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
	try {
		const request = {verb: 'get', resource: path, path, query, timeoutMs: ANSWER_MS, patient: false} as const;
		return {kind: 'found', body: (await api.request(request)) ?? {}};
	} catch (error) {
		if (error instanceof ApiError && error.code !== 0) {
			return {kind: kindOf(error.code), text: error.message};
		}

		throw error;
	}
};

/** The items of a list's answer. */
export const itemsOf = (answer: Answer): readonly KubeObject[] =>
	answer.kind === 'found' ? ((answer.body['items'] ?? []) as readonly KubeObject[]) : [];
