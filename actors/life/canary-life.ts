// Hosts one Canary's chart: binds its ports, says what it announces, records what it is, and reports its death.
import {createActor} from 'xstate';
import type {Actor, AnyActorRef, SnapshotFrom} from 'xstate';
import type {Announcement, CanaryModel} from '../../api/model.ts';
import {canaryMachine} from '../../machines/canary.ts';
import type {CanaryChanged} from '../../machines/custody.ts';
import {factsOf, pathOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import type {Recalled} from '../../machines/model/context.ts';
import {statusOf} from '../../machines/model/status.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import type {Log} from '../../services/log.ts';
import type {Survey} from '../../services/survey/open-survey.ts';
import type {About} from '../../services/telemetry/event-recorder.ts';
import {PresentRun} from '../record/present-run.ts';
import {noDesk} from '../supervision/command-desk.ts';
import type {Services} from './bindings.ts';
import {canaryPorts} from './canary-ports.ts';
import {Gate} from './gate.ts';
import {Hearing} from './hearing.ts';
import type {HostOptions} from './host-options.ts';
import {Notifying} from './notifying.ts';
import {lifeOnlookers} from './onlookers.ts';
import type {LifeOnlooker} from './onlookers.ts';
import {provided} from './provided.ts';
import {StatusWriter} from './status-writer.ts';

export type CanaryLifeOptions = HostOptions & {
	readonly model: CanaryModel;
	/** What its events are about. */
	readonly about: About;
	/** The kind that its status goes to. */
	readonly resource: Resource;
	/** As it was when this life began. */
	readonly canary: KubeObject;
	readonly recalled: Recalled;
	readonly onCrash: (error: Error) => void;
};

type Chart = Actor<typeof canaryMachine>;

/** When the judge asks next; undefined while it idles. */
const dueOf = (judge: AnyActorRef | undefined): number | undefined => {
	const snapshot = judge?.getSnapshot() as {value?: unknown; context?: {due: number}} | undefined;
	return snapshot?.value === 'waiting' ? snapshot.context?.due : undefined;
};

/** What happens to a Canary, as lines of the log. */
const inLines = (log: Log): LifeOnlooker => ({
	entered({from, path, event}) {
		if (path !== from) {
			log.debug('state changed', {from, to: path, event});
		}
	},
	said({type, text}) {
		log[type === 'Warning' ? 'warn' : 'info'](text);
	},
	crashed(error) {
		log.error("the canary's actor crashed", {error: error.stack ?? String(error)});
	},
});

/**
 * Order kept for each state: what was announced is posted, then the status is recorded, then effects begin. A return
 * of traffic waits for neither. Whoever looks on is told in between, in the same turn.
 */
export class CanaryLife {
	readonly #options: CanaryLifeOptions;
	readonly #run: PresentRun;
	readonly #services: Services;
	readonly #gate: Gate;
	readonly #writer: StatusWriter;
	readonly #notifying: Notifying | undefined;
	readonly #hearing: Hearing;
	readonly #onlookers: Required<LifeOnlooker>;
	readonly #chart: Chart;
	readonly #ended = new AbortController();
	#forget: () => void = () => {};
	#survey: Survey | undefined;
	#path: Path | '' = '';
	#event = 'started';

	constructor(options: CanaryLifeOptions) {
		this.#options = options;
		this.#run = this.#createRun();
		this.#services = this.#run.services();
		this.#gate = new Gate(options.services.clock);
		this.#gate.setSuspended(options.model.suspended);
		this.#writer = this.#createWriter();
		this.#notifying = this.#createNotifying();
		this.#hearing = this.#createHearing();
		this.#chart = this.#createChart();
		this.#onlookers = this.#gatherOnlookers();
	}

	start(): void {
		const chart = this.#chart;
		chart.on('announced', ({announcement}) => {
			this.#say(announcement);
		});
		chart.on('command answered', (said) => {
			this.#hearing.answered(said);
			this.#onlookers.answered(said.name, said);
		});
		chart.subscribe({
			next: (snapshot) => {
				this.#publish(snapshot);
			},
			error: (error) => {
				this.#onlookers.crashed(error as Error);
				this.#options.onCrash(error as Error);
			},
		});
		this.#forget = this.#options.onVersion(this.#options.model, (version) => {
			this.#writer.saw(version);
		});
		chart.start();
	}

	changed(change: CanaryChanged): void {
		this.#gate.setSuspended(change.model.suspended);
		this.#chart.send(change);
	}

	stop(): void {
		this.#forget();
		this.#ended.abort(new Error('the canary is no longer watched here'));
		this.#hearing.stop();
		this.#chart.stop();
		this.#writer.stop();
		this.#onlookers.ended();
	}

	/** The chart is in a state that others may know of. */
	#publish({value, context}: SnapshotFrom<typeof canaryMachine>): void {
		const path = pathOf(value);
		const {course, awaits} = factsOf(path);
		if (course === 'resuming') {
			return;
		}

		const status = statusOf(path, context);
		this.#survey?.setRunning(course === 'run');
		this.#survey?.setAwaited(awaits);
		const at = this.#services.clock.now();
		this.#onlookers.entered({from: this.#path, path, event: this.#event, at, context, status});
		this.#path = path;
		const notified = this.#notifying?.stamp();
		this.#writer.write(notified === undefined ? status : {...status, notified});
		this.#hearing.entered(path, context);
	}

	#say({type, text}: Announcement): void {
		const {value, context} = this.#chart.getSnapshot();
		const {revision} = context.run;
		this.#onlookers.said({type, text, phase: statusOf(pathOf(value), context).phase, revision});
		const event = {type, message: text, run: revision, logged: this.#run.fields()};
		this.#options.eventRecorder.record(this.#options.about, event);
	}

	/** The state that answers is published, and its record begun, in this very turn. */
	async #recorded(): Promise<void> {
		await Promise.resolve();
		await this.#gate.recorded(this.#ended.signal);
	}

	#createRun(): PresentRun {
		const {model, newest} = this.#options;
		return new PresentRun({
			...this.#options,
			newest: () => newest(model),
			whereabouts: () => {
				const {value, context} = this.#chart.getSnapshot();
				return {path: pathOf(value), context};
			},
			recorded: () => this.#recorded(),
		});
	}

	#createWriter(): StatusWriter {
		const {about, canary, resource, eventRecorder} = this.#options;
		const {cluster, clock, log} = this.#services;
		return new StatusWriter({
			cluster,
			clock,
			log,
			resource,
			canary,
			flushed: () => eventRecorder.flushed(about),
			runBegan: () => this.#run.began(),
			onRecorded: (recorded) => {
				this.#gate.setRecorded(recorded);
				if (recorded) {
					this.#notifying?.recorded();
				}
			},
			onCrdTooOld() {
				log.warn('CRD too old: status.state was not kept; apply artifacts/crds');
			},
		});
	}

	#createNotifying(): Notifying | undefined {
		const {about, canary} = this.#options;
		const {notifications, clock} = this.#services;
		return (
			notifications &&
			new Notifying({
				notifications,
				clock,
				about,
				canary,
				signal: this.#ended.signal,
				present: () => this.#run.present(),
				onTrouble: (text) => {
					this.#say({type: 'Warning', text});
				},
				onSettled: (status, notified) => {
					this.#writer.write({...status, notified});
				},
			})
		);
	}

	#createHearing(): Hearing {
		const {model, desk} = this.#options;
		return new Hearing({
			desk: this.#run.hearing(model.origin === undefined ? desk : noDesk),
			canary: model,
			give: (command) => {
				this.#onlookers.heard(command);
				this.#chart.send({type: 'command given', command, at: this.#services.clock.now()});
			},
			recorded: () => this.#recorded(),
		});
	}

	#createChart(): Chart {
		const {model, recalled, inspector} = this.#options;
		const {clock} = this.#services;
		const inspect = inspector?.of(`${model.name}.${model.namespace}`);
		const services: Services = {
			...this.#services,
			runChecks: async (asked, signal) => {
				const verdict = await this.#services.runChecks(asked, signal);
				this.#onlookers.judged({verdict, model: asked, run: this.#chart.getSnapshot().context.run});
				return verdict;
			},
		};
		const onSurvey = (opened: Survey): void => {
			this.#survey = opened;
		};
		return createActor(
			provided(canaryMachine, {
				actors: canaryPorts({services, gate: this.#gate, onSurvey}),
				onEvent: ({type}) => {
					this.#event = type;
				},
			}),
			{
				clock,
				input: {model, recalled, at: clock.now()},
				...(inspect !== undefined && {inspect}),
			},
		);
	}

	/** Notifications first, for what is to be told is part of the status. */
	#gatherOnlookers(): Required<LifeOnlooker> {
		const {model, onlookers} = this.#options;
		const life = {
			run: () => this.#run.present(),
			record: () => this.#run.record(),
			due: () => dueOf(this.#chart.getSnapshot().children.judge),
		};
		return lifeOnlookers(this.#services.log, {
			'the log': inLines(this.#services.log),
			notifying: this.#notifying,
			'the record': this.#run,
			'those who look on': onlookers.born(model, life),
		});
	}
}
