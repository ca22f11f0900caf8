// What no object in the cluster has while a run goes on, such as the values of checks: asked of the daemon's HTTP
// interface, on this machine or by the API server's proxy to its Service. Without it everything else is shown all the same.
import type {CanaryDetail} from '../api/http/canary-views.ts';
import type {Evidence, Verdict} from '../api/model.ts';
import {instantOf} from '../services/clock.ts';
import type {Api} from '../services/kubernetes/api.ts';
import {ApiError, type KubeObject} from '../services/kubernetes/cluster.ts';
import {pathOf, services} from '../services/kubernetes/resources.ts';
import type {Access} from './cluster-access.ts';

type Check = {
	readonly metric: string;
	readonly outcome: Evidence['kind'] | '';
	readonly value?: number;
	readonly text: string;
};
type Detail = {
	readonly checks?: readonly Check[];
	readonly verdict?: {readonly at: string; readonly outcome: Verdict['outcome']; readonly text: string};
};

/** By whom the daemon is asked, and where its interface begins. */
type Door = {readonly api: Api; readonly root: string};

const ANSWER_MS = 3000;
const OURS = 'app.kubernetes.io/name=aviary';

/** The answer, or undefined for whatever reason there is none. */
const quietly = async (api: Api, path: string, query: Record<string, string> = {}) => {
	try {
		const request = {verb: 'get', resource: path, path, query, timeoutMs: ANSWER_MS, patient: false} as const;
		return await api.request(request);
	} catch (error) {
		if (error instanceof ApiError) {
			return undefined;
		}

		throw error;
	}
};

const evidenceOf = ({metric, outcome, value, text}: Check): readonly Evidence[] => {
	switch (outcome) {
		case '': {
			return [];
		}

		case 'passed': {
			return value === undefined ? [] : [{kind: outcome, metric, value}];
		}

		case 'breached': {
			return value === undefined ? [] : [{kind: outcome, metric, value, text}];
		}

		default: {
			return [{kind: outcome, metric, text}];
		}
	}
};

/** Whether the answer is of the shape that this version knows: whoever may label a Service can answer. */
const isDetail = async (answer: unknown): Promise<boolean> => {
	const [{FormatRegistry}, {Value}, {canaryDetail}] = await Promise.all([
		import('@sinclair/typebox'),
		import('@sinclair/typebox/value'),
		import('../api/http/canary-views.ts'),
	]);
	FormatRegistry.Set('date-time', (text) => !Number.isNaN(Date.parse(text)));
	return Value.Check(canaryDetail, answer);
};

export type DaemonChecks = {
	/** The last round of checks of a Canary; undefined where no daemon tells. */
	verdictOf(namespace: string, name: string): Promise<Verdict | undefined>;
	/** All that it knows of a Canary; undefined where no daemon tells. */
	detailOf(namespace: string, name: string): Promise<CanaryDetail | undefined>;
};

/** Looks for the daemon at the first question, once. */
export const openDaemonChecks = (access: Access): DaemonChecks => {
	let door: Promise<Door | undefined> | undefined;
	const find = async (): Promise<Door | undefined> => {
		if (access.daemon !== undefined) {
			return {api: access.daemon, root: '/api/v1'};
		}

		const {api} = access;
		const found = await quietly(api, pathOf(services), {labelSelector: OURS});
		const [service] = (found?.['items'] ?? []) as readonly KubeObject[];
		if (service === undefined) {
			return undefined;
		}

		const {namespace, name} = service.metadata;
		return {api, root: `${pathOf(services, namespace, `${name}:page`)}/proxy/api/v1`};
	};

	const ask = async (namespace: string, name: string): Promise<unknown> => {
		const found = await (door ??= find());
		return found && quietly(found.api, `${found.root}/canaries/${namespace}/${name}`);
	};

	return {
		async verdictOf(namespace, name) {
			const {checks = [], verdict} = ((await ask(namespace, name)) ?? {}) as Detail;
			return verdict && {...verdict, at: instantOf(verdict.at), evidence: checks.flatMap(evidenceOf)};
		},
		async detailOf(namespace, name) {
			const answer = await ask(namespace, name);
			if (answer === undefined || !(await isDetail(answer))) {
				return undefined;
			}

			const detail = answer as CanaryDetail;
			return detail.namespace === namespace && detail.name === name ? detail : undefined;
		},
	};
};
