// The embedded world with the document's objects and none of our CRDs, and the command in it on a virtual clock.
import {readFile, readdir} from 'node:fs/promises';
import {createColors} from 'picocolors';
import type {ExecutionContext} from 'ava';
import {startCampaign, type Campaign, type CampaignOptions} from '../../../cli/rollout/campaign.ts';
import {reportOn, type Result} from '../../../cli/rollout/report.ts';
import type {Settings} from '../../../cli/rollout/scan.ts';
import {openServices, routesOf} from '../../../cli/rollout/services.ts';
import {objectsOf, startEmbedded, type Embedded} from '../../../sandbox/embedded.ts';
import {API_ORIGIN, inProcess, PROMETHEUS_ORIGIN} from '../../../sandbox/in-process.ts';
import {createVirtualClock, type VirtualClock} from '../../../sandbox/virtual-clock.ts';
import {HttpError} from '../../../services/http/errors.ts';
import type {KubeObject, Operation, Resource} from '../../../services/kubernetes/cluster.ts';
import {openConnection} from '../../../services/kubernetes/connection.ts';
import {deployments, virtualServices} from '../../../services/kubernetes/resources.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';
import {isWrite, nameOf, statusAnswer, type Cut} from '../../simulation/mortal.ts';

const EXAMPLE = new URL('../../../artifacts/examples/002/artifacts/', import.meta.url);
const BY = 'user';

/** The document's manifests, in the order in which it applies them. */
export const manifests = async (): Promise<readonly KubeObject[]> => {
	const texts = await Promise.all(
		['namespace/', 'workloads/'].map(async (folder) => {
			const files = (await readdir(new URL(folder, EXAMPLE))).sort();
			return Promise.all(files.map((file) => readFile(new URL(folder + file, EXAMPLE), 'utf8')));
		}),
	);
	return texts.flat().flatMap((text) => objectsOf(text));
};

export const settings: Settings = {
	intervalMs: 60_000,
	windowMs: 60_000,
	step: 25,
	threshold: 99,
	failedChecks: 2,
	deadlineMs: 600_000,
	metricsServer: PROMETHEUS_ORIGIN,
};

export type Life = {
	readonly campaign: Campaign;
	/** What it printed, a line each, without times. */
	readonly lines: readonly string[];
	/** Each request that writes, in order. */
	readonly writes: readonly string[];
	isAlive(): boolean;
	/** Resolved once all is done. */
	results(): readonly Result[] | undefined;
	stop(): Promise<void>;
};

/** An answer that never comes. */
const ended = (signal: AbortSignal): Promise<never> =>
	new Promise((_, reject) => {
		signal.addEventListener('abort', () => {
			reject(signal.reason as Error);
		});
	});

type LifeOptions = Partial<Pick<CampaignOptions, 'mode' | 'isRetrying'>> & {
	readonly settings?: Partial<Settings>;
	readonly output?: 'text' | 'json';
	/** With colours, and with the times, which are painted. */
	readonly isColoured?: boolean;
	readonly cut?: Cut;
};

export class Stage {
	readonly clock: VirtualClock;
	readonly embedded: Embedded;
	/** What has become of the API server. */
	outage: 'none' | 'refuses' | 'hangs' = 'none';
	readonly #lives: Life[] = [];

	constructor(clock: VirtualClock, embedded: Embedded) {
		this.clock = clock;
		this.embedded = embedded;
	}

	get(kind: Resource, name: string): KubeObject | undefined {
		return this.embedded.store.get(kind, 'test', name);
	}

	patch(kind: Resource, name: string, operations: readonly Operation[]): void {
		this.embedded.store.patch(kind, 'test', name, operations, BY);
	}

	remove(kind: Resource, name: string): void {
		this.embedded.store.remove(kind, 'test', name, BY, {propagationPolicy: 'Background'});
	}

	/** Gives the canary another template: an image, and how its pods behave. */
	release(tag: string, behaviour: Readonly<Record<string, string>> = {}): void {
		const annotations = Object.fromEntries(
			Object.entries(behaviour).map(([name, value]) => [`sandbox.aviary.dev/${name}`, value]),
		);
		this.patch(deployments, 'podinfo-canary', [
			{op: 'add', path: '/spec/template/metadata/annotations', value: annotations},
			{op: 'replace', path: '/spec/template/spec/containers/0/image', value: `quay.io/stefanprodan/podinfo:${tag}`},
		]);
	}

	imageOf(name: string): string {
		const spec = this.get(deployments, name)?.spec as {template: {spec: {containers: [{image: string}]}}};
		return spec.template.spec.containers[0].image.split(':')[1] ?? '';
	}

