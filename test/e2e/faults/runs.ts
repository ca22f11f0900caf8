// One run of a plan in a namespace of its own, through whatever comes over it, to its end.
import {sleep, wallClock} from '../../../services/clock.ts';
import type {KubeObject, Resource} from '../../../services/kubernetes/cluster.ts';
import * as resources from '../../../services/kubernetes/resources.ts';
import {release} from '../../releases/shapes.ts';
import {isClosed} from '../../simulation/recorded.ts';
import type {End} from '../../simulation/sweep.ts';
import type {Ground} from '../cluster.ts';
import {eventually} from '../../../sandbox/real/control-plane/eventually.ts';
import {startInside, startMortal, type Place} from './daemons.ts';
import {endOf} from './ends.ts';
import {violationsIn, type Observation} from './observer.ts';
import {objectsOf, type Plan} from './plans.ts';
import type {Call, Proxy, Rule, Upstream} from './proxy.ts';

export type Site = {
	readonly ground: Ground;
	readonly upstream: Upstream;
	/** Rules that cannot be asked here, by the first word of their names. */
	readonly except: readonly string[];
};

export type Outcome = {
	readonly namespace: string;
	readonly end: End;
	readonly observation: Observation;
	/** Of the rules that hold after every write. */
	readonly violations: readonly string[];
	/** Requests of users that nobody answered, from the first weight on. */
	readonly dropped: number;
	readonly complaints: readonly string[];
	readonly calls: readonly Call[];
	/** The write at which the daemon was killed; undefined for a run that was not. */
	readonly killedAt: string | undefined;
};

const RUN_MS_MAX = 240_000;
const QUIET_MS = 500;

/** The collection of an object's kind, by the version that it is written in. */
const collectionOf = ({apiVersion, kind, metadata: {namespace}}: KubeObject): string => {
	const [version = '', group = ''] = apiVersion.split('/').reverse();
	return resources.pathOf({group, version, kind, plural: plurals[kind] ?? ''}, namespace);
};

const plurals: Readonly<Record<string, string>> = {
	Namespace: 'namespaces',
	Canary: 'canaries',
	Deployment: 'deployments',
	Service: 'services',
	VirtualService: 'virtualservices',
};

/** Those whose newest versions must have been seen before a history is complete. */
const awaited = [
	resources.canaries,
	resources.canaryRuns,
	resources.deployments,
	resources.virtualServices,
	resources.events,
];

/** Asks until the API server, which may be away, has answered. */
const insist = ({client}: Ground, method: 'GET' | 'DELETE', path: string): Promise<unknown> =>
	eventually(`${method} ${path}`, () => client.call(method, path).catch(() => undefined), RUN_MS_MAX);

let namespaces = 0;

