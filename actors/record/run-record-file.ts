// The object that holds one run's record: made, found again after a crash, and brought up to date against others' changes.
import {RUN_OF, labelsOf, runLabels, runName, runOf} from '../../api/canary-run.ts';
import type {RunIdentity, RunRecord} from '../../api/canary-run.ts';
import {canonicalJson} from '../../api/canonical.ts';
import {Refused} from '../../machines/ports.ts';
import type {Clock} from '../../services/clock.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import type {Cluster, KubeObject, Operation} from '../../services/kubernetes/cluster.ts';
import {canaryRuns} from '../../services/kubernetes/resources.ts';
import type {RunLedger} from './run-ledger.ts';

type FileOptions = {readonly cluster: Cluster; readonly clock: Clock; readonly signal: AbortSignal};

/** So often a record is read and written anew because somebody else has changed it. */
const CONFLICTS_MAX = 5;

/** Whether the API server answered with one of these codes. */
export const isCode = (error: unknown, ...codes: readonly number[]): error is ApiError =>
	error instanceof ApiError && codes.includes(error.code);

const recordOf = ({status}: KubeObject): RunRecord => (status ?? {}) as RunRecord;

/** By what a record tells whose hand wrote it: two lives of one run never look the same. */
const handOf = ({knownUntil, transitions = []}: RunRecord): string => canonicalJson([knownUntil, transitions]);

/** One record. Each method is one attempt: whoever calls repeats it. */
export class RunRecordFile {
	readonly #options: FileOptions;
	readonly #ledger: RunLedger;
	readonly #namespace: string;
	readonly #name: string;
	#seen: KubeObject | undefined;
	readonly #sent = new Set<string>();

	constructor(options: FileOptions, ledger: RunLedger, namespace: string) {
		this.#options = options;
		this.#ledger = ledger;
		this.#namespace = namespace;
		this.#name = runName(ledger.identity);
	}

	/** Makes the record, or finds the one that is there. */
	async place(): Promise<KubeObject> {
		const {cluster, signal} = this.#options;
		const {identity} = this.#ledger;
		const status = this.#ledger.record(this.#options.clock.now());
		this.#sent.add(handOf(status));
		const object = {
			apiVersion: `${canaryRuns.group}/${canaryRuns.version}`,
			kind: canaryRuns.kind,
			metadata: {
				name: this.#name,
				namespace: this.#namespace,
				labels: labelsOf(identity, status.outcome),
				annotations: {[RUN_OF]: runOf(identity)},
			},
			spec: identity,
			status,
		};
		try {
			this.#seen = await cluster.create(canaryRuns, object, {lane: 'report', signal});
		} catch (error) {
			if (!isCode(error, 409)) {
				throw error;
			}

			const present = this.#take(await this.#read(), error);
			return status.outcome === undefined && recordOf(present).outcome === undefined ? present : this.write();
		}

		return this.#seen;
	}

	/** Brings the record up to date. */
	async write(): Promise<KubeObject> {
		const {cluster, clock, signal} = this.#options;
		for (let conflicts = 0; ; conflicts += 1) {
			if (this.#seen === undefined) {
				return this.place();
			}

			const {uid, resourceVersion, labels} = this.#seen.metadata;
			const status = this.#ledger.record(clock.now());
			const {[runLabels.outcome]: _, ...others} = labels ?? {};
			const operations: readonly Operation[] = [
				{op: 'test', path: '/metadata/uid', value: uid},
				{op: 'test', path: '/metadata/resourceVersion', value: resourceVersion},
				{
					op: 'add',
					path: '/metadata/labels',
					value: {...others, ...labelsOf(this.#ledger.identity, status.outcome)},
				},
				{op: 'add', path: '/status', value: status},
			];
			try {
				const options = {lane: 'report', signal} as const;
				this.#seen = await cluster.patch(canaryRuns, this.#namespace, this.#name, operations, options);
				return this.#seen;
			} catch (error) {
				const isUnclear = error instanceof ApiError && error.outcome === 'unknown';
				if (!isUnclear && !isCode(error, 404, 409, 422)) {
					throw error;
				}

				const present = await this.#read();
				if (conflicts >= CONFLICTS_MAX || present?.metadata.resourceVersion === resourceVersion) {
					throw error;
				}

				this.#seen = present;
			}
		}
	}

	async #read(): Promise<KubeObject | undefined> {
		const {cluster, signal} = this.#options;
		return cluster.read(canaryRuns, this.#namespace, this.#name, signal);
	}

	/** Goes on with a record that is there. */
	#take(present: KubeObject | undefined, error: ApiError): KubeObject {
		const spec = present?.spec as RunIdentity | undefined;
		if (present === undefined) {
			// Deleted between two requests: the next attempt makes it.
			throw error;
		}

		const {run, canary, kind} = this.#ledger.identity;
		if (spec?.run !== run || spec.canary !== canary || spec.kind !== kind) {
			throw new Refused('refused', `${this.#name} is the record of another run`, this.#options.clock.now());
		}

		if (!this.#sent.has(handOf(recordOf(present)))) {
			this.#ledger.recall(recordOf(present), spec);
		}

		this.#seen = present;
		return present;
	}
}
