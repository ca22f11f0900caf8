// A stage for one Canary's chart: stub ports over a world of a few fields, virtual time, and a journal of what happened.
import {createActor, fromCallback, fromPromise} from 'xstate';
import type {AnyActorRef, AnyStateMachine} from 'xstate';
import type {CanaryModel, Verdict} from '../../api/model.ts';
import {analysisMachine} from '../../machines/analysis.ts';
import type {Context, Recalled} from '../../machines/model/context.ts';
import {pathOf} from '../../machines/facts.ts';
import type {Path} from '../../machines/facts.ts';
import {statusOf} from '../../machines/model/status.ts';
import type {Status} from '../../machines/model/status.ts';
import {Refused} from '../../machines/ports.ts';
import {noShare, type Share} from '../../api/shares.ts';
import type {Answer, CheckOrder, RevisionOrder, RouteOrder, ScaleOrder, WaitOrder} from '../../machines/ports.ts';
import {createVirtualClock} from '../../sandbox/virtual-clock.ts';
import {sleep} from '../../services/clock.ts';
import {observe, START, verdict} from './world.ts';
import type {Sight, Standing} from './world.ts';

const WRITE_MS = 50;
const ROLL_MS = 5000;
const STEPS_MAX = 2000;

export type Opening = {
	readonly model: CanaryModel;
	readonly recalled: Recalled;
	readonly standing: Standing;
	readonly sight: Sight;
};

type BootstrapOrder = {readonly part: 'workload' | 'routing'; readonly share?: Share};

/** Plays one Canary. */
export class Stage {
	readonly clock = createVirtualClock(START);
	/** Effects in lower case, announcements as they are. */
	readonly journal: string[] = [];
	readonly states: string[] = [];
	/** What the next rounds of checks tell; the last one for ever. */
	verdicts: Array<Verdict['outcome']> = ['passed'];
	/** Ports that refuse, by name. */
	readonly refusing = new Set<string>();
	death: unknown;
	#standing: Standing;
	#sight: Sight;
	#rollingUntil = {canary: 0, primary: 0};
	#steps = 0;
	#tell: () => void = () => {};
	readonly #actor: AnyActorRef;