	replicasOf(name: string): number {
		return this.get(deployments, name)?.spec?.['replicas'] as number;
	}

	/** The canary's weight on the route. */
	weight(): number {
		const route = this.get(virtualServices, 'podinfo')?.spec as
			| {http: Array<{route: Array<{weight?: number}>}>}
			| undefined;
		return route?.http[0]?.route[1]?.weight ?? 0;
	}

	recorded(): Readonly<Record<string, string>> {
		return this.get(virtualServices, 'podinfo')?.metadata.annotations ?? {};
	}

	/** Starts the command; `cut` kills it with one of its writes. */
	async start(options: LifeOptions = {}): Promise<Life> {
		const {mode = 'once', isRetrying = false, output = 'text', isColoured = false, cut, ...rest} = options;
		const lines: string[] = [];
		const writes: string[] = [];
		let alive = true;
		let results: readonly Result[] | undefined;
		const {clock, embedded} = this;
		const deaf = () => statusAnswer(403, 'Forbidden', 'nobody hears the dead');
		const transport = inProcess(embedded.handler, embedded.world.prometheus, async (request, next) => {
			if (!alive) return deaf();
			if (this.outage === 'refuses') throw new HttpError('refused', 'connection refused');
			if (this.outage === 'hangs') return ended(request.signal);
			if (/flagger\.app|aviary\.dev|weave\.works/.test(request.url.pathname)) {
				throw new Error(`asks for a kind of ours: ${request.url.pathname}`);
			}

			if (!isWrite(request)) return next();
			writes.push(nameOf(request));
			const isLast = writes.length === cut?.write;
			if (isLast && cut?.when === 'before') alive = false;
			if (!alive) return deaf();
			const answer = await next();
			if (isLast) alive = false;
			return alive ? answer : deaf();
		});
		const mortalClock = {
			...clock,
			setTimeout: (callback: () => void, ms: number) =>
				clock.setTimeout(() => {
					if (alive) callback();
				}, ms),
		};
		const opened = openServices(openConnection(API_ORIGIN, 'test'), PROMETHEUS_ORIGIN, {
			clock: mortalClock,
			random: seededRandom(this.#lives.length + 1),
			log: silentLog,
			transport,
		});
		const {services} = opened;
		const all = {...settings, ...rest.settings};
		const write = (text: string): void => {
			if (alive) lines.push(text.replace(/^\d\d:\d\d:\d\d /, '').trimEnd());
		};
		const terminal = {write, columns: undefined, colors: createColors(isColoured), now: () => clock.now()};
		const campaign = startCampaign({
			services,
			resource: await routesOf(services.cluster, 'test', all),
			namespace: 'test',
			settings: all,
			mode,
			isRetrying,
			report: reportOn(terminal, output),
		});
		const awaitEnd = async (): Promise<void> => {
			results = await campaign.ended;
		};
		void awaitEnd();
		const life: Life = {
			campaign,
			lines,
			writes,
			isAlive: () => alive,
			results: () => results,
			async stop() {
				alive = false;
				campaign.stop();
				await opened.close();
			},
		};
		this.#lives.push(life);
		return life;
	}

	/** Lets the world go on until it is so. */
	async until(isSo: () => boolean, what: string, seconds = 3600): Promise<void> {
		for (let passed = 0; !isSo(); passed++) {
			if (passed > seconds)
				throw new Error(`not within ${seconds} s: ${what}; ${this.#lives.at(-1)?.lines.join('\n')}`);
			await this.clock.advance(1000);
		}
	}

	/** Lets the command run to its end. */
	async end(life: Life): Promise<readonly Result[]> {
		await this.until(() => life.results() !== undefined, 'the end of the command');
		return life.results() ?? [];
	}

	async stop(): Promise<void> {
		for (const life of this.#lives) await life.stop();
		this.embedded.stop();
	}
}

/** A world without our CRDs in which the document's objects are; `edit` changes them before. */
export const openStage = async (
	t: ExecutionContext,
	edit: (objects: readonly KubeObject[]) => readonly KubeObject[] = (objects) => objects,
): Promise<Stage> => {
	const clock = createVirtualClock();
	const embedded = await startEmbedded({clock, random: seededRandom(1), speed: 1, log: silentLog});
	const crds = {group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions'};
	for (const {metadata} of embedded.store.list(crds, {}).items) {
		if (!/istio|gateway/.test(metadata.name)) {
			embedded.store.remove(crds, undefined, metadata.name, BY, {propagationPolicy: 'Background'});
		}
	}

	embedded.apply(edit(await manifests()));
	const stage = new Stage(clock, embedded);
	t.teardown(() => stage.stop());
	return stage;
};