/** What happens in one namespace, seen from outside. */
const begin = async ({ground, upstream, except}: Site, plan: Plan) => {
	namespaces += 1;
	const namespace = `run-${namespaces}`;
	const {client, mirror, mesh, speed} = ground;
	const place: Place = {ground, upstream, namespace};
	for (const object of await objectsOf(plan, namespace)) {
		await client.call('POST', collectionOf(object), object);
	}

	const present = (kind: Resource): readonly KubeObject[] =>
		mirror.store.list(kind, {}).items.filter(({metadata}) => metadata.namespace === namespace);
	const status = (): Readonly<Record<string, unknown>> => present(resources.canaries)[0]?.status ?? {};
	/** What tells whether it is the cluster that stands still, or the daemon. */
	const workloads = (): string =>
		[resources.deployments, resources.pods]
			.flatMap((kind) => present(kind))
			.map(({metadata, status: said}) => `${metadata.name}: ${JSON.stringify(said)}`)
			.join('\n');
	const untilSo = async (what: string, isSo: () => boolean): Promise<void> => {
		try {
			await eventually(what, async () => isSo() || undefined, RUN_MS_MAX);
		} catch (error) {
			const seen = `${JSON.stringify(status())}\n${workloads()}`;
			throw new Error(`${namespace}, ${plan.title}: ${String(error)}; ${seen}`, {cause: error});
		}
	};
	const hasEnded = (): boolean => status()['phase'] === plan.end;
	/** A record is written last of all; a daemon that died before that has left it open. */
	const isRecorded = (): boolean => isClosed(present(resources.canaryRuns));

	/** Its user releases the new version as soon as everything stands by. */
	const user = async (): Promise<number> => {
		if (plan.shape.isGenerated) {
			await untilSo('is initialized', () => status()['phase'] === 'Initialized');
			// The API server may be away; the same patch twice is one.
			const released = async () => {
				try {
					await release(ground.harnessIn(namespace), plan.shape, plan.version);
					return true;
				} catch {
					return undefined;
				}
			};
			await eventually(`${namespace} is released`, released, RUN_MS_MAX);
		}

		await untilSo('has begun', () => Number(status()['canaryWeight']) > 0 || hasEnded());
		return mesh.droppedIn(namespace);
	};
	const caughtUp = async (): Promise<void> => {
		for (const kind of awaited) {
			const {items} = (await insist(ground, 'GET', resources.pathOf(kind, namespace))) as {
				items: readonly KubeObject[];
			};
			await untilSo(`the watch of ${kind.plural} has caught up`, () =>
				items.every(
					({metadata: {name, resourceVersion}}) =>
						mirror.versionOf(kind.plural, namespace, name) >= Number(resourceVersion),
				),
			);
		}
	};
	return {
		place,
		user: user(),
		/** Its status says that it is over, whatever its record says. */
		async isOver(): Promise<boolean> {
			const {items} = (await insist(ground, 'GET', resources.pathOf(resources.canaries, namespace))) as {
				items: readonly KubeObject[];
			};
			return items.every(({status: said}) => said?.['phase'] === plan.end);
		},
		/** It has come to its end, and nobody writes any more. */
		async ended({calls}: Proxy, isRecordLost = () => false): Promise<void> {
			await untilSo(`ends as ${plan.end}`, hasEnded);
			await untilSo('has ended in its record', () => isRecordLost() || isRecorded());
			const from = wallClock.monotonic();
			await untilSo('comes to rest', () => {
				const last = calls.findLast(({isWrite}) => isWrite)?.at ?? 0;
				return wallClock.monotonic() - Math.max(from, last) > QUIET_MS;
			});
		},
		/** To be asked once no daemon looks after it any more; then it is cleared away. */
		async outcome(proxies: readonly Proxy[], droppedBefore: number, wasOverWhenKilled = false) {
			await caughtUp();
			const changes = await mirror.changesIn(namespace);
			const written = new Map(proxies.flatMap((proxy) => [...proxy.written]));
			const writes = proxies[0]?.calls.filter(({isWrite}) => isWrite).length ?? 0;
			const calls = proxies.flatMap((proxy) => proxy.calls);
			const observation: Observation = {changes, calls, written, speed, except};
			const dropped = mesh.droppedIn(namespace) - droppedBefore;
			await insist(ground, 'DELETE', `/api/v1/namespaces/${namespace}`);
			return {
				namespace,
				end: endOf(changes, plan, namespace, {writes, wasOverWhenKilled}),
				observation,
				violations: violationsIn(observation),
				dropped,
				calls,
			};
		},
	};
};

/** A run whose calls a rule comes over; tells when its daemon has begun. */
export const runThrough = async (site: Site, plan: Plan, rule?: Rule, onBegun = () => {}): Promise<Outcome> => {
	const run = await begin(site, plan);
	const daemon = await startInside(run.place, rule);
	onBegun();
	try {
		const dropped = await run.user;
		await run.ended(daemon.proxy);
		await daemon.stop();
		const {complaints} = daemon;
		return {...(await run.outcome([daemon.proxy], dropped)), complaints, killedAt: undefined};
	} finally {
		await daemon.stop();
	}
};

/** How long nobody looks after it, in ms: not at all, for less and for more than an interval. */
const gaps = [0, 400, 1500];

/** A run whose daemon is killed right after its `write`-th write was applied; another one then takes over. */
export const runKilled = async (site: Site, plan: Plan, write: number): Promise<Outcome> => {
	const run = await begin(site, plan);
	await using daemons = new AsyncDisposableStack();
	const mortal = await startMortal(run.place, write);
	daemons.defer(() => mortal.stop());
	let isDead = false;
	void mortal.died.then(() => (isDead = true));
	const unkilled = run.ended(mortal.proxy, () => isDead).then(() => undefined);
	const killedAt = await Promise.race([mortal.died, unkilled]);
	unkilled.catch(() => {});
	if (killedAt === undefined) {
		await mortal.stop();
		return {...(await run.outcome([mortal.proxy], await run.user)), complaints: [], killedAt};
	}

	await sleep(wallClock, gaps[write % gaps.length] ?? 0);
	const wasOver = await run.isOver();
	const heir = await startInside(run.place);
	daemons.defer(() => heir.stop());
	await heir.ready;
	const dropped = await run.user;
	await run.ended(heir.proxy, () => wasOver);
	await heir.stop();
	const {complaints} = heir;
	return {...(await run.outcome([mortal.proxy, heir.proxy], dropped, wasOver)), complaints, killedAt};
};
