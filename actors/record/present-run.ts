// The run that a Canary is in, as its log lines and its trace name it, and its record keeps it.
import type {RunIdentity, RunOutcome, RunRecord} from '../../api/canary-run.ts';
import type {CanaryModel, Command} from '../../api/model.ts';
import type {Context} from '../../machines/model/context.ts';
import {factsOf, isUnderWay, stateOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import {timestamp} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {logWith} from '../../services/log.ts';
import {tracedCluster} from '../../services/telemetry/traced-cluster.ts';
import type {About} from '../../services/telemetry/event-recorder.ts';
import type {RunAnnotations} from '../../services/telemetry/grafana.ts';
import type {Telemetry} from '../../services/telemetry/telemetry.ts';
import type {RunTrace, Tracing} from '../../services/telemetry/tracing.ts';
import type {Services} from '../life/bindings.ts';
import type {Judged, LifeOnlooker, Said, Seen} from '../life/onlookers.ts';
import type {CommandDesk} from '../supervision/command-desk.ts';
import type {RunArchive, RunFile} from './run-archive.ts';
import {endIn, openSince} from './run-bounds.ts';
import {RunLedger} from './run-ledger.ts';

export type PresentRunOptions = {
	readonly services: Services;
	readonly tracing: Tracing;
	readonly telemetry: Telemetry;
	readonly archive: RunArchive;
	readonly annotations: RunAnnotations;
	readonly model: CanaryModel;
	readonly about: About;
	/** The newest version of the Canary that is known. */
	readonly newest: () => KubeObject | undefined;
	/** Where the chart is now. */
	readonly whereabouts: () => {readonly path: Path; readonly context: Context};
	/** Resolves once the state that the chart is in has been recorded, and commands that it ends are answered. */
	readonly recorded: () => Promise<void>;
};

type Kept = {readonly ledger: RunLedger; readonly file: RunFile; readonly replaced: string};
type Run = {
	readonly id: string;
	readonly revision: string;
	readonly began: number;
	readonly trace: RunTrace;
	/** Absent for what comes after a run, such as the mending of a promotion that failed before a restart. */
	readonly kept?: Kept | undefined;
};

/** A command at rest that begins a run belongs to it; the run begins in the same turn. */
const RETRY_MS = 1000;

/**
 * A run is `<revision>-<when it began>`. Its beginning is recorded as the time of the Promoted condition, which every
 * CRD of Canaries keeps, so after a restart it has the same name; its trace ends with the process.
 */
export class PresentRun implements LifeOnlooker {
	readonly #options: PresentRunOptions;
	#run: Run | undefined;
	/** A run whose promotion failed: what becomes of its users is part of its record. */
	#held: Run | undefined;
	/** The run that ended last, for commands may be answered by its end. */
	#ended: Kept | undefined;
	#path: Path | '' = '';
	#heard: {readonly command: Command; readonly at: number} | undefined;

	constructor(options: PresentRunOptions) {
		this.#options = options;
	}

	/** When the run began, for its record. */
	began(): number | undefined {
		return this.#run?.began;
	}

	/** The run that the chart is in. */
	present(): {readonly id: string; readonly began: number} | undefined {
		const {path, context} = this.#options.whereabouts();
		this.#take(path, context);
		return this.#run;
	}

	/** What is known of the run under way, or of the one that ended last in this life. */
	record(): {readonly identity: RunIdentity; readonly record: RunRecord} | undefined {
		const ledger = (this.#run?.kept ?? this.#ended)?.ledger;
		return ledger && {identity: ledger.identity, record: ledger.record(this.#options.services.clock.now())};
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

	/** The desk, with this run listening: what people asked of it, and what came of that, is part of its record. */
	hearing(desk: Pick<CommandDesk, 'attend' | 'answer'>): Pick<CommandDesk, 'attend' | 'answer'> {
		const {clock} = this.#options.services;
		return {
			attend: (canary, attendant) =>
				desk.attend(canary, (command, wasInForce) => {
					this.#heard = {command, at: clock.now()};
					this.#run?.kept?.ledger.heard(command, clock.now());
					attendant(command, wasInForce);
				}),
			answer: (canary, name, answer) => {
				this.#run?.kept?.ledger.answered(name, answer);
				this.#ended?.ledger.answered(name, answer);
				desk.answer(canary, name, answer);
			},
		};
	}

	said({type, text}: Said): void {
		this.#run?.trace.said(type, text);
	}

	judged({verdict, model}: Judged): void {
		this.#run?.kept?.ledger.judged(verdict, model, this.#options.services.clock.now());
	}

	/** The chart has come to a state by this event, and what it said on the way is said. */
	entered({path, event, context, status: {reason}}: Seen): void {
		this.#take(path, context);
		this.#run?.kept?.ledger.entered(path, event, context, reason, this.#options.services.clock.now());
		if (path !== this.#path) {
			this.#path = path;
			this.#run?.trace.entered(path, {weight: context.run.share?.canary ?? 0});
		}

		if (this.#run !== undefined && !isUnderWay(path)) {
			const end = endIn(path, reason);
			this.#held = factsOf(path).course === 'holding' ? this.#run : undefined;
			this.#end(end.outcome, end.reason);
		}
	}

	/** Nobody looks after this Canary here any more. */
	ended(): void {
		if (this.#options.newest() === undefined) {
			this.#end('interrupted', 'the Canary was deleted');
			return;
		}

		this.#run?.kept?.file.keep();
		this.#run?.trace.ended('interrupted', '');
		this.#run = undefined;
	}

	#take(path: Path, {run: {revision}, promoted}: Context): void {
		if (!isUnderWay(path) || revision === '' || revision === this.#run?.revision) {
			return;
		}

		const {services, tracing, model, newest} = this.#options;
		const isRestart = this.#run !== undefined;
		this.#end('superseded', `${revision} is the target's revision now`);
		const open = openSince(newest());
		const isAftermath = stateOf(path) === 'failed' && open === undefined;
		const held = isAftermath && this.#held?.revision === revision ? this.#held : undefined;
		const began = held?.began ?? open ?? services.clock.now();
		const id = `${revision}-${timestamp(began).replaceAll(/[-:]/g, '')}`;
		const {name, namespace, target} = model;
		const trace = tracing.begin({name, namespace, target: target.name, run: id, revision});
		// The condition stays open where one revision takes another's place; the record begins with its own.
		const since = isRestart ? services.clock.now() : began;
		const kept = isAftermath ? held?.kept : this.#open(id, revision, since, promoted);
		// A former life has said so already.
		if (kept !== undefined && !isAftermath && (isRestart || open === undefined)) {
			this.#options.annotations.began({identity: kept.ledger.identity, namespace});
		}

		this.#run = {id, revision, began, trace, kept};
	}

	/** Opens the record of a run that begins, or goes on. */
	#open(run: string, revision: string, began: number, promoted: string): Kept {
		const {services, model, archive, about, recorded} = this.#options;
		const {name, target, primary, origin} = model;
		const identity: RunIdentity = {
			canary: name,
			kind: origin?.kind === 'Rollout' ? 'Rollout' : 'Canary',
			run,
			revision,
			target: {kind: target.kind, name: target.name},
			primary: {kind: target.kind, name: primary.name},
			began: timestamp(began),
		};
		const now = services.clock.now();
		const ledger = new RunLedger(identity, now);
		if (this.#heard?.command.verb === 'retry' && now - this.#heard.at < RETRY_MS) {
			ledger.heard(this.#heard.command, this.#heard.at);
		}

		return {ledger, file: archive.open(ledger, about, recorded()), replaced: promoted};
	}

	#end(outcome: RunOutcome, reason: string): void {
		const run = this.#run;
		this.#run = undefined;
		run?.trace.ended(outcome === 'rolled-back' ? 'failed' : outcome === 'skipped' ? 'promoted' : outcome, reason);
		if (run?.kept === undefined) {
			return;
		}

		const {services, telemetry, annotations, model, whereabouts, recorded} = this.#options;
		const {ledger, file} = run.kept;
		const now = services.clock.now();
		const isFirstEnd = ledger.outcome === undefined;
		ledger.end(outcome, reason, now, whereabouts().context, this.#digests(run.revision, run.kept.replaced));
		this.#ended = run.kept;
		const counted = ledger.outcome ?? outcome;
		if (isFirstEnd) {
			telemetry.observeRunEnded(model, {outcome: counted, seconds: ledger.seconds(now)});
		}

		annotations.ended({identity: ledger.identity, namespace: model.namespace, outcome: counted, reason, at: now});
		file.end(recorded());
	}

	#digests(revision: string, replaced: string): RunRecord['digests'] {
		const configs = this.#options.newest()?.status?.['trackedConfigs'];
		return {
			template: revision,
			...(replaced !== '' && replaced !== revision && {replaced}),
			...(typeof configs === 'object' && configs !== null && {configs: configs as Record<string, string>}),
		};
	}
}
