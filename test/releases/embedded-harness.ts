// The embedded world as a harness: in one process, on a virtual clock, so that a release takes a moment.
import {startDaemon} from '../../index.ts';
import {startEmbedded} from '../../sandbox/embedded.ts';
import {inProcess, inProcessConfig} from '../../sandbox/in-process.ts';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import {silentLog} from '../../services/log.ts';
import {seededRandom} from '../../services/random.ts';
import * as resources from '../../services/kubernetes/resources.ts';
import {httpRoutesKey} from '../../sandbox/world/keys.ts';
import {recordedPlurals, saidIn, type Change, type Harness} from './harness.ts';

const STEP_MS = 1000;
const STEPS_MAX = 3600;
const BY = 'user';
const LOAD_MS = 200;

export type EmbeddedHarness = Harness & {
	/** Calls a host a few times a second from now on, as a load test does. */
	load(host: string): void;
	stop(): Promise<void>;
};

const recorded = [
	resources.canaries,
	resources.canaryCommands,
	resources.canaryRuns,
	resources.controllerRevisions,
	resources.daemonSets,
	resources.deployments,
	resources.destinationRules,
	resources.events,
	resources.horizontalPodAutoscalers,
	httpRoutesKey,
	resources.knativeServices,
	resources.rollouts,
	resources.services,
	resources.statefulSets,
	resources.virtualServices,
].filter(({plural}) => recordedPlurals.some((one) => one === plural));

/** A world of its own, with the daemon in it. */
export const startEmbeddedHarness = async (namespace: string): Promise<EmbeddedHarness> => {
	const clock = createVirtualClock();
	const embedded = await startEmbedded({clock, random: seededRandom(1), speed: 1, log: silentLog});
	const {store, world} = embedded;
	const changes: Change[] = [];
	let dropped = 0;
	for (const kind of recorded) {
		store.watch(kind, {namespace}, ({type, object}) => {
			changes.push({type, plural: kind.plural, object});
		});
	}

	world.onRequest(({host, workload, count, isMirror}) => {
		const isLost = workload === 'unknown' && !isMirror;
		dropped += isLost && host.split('.')[1] === namespace ? count : 0;
	});
	const daemon = await startDaemon(inProcessConfig, {
		clock,
		random: seededRandom(2),
		log: silentLog,
		transport: inProcess(embedded.handler, world.prometheus),
	});
	return {
		namespace,
		async apply(objects) {
			embedded.apply(objects);
		},
		get: (kind, name) => Promise.resolve(store.get(kind, namespace, name)),
		async patch(kind, name, operations) {
			store.patch(kind, namespace, name, operations, BY);
		},
		async remove(kind, name) {
			store.remove(kind, namespace, name, BY, {propagationPolicy: 'Background'});
		},
		events: (canary) => Promise.resolve(saidIn(changes, canary)),
		history: () => Promise.resolve([...changes]),
		dropped: () => dropped,
		async eventually(description, ask) {
			for (let step = 0; step < STEPS_MAX; step++) {
				const answer = await ask();
				if (answer !== undefined) {
					return answer;
				}

				await clock.advance(STEP_MS);
			}

			throw new Error(`Not within ${STEPS_MAX} s: ${description}`);
		},
		pass: (ms) => clock.advance(ms),
		load(host) {
			const source = {kind: 'pod', namespace, workload: 'load-tester', labels: {}} as const;
			const call = (): void => {
				void world.request({source, method: 'GET', host, path: '/', query: '', headers: {}});
				clock.setTimeout(call, LOAD_MS);
			};
			call();
		},
		async stop() {
			await daemon.stop();
			embedded.stop();
		},
	};
};
