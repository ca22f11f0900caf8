// The world, time and chance of one simulated run, with the invariants watching: what every simulation begins with.
import type {ExecutionContext} from 'ava';
import type {StateChange} from '../../actors/views/changes.ts';
import {startEmbedded} from '../../sandbox/embedded.ts';
import type {Embedded} from '../../sandbox/embedded.ts';
import {releaseOf} from '../../sandbox/scenarios.ts';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import type {VirtualClock} from '../../sandbox/virtual-clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Log} from '../../services/log.ts';
import {seededRandom} from '../../services/random.ts';
import {watchInvariants} from './invariants/index.ts';
import {weightOf} from './canary-weight.ts';
import {keys} from './keys.ts';
import type {Kind} from './keys.ts';
import {startMortal} from './mortal.ts';
import type {Mortal, MortalOptions} from './mortal.ts';

export type Bag = Readonly<Record<string, unknown>>;

export type Plan = {
	readonly shape: 'first' | 'today';
	/** The first shape's, with a Rollout in the place of its Canary. */
	readonly isRollout?: boolean;
	readonly scenario?: string;
	/** Merged into `spec.analysis`, or `spec.canaryAnalysis`. */
	readonly analysis?: Bag;
	/** Merged into `spec`. */
	readonly spec?: Bag;
	/** How many times faster than written the world's durations pass; 10 unless something real-time matters. */
	readonly speed?: number;
	readonly seed?: number;
	/** Invariants that this scenario breaks by intention, by name. */
	readonly except?: readonly string[];
	/** The kind of the target, as `edit` has it. */
	readonly workloads?: 'deployments' | 'daemonsets' | 'knativeservices';
	/** Today's shape: true when the test releases the new version itself, and not the user once all is initialized. */
	readonly isReleasedByHand?: boolean;
	/** Changes what is applied at the start. */
	readonly edit?: (objects: readonly KubeObject[]) => readonly KubeObject[];
};

/** Few steps, so that a sweep over all writes is quick: 25, 50; rolled back at the second failed check. */
export const quick: Bag = {stepWeight: 25, maxWeight: 50, threshold: 2};

const merged = (object: KubeObject, {shape, analysis = {}, spec = {}}: Plan): KubeObject => {
	if (object.kind !== 'Canary') return object;
	const field = shape === 'today' ? 'analysis' : 'canaryAnalysis';
	const whole = {...(object.spec?.[field] as Bag), ...analysis};
	return {...object, spec: {...object.spec, [field]: whole, ...spec}};
};

export class Simulation {
	readonly clock: VirtualClock;
	readonly embedded: Embedded;
	/** What the invariants found. */
	readonly violations: string[];
	/** Lines of the daemons' logs at warn and above. */
	readonly complaints: string[] = [];
	readonly states: StateChange[] = [];
	/** The canary's weight on the route, each one that was written. */
	readonly weights: number[] = [];
	readonly #plan: Plan;
	readonly #next: KubeObject | undefined;
	readonly #daemons: Mortal[] = [];
	#lives = 0;
	readonly #actions = new Map<string, () => void>();

	constructor(plan: Plan, clock: VirtualClock, embedded: Embedded, next: KubeObject | undefined) {
		this.#plan = plan;
		this.#next = next;
		this.clock = clock;
		this.embedded = embedded;
		this.violations = watchInvariants(embedded, {except: plan.except ?? [], speed: this.speed});
		embedded.store.onAccepted(({key, verb}) => {
			if (key.plural !== 'virtualservices' || verb === 'delete') return;
			if (this.weights.at(-1) !== this.weight()) this.weights.push(this.weight());
		});
		if (plan.shape === 'today' && plan.isReleasedByHand !== true) this.#releaseWhenInitialized();
	}

	get speed(): number {
		return this.#plan.speed ?? 10;
	}

	async start(options: Pick<MortalOptions, 'cut' | 'intercept' | 'config'> = {}): Promise<Mortal> {
		const {clock, embedded, speed} = this;
		const seed = (this.#plan.seed ?? 1) + this.#lives++;
		const complain = (message: string, fields: Bag = {}): void => {
			this.complaints.push(`${message} ${JSON.stringify(fields)}`);
		};
		const log: Log = {debug() {}, info() {}, warn: complain, error: complain};
		const onState = (change: StateChange): void => {
			this.states.push(change);
			const action = this.#actions.get(change.to);
			this.#actions.delete(change.to);
			action?.();
		};
		const daemon = await startMortal({clock, embedded, log, seed, speed, onState, ...options});
		this.#daemons.push(daemon);
		return daemon;
	}

	/** Does something in the very moment in which a chart first enters a state. */
	when(state: string, action: () => void): void {
		this.#actions.set(state, action);
	}

	/** A patient user. */
	#releaseWhenInitialized(): void {
		const stop = this.embedded.store.onAccepted(({key, after}) => {
			if (key.plural !== 'canaries' || after?.status?.['phase'] !== 'Initialized') return;
			stop();
			this.clock.setTimeout(() => this.release(), 5000 / this.speed);
		});
	}

	get(kind: Kind, name: string, namespace: string | undefined = 'test'): KubeObject | undefined {
		return this.embedded.store.get(keys[kind], namespace, name);
	}

	status(name = 'podinfo'): Bag {
		return (this.get('canaries', name) ?? this.get('rollouts', name))?.status ?? {};
	}

