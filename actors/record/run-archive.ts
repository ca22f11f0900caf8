// Where records of runs are written: one CanaryRun a run, when it begins and when it ends, in the last of the writer's
// lanes. Nothing waits for it, and nothing that goes wrong here reaches a run.
import {runName} from '../../api/canary-run.ts';
import {Refused} from '../../machines/ports.ts';
import {backOffMs} from '../../services/back-off.ts';
import {sleep} from '../../services/clock.ts';
import type {Api} from '../../services/kubernetes/api.ts';
import {ApiError} from '../../services/kubernetes/cluster.ts';
import type {Cluster, KubeObject} from '../../services/kubernetes/cluster.ts';
import {createLister} from '../../services/kubernetes/lister.ts';
import {logWith} from '../../services/log.ts';
import type {About, EventRecorder} from '../../services/telemetry/event-recorder.ts';
import type {Retrying} from '../life/retrying.ts';
import {untilDone} from '../life/retrying.ts';
import type {RunLedger} from './run-ledger.ts';
import {isCode, RunRecordFile} from './run-record-file.ts';
import {RunShelf} from './run-shelf.ts';
import type {RunHistory} from './run-shelf.ts';

/** One run's record. */
export type RunFile = {
	/** Writes what the ledger has, though the run goes on: its daemon leaves. */
	keep(): void;
	/** Writes the ledger as it is when `settled` resolves; then older records go. */
	end(settled: Promise<unknown>): void;
};

export type RunArchive = {
	/**
	 * The record is made once the run's beginning stands in its Canary's status, or whoever comes after a crash would begin
	 * the run anew, with another record. One that is there already is gone on with, and the ledger recalls what it holds.
	 */
	open(ledger: RunLedger, about: About, begun: Promise<unknown>): RunFile;
	/** A CanaryCommand came in: it is kept as long as the record of its run. */
	noteCommand(command: KubeObject): void;
	/** Resolves when all that was asked for is written, or given up. */
	flushed(): Promise<void>;
	close(): void;
};

export type ArchiveOptions = Retrying & {
	readonly cluster: Cluster;
	readonly api: Api;
	readonly eventRecorder: Pick<EventRecorder, 'record'>;
	/** Ten and 90 days, where it does not say otherwise. */
	readonly history: Partial<RunHistory> | undefined;
};

/** Nothing of this kind can be written here, whatever it says: no CRD, or no right. */
const isBarred = (error: unknown): boolean => isCode(error, 403, 404, 405);

/** Its namespace goes, and the record with it: nobody's fault. */
const isLeaving = (error: unknown): boolean =>
	isCode(error, 403, 404) && /being terminated|namespaces "[^"]*" not found/.test(error.message);

const defaultHistory: RunHistory = {count: 10, ageMs: 90 * 24 * 3_600_000};

/** An API server that has just started knows no roles and forbids everything for a moment: so often it is asked again. */
const FORBIDDEN_MAX = 4;
const FORBIDDEN_MS = 1000;

/** Another replica leads: it writes the record. */
const isFenced = (error: unknown): error is ApiError => error instanceof ApiError && error.reason === 'NotLeading';

