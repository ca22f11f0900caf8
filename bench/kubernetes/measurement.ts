// One measurement: so many Canaries on a cluster of its own, from their creation to the end of a wave of rollouts.
import {sleep, wallClock} from '../../services/clock.ts';
import {canaries, deployments, pathOf} from '../../services/kubernetes/resources.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {bareWrites, type Bare} from './bare-client.ts';
import {followCanaries} from './canaries-seen.ts';
import {canary, INTERVAL_SECONDS, namespacesOf, placesOf, target} from './objects.ts';
import type {Foreign, Options} from './options.ts';
import {measured, type Phase} from './phases.ts';
import {rolloutOf, type Rollout} from './rollout.ts';
import {create, startSite, type Site} from './site.ts';
import {commandOf, startSubject, type Subject} from './subject.ts';

export type StartUp = {
	readonly phase: Phase;
	/** Undefined for an operator that has no `/readyz`. */
	readonly readySeconds: number | undefined;
	/** Until its metrics told each Canary's state; undefined for an operator without that metric. */
	readonly resumedSeconds: number | undefined;
};

export type Measurement = {
	readonly canaries: number;
	readonly namespaces: number;
	readonly foreign: Foreign;
	readonly intervalSeconds: number;
	readonly initialise: Phase;
	readonly idle: Phase;
	readonly startUp: StartUp;
	readonly rollout: Rollout;
	readonly bareClient: Bare;
};

const POLL_MS = 50;
const TARGETS_MS_MAX = 300_000;
/** For the peer, too, which needs a second a Canary. */
const patienceMs = (count: number): number => 240_000 + count * 1500;

/** Targets that run, before anybody looks after them. */
export const createTargets = async ({admin}: Site, places: ReturnType<typeof placesOf>): Promise<void> => {
	await create(
		admin,
		deployments,
		places.map((place) => target(place)),
	);
	const waiting = new Set(places);
	await eventually(
		'the targets run',
		async () => {
			for (const place of [...waiting].slice(0, 20)) {
				const {status} = (await admin.call('GET', pathOf(deployments, place.namespace, place.name))) as KubeObject;
				if (status?.['readyReplicas'] === 1) {
					waiting.delete(place);
				}
			}

			return waiting.size === 0 || undefined;
		},
		TARGETS_MS_MAX,
	);
};

/** Until it says that it is ready, and until it tells each Canary's state. */
const startUpOf = async (
	site: Site,
	subject: Subject,
	count: number,
	settle: () => Promise<void>,
): Promise<StartUp> => {
	let resumedSeconds: number | undefined;
	let readySeconds: number | undefined;
	const begun = wallClock.monotonic();
	const {phase} = await measured(
		site,
		subject,
		async () => {
			readySeconds = await subject.readySeconds;
			if (readySeconds === undefined) {
				return;
			}

			while ((await subject.resumed()) < count) {
				await sleep(wallClock, POLL_MS);
			}

			resumedSeconds = Number(((wallClock.monotonic() - begun) / 1000).toFixed(2));
		},
		settle,
	);
	return {phase, readySeconds: readySeconds && Number(readySeconds.toFixed(2)), resumedSeconds};
};

/** Measures one size. `say` hears of each phase. */
export const measure = async (options: Options, count: number, say: (text: string) => void): Promise<Measurement> => {
	const {foreign, idleMs} = options;
	const settle = (): Promise<void> => sleep(wallClock, options.settleMs);
	const places = placesOf(count);
	const msMax = patienceMs(count);
	await using ends = new AsyncDisposableStack();
	say(
		`a cluster with ${foreign.deployments} Deployments, ${foreign.pods} Pods and ${foreign.secrets} Secrets of others`,
	);
	const site = await startSite(places, foreign, options.manifests);
	ends.defer(() => site.stop());
	await createTargets(site, places);
	const words = await commandOf(options, site.dir);
	const seen = await followCanaries(site.admin);
	ends.defer(() => seen.stop());

	let subject = await startSubject(site, words);
	ends.defer(() => subject.stop());
	await subject.readySeconds;
	await settle();
	say(`initialise ${count}`);
	const {phase: initialise} = await measured(
		site,
		subject,
		async () => {
			await create(
				site.own,
				canaries,
				places.map((place) => canary(place)),
			);
			await seen.allIn('Initialized', count, msMax);
		},
		settle,
	);
	say(`initialised in ${initialise.seconds} s; idle for ${idleMs / 1000} s`);
	const {phase: idle} = await measured(site, subject, () => sleep(wallClock, idleMs));

	say('start-up with what exists');
	await subject.stop();
	subject = await startSubject(site, words);
	const startUp = await startUpOf(site, subject, count, settle);
	say(`resumed in ${startUp.resumedSeconds ?? 'an unknown time'} s; a wave of rollouts`);
	const rollout = await rolloutOf(site, subject, seen, places, msMax, settle);
	say(`rolled out in ${rollout.phase.seconds} s; the same writes by a bare client`);
	await subject.stop();
	const bareClient = await bareWrites(site.admin, site.own, places);
	say(`written in ${bareClient.seconds} s`);
	return {
		canaries: count,
		namespaces: namespacesOf(places).length,
		foreign,
		intervalSeconds: INTERVAL_SECONDS,
		initialise,
		idle,
		startUp,
		rollout,
		bareClient,
	};
};