	/** Changes an object as its user would. */
	edit(kind: Kind, name: string, change: (object: KubeObject) => KubeObject): void {
		const object = this.get(kind, name);
		if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
		this.embedded.store.update(keys[kind], change(structuredClone(object)), 'user');
	}

	remove(kind: Kind, name: string): void {
		this.embedded.store.remove(keys[kind], 'test', name, 'user');
	}

	/** Today's shape: the user's new version. `image` and `annotations` name another one than the plan's scenario. */
	release(image?: string, annotations: Readonly<Record<string, string>> = {}): void {
		const name = this.#plan.shape === 'today' ? 'podinfo' : 'podinfo-canary';
		this.edit(this.#plan.workloads ?? 'deployments', name, (object) => {
			const base = this.#next ?? object;
			const template = structuredClone(base.spec?.['template']) as {
				metadata: {annotations?: Record<string, string>};
				spec: {containers: Array<{image: string}>; nodeSelector?: unknown};
			};
			// As an apply leaves it: what others have added stays.
			const {nodeSelector} = (object.spec?.['template'] as typeof template | undefined)?.spec ?? {};
			if (nodeSelector !== undefined) template.spec.nodeSelector = nodeSelector;
			const [container] = template.spec.containers;
			if (image !== undefined && container !== undefined) {
				container.image = `quay.io/stefanprodan/podinfo:${image}`;
				template.metadata.annotations = {'prometheus.io/scrape': 'true', ...annotations};
			}

			return {...object, spec: {...object.spec, template}};
		});
	}

	/** The image tag that a deployment's template names. */
	tag(deployment: string): string {
		type Template = {spec: {containers: ReadonlyArray<{image: string}>}};
		const template = this.get('deployments', deployment)?.spec?.['template'] as Template | undefined;
		return template?.spec.containers[0]?.image.split(':')[1] ?? '';
	}

	/** What the VirtualService gives the canary. */
	weight(): number {
		return weightOf(this.get('virtualservices', 'podinfo'), 'podinfo-canary');
	}

	/** How often each event text was said about a Canary, in order. */
	events(name = 'podinfo', only?: 'Normal' | 'Warning'): ReadonlyMap<string, number> {
		const said = new Map<string, number>();
		for (const event of this.embedded.store.list(keys.events, {namespace: 'test'}).items) {
			const {involvedObject, message, count, type} = event as unknown as {
				involvedObject: {name: string};
				message: string;
				count: number;
				type: string;
			};
			if (only !== undefined && type !== only) continue;
			if (involvedObject.name === name) said.set(message, (said.get(message) ?? 0) + count);
		}

		return said;
	}

	/** Lets so many seconds of the world pass. */
	async seconds(count: number): Promise<void> {
		await this.clock.advance((count * 1000) / this.speed);
	}

	/** Lets time pass until `isSo`, at most so many seconds of the world; throws with the status when it never is. */
	async until(isSo: () => boolean, maxSeconds = 1800, what = isSo.toString()): Promise<void> {
		const end = this.clock.now() + (maxSeconds * 1000) / this.speed;
		while (!isSo()) {
			if (this.clock.now() >= end) {
				const complaints = this.complaints.slice(-5).join('\n');
				throw new Error(`never so: ${what}\n${JSON.stringify(this.status(), undefined, 1)}\n${complaints}`);
			}

			await this.clock.advance(1000 / this.speed);
		}
	}

	async untilPhase(...phases: readonly string[]): Promise<void> {
		await this.until(() => phases.includes(String(this.status()['phase'])), 3600, phases.join(' or '));
	}

	/** To the end of the run, and a while longer. */
	async toRest(): Promise<void> {
		await this.untilPhase('Succeeded', 'Failed');
		await this.seconds(15);
	}

	async stop(t?: ExecutionContext): Promise<void> {
		await Promise.all(this.#daemons.splice(0).map((daemon) => daemon.stop()));
		this.embedded.stop();
		t?.deepEqual(this.violations, []);
	}
}

/** The Rollout in the place of the Canary, in three steps. */
const asRollout = (object: KubeObject): KubeObject => {
	if (object.kind !== 'Canary') return object;
	const {targetKind, primary, canary} = object.spec ?? {};
	const metric = {type: 'counter', name: 'istio_requests_total', interval: '1m', threshold: 99};
	const spec = {targetKind, primary, canary, virtualService: {name: 'podinfo', weight: 40}, metric};
	return {...object, apiVersion: 'apps.weave.works/v1beta1', kind: 'Rollout', spec};
};

/** A world with the seed's Canary, and nobody to look after it yet. */
export const simulate = async (plan: Plan, t?: ExecutionContext): Promise<Simulation> => {
	const clock = createVirtualClock();
	const {shape, scenario = 'good', seed = 1, speed = 10, edit = (objects) => objects} = plan;
	const log: Log = {debug() {}, info() {}, warn() {}, error() {}};
	const embedded = await startEmbedded({clock, random: seededRandom(seed), speed, log});
	const release = await releaseOf(scenario, shape);
	const guarded = plan.isRollout === true ? release.objects.map(asRollout) : release.objects;
	const simulation = new Simulation(plan, clock, embedded, release.next);
	// A failed test leaves no daemon behind either, or the tests' process would never end.
	t?.teardown(async () => simulation.stop());
	embedded.apply(edit(guarded.map((object) => merged(object, plan))));
	return simulation;
};
