// The runs of a Canary: the one under way from memory, those that ended from their records (CanaryRun).
import {RUN_OF, runLabels, runName, runOf} from '../../api/canary-run.ts';
import type {RunIdentity, RunRecord} from '../../api/canary-run.ts';
import type {RunSummary, RunView} from '../../api/http/run-views.ts';
import type {Api} from '../../services/kubernetes/api.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {isAbsent} from '../../services/kubernetes/failures.ts';
import {resourceName} from '../../services/kubernetes/objects.ts';
import {canaryRuns, pathOf} from '../../services/kubernetes/resources.ts';
import type {Entry} from './entry.ts';

const ANSWER_MS = 10_000;
const LISTED_MAX = '200';

type Kept = {readonly identity: RunIdentity; readonly record: RunRecord};

const kindOf = ({model}: Entry): RunIdentity['kind'] => (model.origin?.kind === 'Rollout' ? 'Rollout' : 'Canary');

const viewOf = (namespace: string, {identity, record}: Kept): RunView => ({
	namespace,
	id: identity.run,
	...record,
	...identity,
});

const lineOf = ({id, revision, began, ended, outcome, reason}: RunView): RunSummary => ({
	id,
	revision,
	began,
	...(ended !== undefined && {ended}),
	...(outcome !== undefined && {outcome}),
	...(reason !== undefined && {reason}),
});

const keptIn = ({spec, status}: KubeObject): Kept => ({
	identity: spec as unknown as RunIdentity,
	record: (status ?? {}) as RunRecord,
});

/** What no record can be read for: no CRD, or no right. */
const isBarred = (error: unknown): boolean => error instanceof ApiError && (error.code === 403 || error.code === 404);

const recordsOf = async (api: Api, entry: Entry): Promise<readonly Kept[]> => {
	const {namespace, name} = entry.model;
	const of = runOf({canary: name, kind: kindOf(entry)});
	try {
		const answer = await api.request({
			verb: 'list',
			resource: resourceName(canaryRuns),
			path: pathOf(canaryRuns, namespace),
			// A name too long for a label has none.
			query: {limit: LISTED_MAX, ...(name.length <= 63 && {labelSelector: `${runLabels.canary}=${name}`})},
			timeoutMs: ANSWER_MS,
			patient: false,
		});
		const items = (answer?.['items'] ?? []) as readonly KubeObject[];
		return items
			.filter(({metadata, spec}) => metadata.annotations?.[RUN_OF] === of && spec !== undefined)
			.map((item) => keptIn(item));
	} catch (error) {
		if (isBarred(error)) {
			return [];
		}

		throw error;
	}
};

/** All runs that are known, newest first. Rejects with ApiError. */
export const runsOf = async (api: Api, entry: Entry): Promise<RunSummary[]> => {
	const own = entry.life?.record();
	const records = await recordsOf(api, entry);
	const all = [
		...(own === undefined ? [] : [own]),
		...records.filter(({identity}) => identity.run !== own?.identity.run),
	];
	return all
		.map((one) => lineOf(viewOf(entry.model.namespace, one)))
		.toSorted((a, b) => b.began.localeCompare(a.began) || a.id.localeCompare(b.id));
};

/** The run under way, or the one that ended last in this life; undefined before the first. */
export const presentRunOf = ({life, model}: Entry): RunView | undefined => {
	const own = life?.record();
	return own && viewOf(model.namespace, own);
};

/** One run; undefined when it is not known. Rejects with ApiError. */
export const runOfEntry = async (api: Api, entry: Entry, id: string): Promise<RunView | undefined> => {
	const {namespace, name: canary} = entry.model;
	const own = presentRunOf(entry);
	if (own?.id === id) {
		return own;
	}

	if (!/^[\w-]{1,64}$/.test(id)) {
		return undefined;
	}

	const name = runName({canary, kind: kindOf(entry), run: id});
	try {
		const found = await api.request({
			verb: 'get',
			resource: resourceName(canaryRuns),
			path: pathOf(canaryRuns, namespace, name),
			about: name,
			timeoutMs: ANSWER_MS,
			patient: false,
			expected: (answer) => isAbsent(answer, name),
		});
		return found === undefined ? undefined : viewOf(namespace, keptIn(found as KubeObject));
	} catch (error) {
		if (isBarred(error)) {
			return undefined;
		}

		throw error;
	}
};
