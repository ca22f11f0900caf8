// The supervisor on the embedded world, with checks that a test decides: how a bug is planted in one Canary's actor.
import type {ExecutionContext} from 'ava';
import {toModel} from '../../api/model-of-canary.ts';
import type {CanaryModel, Verdict} from '../../api/model.ts';
import {allOnlookers} from '../../actors/life/onlookers.ts';
import {changesOnlooker, type StateChange} from '../../actors/views/changes.ts';
import type {Inspector} from '../../actors/inspection/inspector.ts';
import {createRunArchive} from '../../actors/record/run-archive.ts';
import {startSupervisor} from '../../actors/supervision/supervisor.ts';
import {startEmbedded} from '../../sandbox/embedded.ts';
import {API_ORIGIN, inProcess} from '../../sandbox/in-process.ts';
import type {Interceptor} from '../../sandbox/in-process.ts';
import {releaseOf} from '../../sandbox/scenarios.ts';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import {createDoor} from '../../services/http/door.ts';
import {createApi} from '../../services/kubernetes/api.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {openConnection} from '../../services/kubernetes/connection.ts';
import {createCluster} from '../../services/kubernetes/live-cluster.ts';
import {silentLog} from '../../services/log.ts';
import {seededRandom} from '../../services/random.ts';
import {istioRouter as istio} from '../../services/providers/istio/router.ts';
import {createEventRecorder} from '../../services/telemetry/event-recorder.ts';
import {noAnnotations} from '../../services/telemetry/grafana.ts';
import {createMetrics} from '../../services/telemetry/metrics.ts';
import {createTracing} from '../../services/telemetry/tracing.ts';
import {deploymentWorkloads} from '../../services/workloads/deployment.ts';
import {openSurvey} from '../../services/survey/open-survey.ts';
import {keys} from '../simulation/keys.ts';
import type {Kind} from '../simulation/keys.ts';

const SPEED = 10;

/** The seed's release in a namespace of its own. */
export const releaseIn = async (namespace: string): Promise<readonly KubeObject[]> => {
	const {objects} = await releaseOf('good', 'first');
	return objects.map((object) =>
		object.kind === 'Namespace'
			? {...object, metadata: {...object.metadata, name: namespace}}
			: {...object, metadata: {...object.metadata, namespace}},
	);
};

export type StageOptions = {
	readonly namespaces: readonly string[];
	/** Called with each round of checks; what it throws is a bug. */
	readonly onCheck?: (model: CanaryModel) => void;
	/** Called whenever a Canary is read into a model. */
	readonly onRead?: (canary: KubeObject) => void;
	readonly intercept?: Interceptor;
	readonly inspector?: Inspector;
};

export const stage = async (t: ExecutionContext, options: StageOptions) => {
	const {namespaces, onCheck, onRead, intercept} = options;
	const clock = createVirtualClock();
	const random = seededRandom(1);
	const embedded = await startEmbedded({clock, random, speed: SPEED, log: silentLog});
	for (const namespace of namespaces) embedded.apply(await releaseIn(namespace));
	const transport = inProcess(embedded.handler, embedded.world.prometheus, intercept);
	const door = createDoor({clock, log: silentLog, transport, userAgent: 'aviary/test'});
	const api = createApi({connection: openConnection(API_ORIGIN), door, clock, random, log: silentLog});
	const cluster = createCluster({api, clock, random, log: silentLog});
	const eventRecorder = createEventRecorder({cluster, clock, random, log: silentLog});
	const states: StateChange[] = [];
	const adapters = {workloads: deploymentWorkloads, router: istio};
	const supervisor = startSupervisor({
		services: {
			cluster,
			clock,
			random,
			log: silentLog,
			openSurvey: (model, onWorld) => openSurvey({cluster, clock, model, onWorld, ...adapters}),
			async runChecks(model): Promise<Verdict> {
				onCheck?.(model);
				return {outcome: 'passed', text: '', evidence: [], at: clock.now()};
			},
		},
		eventRecorder,
		archive: createRunArchive({
			cluster,
			eventRecorder,
			clock,
			random,
			log: silentLog,
			api,
			history: undefined,
		}),
		annotations: noAnnotations,
		telemetry: createMetrics({processMetrics: false}),
		tracing: createTracing(clock, 'test'),
		namespaces: undefined,
		toModel(canary) {
			onRead?.(canary);
			return toModel(canary, {meshProvider: 'istio', intervalMs: 60_000, speed: SPEED});
		},
		onlookers: allOnlookers(silentLog, {'the test': changesOnlooker({onStateChange: (change) => states.push(change)})}),
		inspector: options.inspector,
	});
	let isStopped = false;
	const stop = async (): Promise<void> => {
		if (isStopped) return;
		isStopped = true;
		await supervisor.stop();
		embedded.stop();
	};
	t.teardown(stop);
	const get = (kind: Kind, name: string, namespace: string): KubeObject | undefined =>
		embedded.store.get(keys[kind], namespace, name);
	return {
		clock,
		embedded,
		supervisor,
		states,
		stop,
		get,
		status: (namespace: string) => get('canaries', 'podinfo', namespace)?.status ?? {},
		/** How often an actor of the Canary was started. */
		starts: (namespace: string) =>
			states.filter(({canary, from}) => canary === `podinfo.${namespace}` && from === '').length,
		events: (namespace: string) =>
			embedded.store.list(keys.events, {namespace}).items.map((event) => String(Reflect.get(event, 'message'))),
		/** Lets so many seconds of the world pass. */
		seconds: (count: number) => clock.advance((count * 1000) / SPEED),
	};
};
