// Hosts one Canary's chart: binds its ports, says what it announces, records what it is, and reports its death.
import {createActor, fromCallback} from 'xstate';
import type {AnyActorRef} from 'xstate';
import type {Announcement, CanaryModel, Phase} from '../../api/model.ts';
import type {CheckJudged} from '../../machines/analysis.ts';
import {canaryMachine} from '../../machines/canary.ts';
import {factsOf, pathOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import type {Recalled} from '../../machines/model/context.ts';
import {statusOf} from '../../machines/model/status.ts';
import type {ActorCrashed, CanaryChanged} from '../../machines/custody.ts';
import {instantOf} from '../../services/clock.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {canaries} from '../../services/kubernetes/resources.ts';
import type {EventRecorder} from '../../services/telemetry/event-recorder.ts';
import type {RunAnnotations} from '../../services/telemetry/grafana.ts';
import type {Telemetry} from '../../services/telemetry/telemetry.ts';
import type {Tracing} from '../../services/telemetry/tracing.ts';
import type {ActorsSurvey} from '../../services/survey/surveys.ts';
import type {Services} from './bindings.ts';
import {canaryPorts} from './canary-ports.ts';
import {noDesk} from '../supervision/command-desk.ts';
import type {CommandDesk} from '../supervision/command-desk.ts';
import {Gate} from './gate.ts';
import {Hearing} from './hearing.ts';
import type {Inspector} from '../inspection/inspector.ts';
import {Notifying} from './notifying.ts';
import {PresentRun} from '../record/present-run.ts';
import {provided} from './provided.ts';
import {StatusWriter} from './status-writer.ts';
import type {RunArchive} from '../record/run-archive.ts';
import {tellTelemetry} from './telling.ts';
import {noWatcher} from '../views/watcher.ts';
import type {Watcher} from '../views/watcher.ts';

/** A change of state, for those who watch: the sandbox's lines and, later, the page. */
export type StateChange = {
	readonly canary: string;
	readonly from: string;
	readonly to: string;
	readonly event: string;
	readonly at: number;
};

export type HostOptions = {
	readonly services: Services;
	readonly eventRecorder: EventRecorder;
	readonly telemetry: Telemetry;
	readonly tracing: Tracing;
	/** Where runs are recorded. */
	readonly archive: RunArchive;
	/** Who else is told that runs begin and end. */
	readonly annotations: RunAnnotations;
	/** Where people's commands come in. */
	readonly desk: CommandDesk;
	/** The newest version of a Canary that the supervisor has seen. */
	readonly newest: (model: CanaryModel) => KubeObject | undefined;
	/** Called with each version of this Canary that comes later; answers how to stop. */
	readonly onVersion: (model: CanaryModel, listener: (canary: KubeObject) => void) => () => void;
	readonly onStateChange?: (change: StateChange) => void;
	/** Who looks on. */
	readonly watcher?: Watcher | undefined;
	/** Shows the actors as they are; nobody is shown them without it. */
	readonly inspector?: Inspector | undefined;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** What a rebuilt actor is told of its former life. */
export const recalledOf = (canary: KubeObject | undefined): Recalled => {
	const status = canary?.status ?? {};
	return {
		phase: text(status['phase']) as Phase | '',
		canaryWeight: number(status['canaryWeight']),
		iterations: number(status['iterations']),
		failedChecks: number(status['failedChecks']),
		lastAppliedSpec: text(status['lastAppliedSpec']),
		lastPromotedSpec: text(status['lastPromotedSpec']),
		lastTransitionTime: instantOf(status['lastTransitionTime']),
		state: text(status['state']),
		reason: text(status['reason']),
	};
};

/** The kind that the status goes to. */
export const resourceOf = ({origin}: CanaryModel): Resource => origin ?? canaries;

/** The object that events are about. */
export const aboutOf = (model: CanaryModel) => {
	const {name, namespace, uid, origin} = model;
	const {group, version, kind} = resourceOf(model);
	return {apiVersion: `${group}/${version}`, kind, name, namespace, uid, component: origin?.component ?? 'flagger'};
};

/** When the judge asks next; undefined while it idles. */
const dueOf = (judge: AnyActorRef | undefined): number | undefined => {
	const snapshot = judge?.getSnapshot() as {value?: unknown; context?: {due: number}} | undefined;
	return snapshot?.value === 'waiting' ? snapshot.context?.due : undefined;
};

/**
 * The port `live as a canary`: runs the chart until it is left.
 *
 * Order kept for each state: what was announced is posted, then the status is recorded, then effects begin. A return
 * of traffic waits for neither.
 */
export const liveAsCanary = (options: HostOptions) =>
	fromCallback<CanaryChanged, {readonly model: CanaryModel}>(({input: {model}, sendBack, receive}) => {
		const {eventRecorder, telemetry} = options;
		const {clock} = options.services;
		const key = `${model.name}.${model.namespace}`;
		const about = aboutOf(model);
		const canary = options.newest(model);
		if (canary === undefined) {
			return undefined;
		}

		const run = new PresentRun({
			...options,
			model,
			about,
			newest: () => options.newest(model),
			whereabouts() {
				const {value, context} = chart.getSnapshot();
				return {path: pathOf(value), context};
			},
			recorded: () => recorded(),
		});
		const services = run.services();
		const {log} = services;
		const gate = new Gate(clock);
		gate.setSuspended(model.suspended);
		let survey: ActorsSurvey | undefined;
		let path: Path | '' = '';
		let event = 'started';
		const statusWriter = new StatusWriter({
			cluster: services.cluster,
			clock,
			log,
			resource: resourceOf(model),
			canary,
			flushed: () => eventRecorder.flushed(about),
			runBegan: () => run.began(),
			onRecorded: (recorded) => {
				gate.setRecorded(recorded);
				if (recorded) {
					notifying?.recorded();
				}
			},
			onCrdTooOld() {
				log.warn('CRD too old: status.state was not kept; apply artifacts/crds');
			},
		});
		const inspect = options.inspector?.of(key);
		const chart = createActor(
			provided(canaryMachine, {
				actors: canaryPorts({services, gate, onSurvey: (opened) => (survey = opened)}),
			}),
			{
				clock,
				input: {model, recalled: recalledOf(canary), at: clock.now()},
				inspect(inspection) {
					inspect?.(inspection);
					if (inspection.type === '@xstate.event' && inspection.actorRef === (chart as AnyActorRef)) {
						event = inspection.event.type;
						if (event === 'check judged') {
							watch.judged((inspection.event as CheckJudged).verdict, chart.getSnapshot().context.run);
						}
					}
				},
			},
		);
		const say = ({type, text: message}: Announcement): void => {
			const {value, context} = chart.getSnapshot();
			const {revision} = context.run;
			log[type === 'Warning' ? 'warn' : 'info'](message);
			run.said(type, message);
			watch.said({type, text: message});
			eventRecorder.record(about, {type, message, run: revision, logged: run.fields()});
			const {phase} = statusOf(pathOf(value), context);
			services.notifications?.tellEvent({...about, phase, revision, type, message});
		};
		chart.on('announced', ({announcement}) => {
			say(announcement);
		});
		const watch = (options.watcher ?? noWatcher).born(model, {
			run: () => run.present(),
			record: () => run.record(),
			due: () => dueOf(chart.getSnapshot().children.judge),
		});
		const ended = new AbortController();
		const notifying =
			services.notifications &&
			new Notifying({
				notifications: services.notifications,
				clock,
				about,
				canary,
				signal: ended.signal,
				onTrouble(trouble) {
					say({type: 'Warning', text: trouble});
				},
				onSettled(status, notified) {
					statusWriter.write({...status, notified});
				},
			});
		// The state that answers is published, and its record begun, in this very turn.
		const recorded = async (): Promise<void> => {
			await Promise.resolve();
			await gate.recorded(ended.signal);
		};
		const hearing = new Hearing({
			desk: run.hearing(model.origin === undefined ? options.desk : noDesk),
			canary: model,
			give(command) {
				watch.heard(command);
				chart.send({type: 'command given', command, at: clock.now()});
			},
			recorded,
		});
		chart.on('command answered', (said) => {
			hearing.answered(said);
			watch.answered(said.name, said);
		});
		chart.subscribe({
			next({value, context}) {
				const next = pathOf(value);
				const {course, awaits} = factsOf(next);
				if (course === 'resuming') {
					return;
				}

				const status = statusOf(next, context);
				survey?.setRunning(course === 'run');
				survey?.setAwaited(awaits);
				const notified = notifying?.entered({path: next, context, status, run: run.present()});
				statusWriter.write(notified === undefined ? status : {...status, notified});
				tellTelemetry(telemetry, context, status, path, next);
				if (next !== path) {
					options.onStateChange?.({canary: key, from: path, to: next, event, at: clock.now()});
					log.debug('state changed', {from: path, to: next, event});
					path = next;
				}

				hearing.entered(next, context);

				run.entered(next, event, context, status);
				watch.entered({path: next, event, context, status});
			},
			error(error) {
				log.error("the canary's actor crashed", {error: (error as Error).stack ?? String(error)});
				const crash: ActorCrashed = {type: 'actor crashed', error: (error as Error).message, at: clock.now()};
				sendBack(crash);
			},
		});
		const forget = options.onVersion(model, (version) => {
			statusWriter.saw(version);
		});
		receive((change) => {
			gate.setSuspended(change.model.suspended);
			chart.send(change);
		});
		chart.start();
		return () => {
			forget();
			ended.abort(new Error('the canary is no longer watched here'));
			watch.ended();
			hearing.stop();
			chart.stop();
			statusWriter.stop();
			run.stop();
		};
	});
