// Reading records of runs as the caller, straight from the API server.
import {labelsOf, runLabels} from '../api/canary-run.ts';
import type {CanaryRun} from '../api/canary-run.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {isAbsent} from '../services/kubernetes/failures.ts';
import {list} from '../services/kubernetes/list.ts';
import {resourceName} from '../services/kubernetes/objects.ts';
import {canaryRuns, pathOf} from '../services/kubernetes/resources.ts';
import {ANSWER_MS, openAccess, type Access, type AccessOptions} from './cluster-access.ts';

export type StoredRun = CanaryRun & Pick<KubeObject, 'metadata'>;

export type RunReader = {
	/** The namespace asked for, else the kubeconfig's, else `default`. */
	readonly namespace: string;
	/** Records of a Canary, newest first; of all Canaries of the namespace without a name. Rejects with CommandError. */
	runs(canary: string | undefined): Promise<readonly StoredRun[]>;
	/** One record by its name; undefined when there is none. Rejects with CommandError. */
	run(name: string): Promise<StoredRun | undefined>;
	close(): Promise<void>;
};

/** Through an access that somebody else closes. */
export type Runs = Omit<RunReader, 'close'>;

const READING = 'get and list canaryruns.aviary.dev, which the ClusterRole aviary-viewer gives';

const newestFirst = (a: StoredRun, b: StoredRun): number =>
	b.spec.began.localeCompare(a.spec.began) || b.metadata.name.localeCompare(a.metadata.name);

/** Reads by a way to the API server that is open already. */
export const runsThrough = (access: Access): Runs => {
	const {api, namespace} = access;
	return {
		namespace,
		async runs(canary) {
			const label = canary === undefined ? undefined : labelsOf({canary})[runLabels.canary];
			const labelSelector = label === undefined ? undefined : `${runLabels.canary}=${label}`;
			const signal = AbortSignal.timeout(ANSWER_MS * 4);
			const asked = {api, resource: canaryRuns, namespace, labelSelector, signal, onPage() {}};
			const {objects} = await access.explained(list({...asked, take: (object) => object}), READING);
			return objects
				.map((object) => object as unknown as StoredRun)
				.filter(({spec}) => canary === undefined || spec.canary === canary)
				.toSorted(newestFirst);
		},
		async run(name) {
			const found = await access.request(
				{
					verb: 'get',
					resource: resourceName(canaryRuns),
					path: pathOf(canaryRuns, namespace, name),
					about: name,
					expected: (answer) => isAbsent(answer, name),
				},
				READING,
			);
			return found as StoredRun | undefined;
		},
	};
};

/** Opens the way to the API server. Throws CommandError when the kubeconfig is of no use. */
export const openRunReader = (options: AccessOptions): RunReader => {
	const access = openAccess(options);
	return {...runsThrough(access), close: () => access.close()};
};
