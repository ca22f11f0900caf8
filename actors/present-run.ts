// The run that a Canary is in, as its log lines and its trace name it.
import type {CanaryModel} from '../api/model.ts';
import type {Context} from '../machines/model/context.ts';
import type {Path} from '../machines/model/explain.ts';
import type {Status} from '../machines/model/status.ts';
import {instantOf, timestamp} from '../services/clock.ts';
import type {KubeObject} from '../services/kubernetes/cluster.ts';
import {logWith} from '../services/log.ts';
import {tracedCluster} from '../services/telemetry/traced-cluster.ts';
import type {RunTrace, Tracing} from '../services/telemetry/tracing.ts';
import type {Services} from './bindings.ts';

export type PresentRunOptions = {
	readonly services: Services;
	readonly tracing: Tracing;
	readonly model: CanaryModel;
	/** The newest version of the Canary that is known. */
	readonly newest: () => KubeObject | undefined;
	/** Where the chart is now. */
	readonly whereabouts: () => {readonly path: Path; readonly context: Context};
};

type Run = {readonly id: string; readonly revision: string; readonly began: number; readonly trace: RunTrace};

const isUnderWay = (path: Path): boolean =>
	/^(?:progressing|halted|promoting)\b|^initialized\.superseding\b/.test(path) ||
	/^(?:finished|failed)\.(?!idle|mending|holding)/.test(path);

/** Since when the Promoted condition is open: it opens with a run, and closes with its end. */
const openSince = (canary: KubeObject | undefined): number | undefined => {
	const conditions = (canary?.status?.['conditions'] ?? []) as ReadonlyArray<Readonly<Record<string, unknown>>>;
	const open = conditions.find(({type, status}) => type === 'Promoted' && status === 'Unknown');
	return instantOf(open?.['lastTransitionTime']) || undefined;
};

const outcomes: Readonly<Record<string, 'promoted' | 'failed'>> = {
	'finished.idle': 'promoted',
	'finished.mending': 'promoted',
	'failed.idle': 'failed',
	'failed.mending': 'failed',
	'failed.holding': 'failed',
};

/**
 * A run is `<revision>-<when it began>`. Its beginning is recorded as the time of the Promoted condition, which every
 * CRD of Canaries keeps, so after a restart it has the same name; its trace ends with the process.
 */
export class PresentRun {
	readonly #options: PresentRunOptions;
	#run: Run | undefined;
	#path: Path = '';

	constructor(options: PresentRunOptions) {
		this.#options = options;
	}

	/** When the run began, for its record. */
	began(): number | undefined {
		return this.#run?.began;
	}

	/** What every line about this Canary carries. */
	fields(): Readonly<Record<string, string>> {
		const {model, whereabouts} = this.#options;
		const {path, context} = whereabouts();
		this.#take(path, context);
		const canary = `${model.name}.${model.namespace}`;
		return this.#run === undefined ? {canary} : {canary, run: this.#run.id, revision: this.#run.revision};
	}

	/** The services as this Canary uses them: its lines carry the run, its work is part of the trace. */
	services(): Services {
		const {services} = this.#options;
		const within: RunTrace['within'] = (name, facts, task) =>
			this.#run === undefined ? task({note() {}, add() {}}) : this.#run.trace.within(name, facts, task);
		return {
			...services,
			log: logWith(services.log, () => this.fields()),
			cluster: tracedCluster(services.cluster, within),
			runChecks: (model, signal) =>
				within('check', {}, async (work) => {
					const verdict = await services.runChecks(model, signal);
					work.note({verdict: verdict.outcome, ...(verdict.text !== '' && {reason: verdict.text})});
					for (const evidence of verdict.evidence) {
						const value = 'value' in evidence && {value: evidence.value};
						work.add('metric judged', {metric: evidence.metric, kind: evidence.kind, ...value});
					}

					return verdict;
				}),
		};
	}

	said(type: 'Normal' | 'Warning', message: string): void {
		this.#run?.trace.said(type, message);
	}

	/** The chart has come to a state, and what it said on the way is said. */
	entered(path: Path, context: Context, {reason}: Status): void {
		this.#take(path, context);
		if (path !== this.#path) {
			this.#path = path;
			this.#run?.trace.entered(path, {weight: context.run.weight});
		}

		if (this.#run !== undefined && !isUnderWay(path)) {
			this.#end(outcomes[path] ?? 'superseded', reason);
		}
	}

	/** Nobody looks after this Canary here any more. */
	stop(): void {
		this.#end('interrupted', '');
	}

	#take(path: Path, {run: {revision}}: Context): void {
		if (!isUnderWay(path) || revision === '' || revision === this.#run?.revision) {
			return;
		}

		const {services, tracing, model, newest} = this.#options;
		this.#end('superseded', `${revision} is the target's revision now`);
		const began = openSince(newest()) ?? services.clock.now();
		const id = `${revision}-${timestamp(began).replaceAll(/[-:]/g, '')}`;
		const {name, namespace, target} = model;
		const trace = tracing.begin({name, namespace, target: target.name, run: id, revision});
		this.#run = {id, revision, began, trace};
	}

	#end(outcome: Parameters<RunTrace['ended']>[0], reason: string): void {
		this.#run?.trace.ended(outcome, reason);
		this.#run = undefined;
	}
}
