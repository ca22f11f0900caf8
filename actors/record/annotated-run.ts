// Hosts the chart of one Deployment that is marked for rollout: the same chart, ports and order as for a Canary, but its
// record lies in annotations of its VirtualService, and what it says goes to whoever started it.
import {createActor, fromPromise} from 'xstate';
import type {Announcement, CanaryModel} from '../../api/model.ts';
import {noShare} from '../../api/shares.ts';
import {canaryMachine} from '../../machines/canary.ts';
import type {Context} from '../../machines/model/context.ts';
import {factsOf, isStill, pathOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import {primaryCanServe, primaryIsHealthy} from '../../machines/model/health.ts';
import {statusOf} from '../../machines/model/status.ts';
import type {Status} from '../../machines/model/status.ts';
import type {Answer} from '../../machines/ports.ts';
import {sleep} from '../../services/clock.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {routerOf} from '../../services/providers/index.ts';
import type {Survey} from '../../services/survey/open-survey.ts';
import type {Services} from '../life/bindings.ts';
import {canaryPorts} from '../life/canary-ports.ts';
import {recalledOf} from '../life/canary.ts';
import {Gate} from '../life/gate.ts';
import {StatusWriter} from '../life/status-writer.ts';
import {untilDone} from '../life/retrying.ts';
import {keptInAnnotations, withStatus} from './status-in-annotations.ts';

/** Where the chart has come to. */
export type Step = {readonly path: Path; readonly status: Status; readonly context: Context};

export type AnnotatedRunOptions = {
	readonly services: Services;
	readonly model: CanaryModel;
	/** The VirtualService as found, and its kind in the version that is served. */
	readonly route: KubeObject;
	readonly resource: Resource;
	/** Shows where the chart would go from here: nothing is written, nothing goes on. */
	readonly isDry?: boolean;
	readonly say: (announcement: Announcement) => void;
	readonly onStep: (step: Step) => void;
	/** The chart has died of a fault of ours. */
	readonly onCrash: (error: Error) => void;
};

/** Where an interrupted run left its users. */
export type Left = {
	/** `primary`: it has all traffic, and the API server has confirmed that; `canary`: the primary cannot relieve it yet;
	 * `unconfirmed`: no confirmation came within GIVE_BACK_MS; `untouched`: nothing was under way or known yet. */
	readonly traffic: 'primary' | 'canary' | 'unconfirmed' | 'untouched';
	/** Of the canary, in percent, before the interruption; undefined where the VirtualService routes to both no more. */
	readonly weight: number | undefined;
};

/** How long an interruption may take: GitHub's runners kill 7.5 s after Ctrl-C, `docker stop` after 10 s. */
export const GIVE_BACK_MS = 7000;

export type AnnotatedRun = {
	/** A newer version of the VirtualService was observed. */
	saw(route: KubeObject): void;
	/** Begins a revision once more that has failed. */
	retry(): void;
	/** Resolves once the record says where the chart is. */
	recorded(): Promise<void>;
	/** Ends the chart and gives the primary all traffic if it can take it, within GIVE_BACK_MS; the record stays, to be
	 * taken up again. Never rejects. */
	interrupt(): Promise<Left>;
	stop(): void;
};

const never = <Input>() => fromPromise<Answer, Input>(() => new Promise(() => {}));

/** The ports of a chart that only shows what it would do. */
const dryPorts = (ports: ReturnType<typeof canaryPorts>): ReturnType<typeof canaryPorts> => ({
	...ports,
	'wait until': never(),
	'bootstrap the primary': never(),
	'route traffic': never(),
	'scale the canary': never(),
	'keep the promoted template': never(),
	'promote the revision': never(),
	'take the promotion back': never(),
});

/** Whether the primary can be given all traffic; in mid-promotion only once it is whole again. */
const canTakeAll = (context: Context): boolean =>
	context.run.promoting === true ? primaryIsHealthy(context) : primaryCanServe(context);

/** Gives the primary all traffic; answers whether the API server has confirmed it in time. */
const giveBack = async ({services, model}: AnnotatedRunOptions, gate: Gate): Promise<boolean> => {
	const {cluster, clock, log} = services;
	const what = `giving ${model.primary.name}.${model.namespace} all traffic`;
	const late = new AbortController();
	const {signal} = late;
	const write = async (): Promise<void> => {
		await routerOf(model.provider)?.write(cluster, model, noShare, {lane: 'rollback', signal});
	};
	// Behind whatever write is still on its way.
	const given = gate
		.pass('nothing', signal, () => untilDone(services, what, {insist: true, signal}, write))
		.then(
			() => true,
			(error: unknown) => {
				if (!signal.aborted) {
					log.warn(`${what} has failed`, {error: String(error)});
				}

				return false;
			},
		);
	const isGiven = await Promise.race([given, sleep(clock, GIVE_BACK_MS, signal).then(() => false)]);
	late.abort(new Error('the interruption is over'));
	return isGiven;
};

/** Runs the chart until it is stopped. */
export const startAnnotatedRun = (options: AnnotatedRunOptions): AnnotatedRun => {
	const {services, model, resource, isDry = false, say, onStep, onCrash} = options;
	const {clock, log} = services;
	const route = withStatus(options.route);
	let newest = options.route;
	const gate = new Gate(clock);
	const ended = new AbortController();
	let survey: Survey | undefined;
	const statusWriter = new StatusWriter({
		cluster: keptInAnnotations(services.cluster),
		clock,
		log,
		resource,
		canary: route,
		flushed: () => Promise.resolve(),
		onRecorded: (recorded) => {
			gate.setRecorded(recorded);
		},
		onCrdTooOld() {},
	});
	const ports = canaryPorts({services, gate, onSurvey: (opened) => (survey = opened)});
	const chart = createActor(canaryMachine.provide({actors: isDry ? dryPorts(ports) : ports}), {
		clock,
		input: {model, recalled: recalledOf(route), at: clock.now()},
	});
	chart.on('announced', ({announcement}) => {
		say(announcement);
	});
	chart.subscribe({
		next({value, context}) {
			const path = pathOf(value);
			const {course, awaits} = factsOf(path);
			if (course === 'resuming' || ended.signal.aborted) {
				return;
			}

			const status = statusOf(path, context);
			survey?.setRunning(course === 'run' && !isDry);
			survey?.setAwaited(awaits);
			// Whoever is blocked has done nothing yet; what it waits for is said, and nobody resumes from it.
			if (!isDry && course !== 'blocked') {
				statusWriter.write({...status, waitingFor: ''});
			}

			onStep({path, status, context});
		},
		error(error) {
			onCrash(error as Error);
		},
	});
	chart.start();
	const stop = (): void => {
		ended.abort(new Error('the run is no longer looked after'));
		chart.stop();
		statusWriter.stop();
	};

	return {
		saw(version) {
			newest = version;
			statusWriter.saw(withStatus(version));
		},
		retry() {
			const command = {name: 'retry', verb: 'retry', reason: '', requestedBy: 'rollout-cli'} as const;
			chart.send({type: 'command given', command, at: clock.now()});
		},
		async recorded() {
			// The state that was just entered is published in this very turn.
			await Promise.resolve();
			await gate.recorded(ended.signal);
		},
		async interrupt() {
			const {value, context} = chart.getSnapshot();
			stop();
			const weight = routerOf(model.provider)?.read(model, newest, {parts: []})?.canary;
			if (isDry || context.world === undefined || isStill(pathOf(value))) {
				return {traffic: 'untouched', weight};
			}

			if (!canTakeAll(context) && context.world.route?.canary !== 0) {
				return {traffic: 'canary', weight};
			}

			return {traffic: (await giveBack(options, gate)) ? 'primary' : 'unconfirmed', weight};
		},
		stop,
	};
};