	constructor(machine: AnyStateMachine, {model, recalled, standing, sight}: Opening) {
		this.#standing = standing;
		this.#sight = sight;
		this.#actor = createActor(machine.provide({actors: this.#ports()} as never), {
			clock: this.clock,
			input: {model, recalled, at: this.clock.now()},
		} as never) as unknown as AnyActorRef;
		this.#actor.on('announced', ({announcement}: {announcement: {text: string}}) => {
			this.journal.push(announcement.text);
		});
		this.#actor.subscribe({
			next: () => {
				if (this.path !== this.states.at(-1)) this.states.push(this.path);
				this.#steps += 1;
				if (this.#steps > STEPS_MAX) this.#giveUp();
			},
			error: (error: unknown) => {
				this.death = error;
			},
		});
		this.#actor.start();
	}

	get path(): Path {
		return pathOf((this.#actor.getSnapshot() as {value: unknown}).value);
	}

	get context(): Context {
		return (this.#actor.getSnapshot() as {context: Context}).context;
	}

	get status(): Status {
		return statusOf(this.path, this.context);
	}

	get standing(): Standing {
		return this.#standing;
	}

	/** The world is seen so from now on. */
	async see(sight: Sight): Promise<void> {
		this.#sight = sight;
		this.#tell();
		await this.clock.advance(0);
	}

	async edit(model: CanaryModel): Promise<void> {
		this.#actor.send({type: 'canary changed', model, at: this.clock.now()});
		await this.clock.advance(0);
	}

	async advance(seconds: number): Promise<void> {
		await this.clock.advance(seconds * 1000);
	}

	/** Lets time pass until a state is reached, for at most so many seconds. */
	async until(path: string, seconds = 3600): Promise<boolean> {
		for (let second = 0; second < seconds * 10 && this.path !== path && this.death === undefined; second += 1) {
			await this.clock.advance(100);
		}

		return this.path === path;
	}

	/** Leaves out of the journal what only repeats the entry before it. */
	abridge(): void {
		this.journal.splice(0, this.journal.length, ...this.journal.filter((one, index, all) => one !== all[index - 1]));
	}

	/** A chart that goes in circles would let no instant pass. */
	#giveUp(): void {
		this.death = new Error(`more than ${STEPS_MAX} steps`);
		this.#actor.stop();
	}

	end(): void {
		this.#actor.stop();
	}

	/** The sight as it is while workloads roll. */
	#seen(): Sight {
		const now = this.clock.now();
		return {
			...this.#sight,
			...(now < this.#rollingUntil.canary && {canary: 'rising' as const}),
			...(now < this.#rollingUntil.primary && {primary: 'rolling' as const}),
		};
	}

	#rolls(which: 'canary' | 'primary'): void {
		this.#rollingUntil[which] = this.clock.now() + ROLL_MS;
		for (const ms of [ROLL_MS / 2, ROLL_MS]) {
			this.clock.setTimeout(() => {
				this.#tell();
			}, ms);
		}
	}

	#write<Input>(name: string, effect: (input: Input) => string | undefined) {
		return fromPromise<Answer, Input>(async ({input, signal}) => {
			await sleep(this.clock, WRITE_MS, signal);
			const insists = (input as {insist?: boolean}).insist === true;
			if (this.refusing.has(name) && !insists) throw new Refused('refused', `${name} is forbidden`, this.clock.now());
			const done = effect(input);
			if (done !== undefined) this.journal.push(done);
			this.#tell();
			return {at: this.clock.now()};
		});
	}

	#change(change: Partial<Standing>): void {
		this.#standing = {...this.#standing, ...change};
	}

	#waits() {
		return fromPromise<Answer, WaitOrder>(async ({input, signal}) => {
			await sleep(this.clock, Math.max(0, input.until - this.clock.now()), signal);
			return {at: this.clock.now()};
		});
	}

	#judge() {
		return analysisMachine.provide({
			actors: {
				'wait until': this.#waits(),
				'run the checks': fromPromise<Verdict, CheckOrder>(async () => {
					const outcome = this.verdicts.length > 1 ? this.verdicts.shift() : this.verdicts[0];
					return verdict(outcome ?? 'passed', this.clock.now());
				}),
			},
		});
	}

	#ports() {
		return {
			'observe the world': fromCallback(({sendBack}) => {
				this.#tell = () => {
					sendBack({type: 'world observed', world: observe(this.#standing, this.#seen(), this.clock.now())});
				};

				this.#tell();
			}),
			'wait until': this.#waits(),
			analysis: this.#judge(),
			'bootstrap the primary': this.#write<BootstrapOrder>('bootstrap the primary', ({part, share = noShare}) => {
				const {primary, kept} = this.#standing;
				const made = kept === '' ? (this.#sight.target ?? 'v2') : kept;
				this.#change(part === 'routing' ? {route: share} : {primary: primary === '' ? made : primary});
				if (part === 'workload') this.#rolls('primary');
				return `bootstrap the ${part}`;
			}),
			'route traffic': this.#write<RouteOrder>('route traffic', ({share}) => {
				this.#change({route: share});
				return `route ${share.canary}`;
			}),
			'scale the canary': this.#write<ScaleOrder>('scale the canary', ({replicas}) => {
				this.#change({replicas});
				if (replicas > 0) this.#rolls('canary');
				return `scale ${replicas}`;
			}),
			'keep the promoted template': this.#write<RevisionOrder>('keep the promoted template', () => {
				this.#change({kept: this.#standing.primary});
				return `keep ${this.#standing.primary}`;
			}),
			'promote the revision': this.#write<RevisionOrder>('promote the revision', ({revision}) => {
				if ((this.#sight.target ?? 'v2') !== revision) {
					throw new Refused('superseded', 'the target has moved on', this.clock.now());
				}

				this.#change({primary: revision});
				this.#rolls('primary');
				return `promote ${revision}`;
			}),
			'take the promotion back': this.#write<RevisionOrder>('take the promotion back', () => {
				this.#change({primary: this.#standing.kept});
				this.#rolls('primary');
				return `take back to ${this.#standing.kept}`;
			}),
		};
	}
}