/** The archive of one daemon, or of one term of its leadership. */
export const createRunArchive = (options: ArchiveOptions): RunArchive => {
	const {eventRecorder, clock, log} = options;
	const closed = new AbortController();
	const {signal} = closed;
	/** By how many lives of its run a record is written; of two, one leaves. */
	const open = new Map<string, number>();
	/** Writes of one record, in their order; a second life of a run comes after the first one's last word. */
	const tails = new Map<string, Promise<void>>();
	const shelf = new RunShelf({
		...options,
		lister: createLister(options.api),
		history: {...defaultHistory, ...options.history},
		signal,
		isOpen: (namespace, name) => (open.get(`${namespace}/${name}`) ?? 0) > 0,
	});
	let isSaid = false;

	const left = (key: string): void => {
		const others = (open.get(key) ?? 1) - 1;
		if (others > 0) {
			open.set(key, others);
		} else {
			open.delete(key);
		}
	};

	const enqueue = (key: string, task: () => Promise<void>): void => {
		const tail = (tails.get(key) ?? Promise.resolve()).then(task).finally(() => {
			if (tails.get(key) === tail) {
				tails.delete(key);
			}
		});
		tails.set(key, tail);
	};

	/** Once: a peer's installation has no CanaryRuns, and a run of it is worth no less. */
	const sayBarred = (about: About, error: Error): void => {
		if (!isSaid) {
			isSaid = true;
			const message = `Runs are not recorded: ${error.message}; apply artifacts/crds and artifacts/operator/rbac.yaml`;
			log.warn(message, {canary: `${about.name}.${about.namespace}`});
			eventRecorder.record(about, {type: 'Warning', message});
		}
	};

	return {
		open(ledger, about, begun) {
			const {namespace} = about;
			const key = `${namespace}/${runName(ledger.identity)}`;
			const own = {
				...options,
				log: logWith(log, () => ({canary: `${about.name}.${namespace}`, run: ledger.identity.run})),
			};
			const file = new RunRecordFile({...own, signal}, ledger, namespace);
			let isGivenUp = false;

			/** Until it is done, refused, or the archive closes. Never rejects. */
			const attempt = async (what: string, write: () => Promise<unknown>): Promise<void> => {
				let cause: unknown;
				const once = async (): Promise<void> => {
					try {
						await write();
					} catch (error) {
						cause = error;
						throw isFenced(error) ? new Refused('refused', error.message, clock.now()) : error;
					}
				};
				for (let forbidden = 1; ; forbidden += 1) {
					try {
						await untilDone(own, what, {insist: false, signal}, once);
						return;
					} catch (error) {
						if (signal.aborted || isFenced(cause)) {
							return;
						}

						if (isLeaving(cause)) {
							isGivenUp = true;
							return;
						}

						if (!isCode(cause, 403) || forbidden >= FORBIDDEN_MAX || isSaid) {
							giveUp(what, isBarred(cause) ? (cause as Error) : (error as Error));
							return;
						}

						await sleep(clock, backOffMs({baseMs: FORBIDDEN_MS}, forbidden - 1), signal).catch(() => {});
					}
				}
			};

			const giveUp = (what: string, error: Error): void => {
				isGivenUp = true;
				if (isBarred(error)) {
					sayBarred(about, error);
				} else {
					own.log.warn(`${what} was given up`, {error: error.message});
				}
			};

			const unlessGivenUp = (what: string, write: () => Promise<unknown>): Promise<void> =>
				isGivenUp ? Promise.resolve() : attempt(what, write);

			open.set(key, (open.get(key) ?? 0) + 1);
			const isBegun = begun.then(
				() => true,
				() => false,
			);
			enqueue(key, async () => {
				if (!(await isBegun)) {
					// Nobody looks after it here any more, and it has done nothing.
					isGivenUp = true;
					return;
				}

				await attempt('making the record of a run', async () => {
					shelf.noteRecord(await file.place());
				});
			});
			return {
				keep() {
					enqueue(key, async () => {
						await unlessGivenUp('writing the record of a run', async () => {
							shelf.noteLeft(await file.write());
						});
						left(key);
					});
				},
				end(settled) {
					enqueue(key, async () => {
						await settled.catch(() => {});
						await unlessGivenUp('writing the record of a run', async () => {
							shelf.noteRecord(await file.write());
						});
						left(key);
						await unlessGivenUp('tidying up records of runs', () => shelf.tidy(namespace, ledger.identity));
					});
				},
			};
		},
		noteCommand(command) {
			shelf.noteCommand(command);
		},
		async flushed() {
			await Promise.all(tails.values());
		},
		close() {
			closed.abort(new Error('the daemon stops'));
		},
	};
};
