// What those who look are told of every Canary: kept as it happens, put into views when asked for, and told on.
import type {CanarySummary} from '../../api/http/canary-views.ts';
import type {StreamEvent} from '../../api/http/stream-events.ts';
import type {CanaryModel, Verdict} from '../../api/model.ts';
import type {Clock} from '../../services/clock.ts';
import {factsOf} from '../../machines/facts.ts';
import {keyOfModel} from '../supervision/rivals.ts';
import {eventText} from './chart.ts';
import {exactTimestamp} from '../../services/clock.ts';
import {kept, newEntry, push} from './entry.ts';
import type {Entry} from './entry.ts';
import {summaryOf} from './summary.ts';
import type {CommandAnswer, CustodyNews, Life, LifeOnlooker, Onlooker, Seen} from '../life/onlookers.ts';

/** What the stream tells of one Canary. */
export type CanaryEvent = Exclude<StreamEvent, {readonly event: 'reset' | 'bye'}>;

export type BookOptions = {
	readonly clock: Clock;
	/** Told of each event of the stream. */
	readonly publish: (event: CanaryEvent) => void;
};

const byName = (one: Entry, other: Entry): number =>
	one.model.namespace.localeCompare(other.model.namespace) ||
	one.model.name.localeCompare(other.model.name) ||
	one.key.localeCompare(other.key);

export class Book implements Onlooker {
	readonly #options: BookOptions;
	readonly #entries = new Map<string, Entry>();

	constructor(options: BookOptions) {
		this.#options = options;
	}

	/** By namespace and name. */
	entries(): readonly Entry[] {
		return [...this.#entries.values()].toSorted(byName);
	}

	/** Undefined for a Canary that nobody here looks after. */
	entry(namespace: string, name: string, kind: string): Entry | undefined {
		const key = `${namespace}/${name}`;
		return kind === '' || kind === 'Canary' ? this.#entries.get(key) : this.#entries.get(`${key}/${kind}`);
	}

	/** The daemon looks after nothing any more. */
	clear(): void {
		this.#entries.clear();
	}

	custody(key: string, {state, error, model}: CustodyNews): void {
		const entry = this.#entryOf(key, model);
		entry.model = model;
		entry.custody = {state, error};
		this.#tellLine(entry);
	}

	gone(key: string): void {
		const entry = this.#entries.get(key);
		if (entry !== undefined) {
			this.#entries.delete(key);
			this.#options.publish({event: 'gone', data: this.#whose(entry)});
		}
	}

	born(model: CanaryModel, life: Life) {
		const entry = this.#entryOf(keyOfModel(model), model);
		entry.life = life;
		return {
			entered: (seen) => {
				this.#enter(entry, seen);
			},
			judged: ({verdict, run: {revision, routed}}) => {
				entry.judged = {revision, verdict};
				this.#tellVerdict(entry, verdict, routed.canary);
			},
			said: ({type, text}) => {
				const announcement = {at: exactTimestamp(this.#now()), type, text};
				push(entry.said, announcement, kept.said);
				this.#options.publish({event: 'announcement', data: {...this.#whose(entry), announcement}});
			},
			heard: ({name, verb, weight, requestedBy, reason}) => {
				const at = exactTimestamp(this.#now());
				const asked = {at, name, verb, ...(weight !== undefined && {weight}), requestedBy, reason, message: ''};
				push(entry.commands, asked, kept.commands);
				this.#options.publish({event: 'command', data: {...this.#whose(entry), command: asked}});
			},
			answered: (name, answer) => {
				this.#answer(entry, name, answer);
			},
			ended: () => {
				if (entry.life === life) {
					entry.life = undefined;
				}
			},
		} satisfies LifeOnlooker;
	}

	#now(): number {
		return this.#options.clock.now();
	}

	#whose({model: {namespace, name}}: Entry): {readonly namespace: string; readonly name: string} {
		return {namespace, name};
	}

	#entryOf(key: string, model: CanaryModel): Entry {
		const known = this.#entries.get(key);
		if (known?.model.uid === model.uid) {
			return known;
		}

		const entry = newEntry(key, model, this.#now());
		this.#entries.set(key, entry);
		return entry;
	}

	#enter(entry: Entry, seen: Seen): void {
		const former = entry.seen?.path ?? '';
		const now = this.#now();
		entry.seen = seen;
		entry.model = seen.context.model;
		if (seen.path !== former) {
			entry.since = now;
			const transition = {
				at: exactTimestamp(now),
				from: former,
				to: seen.path,
				course: factsOf(seen.path).course,
				event: eventText(seen.event),
				why: seen.status.reason,
				weight: seen.context.run.routed.canary,
			};
			push(entry.transitions, transition, kept.transitions);
			this.#options.publish({event: 'transition', data: {...this.#whose(entry), transition}});
		}

		this.#tellLine(entry);
	}

	#tellLine(entry: Entry): void {
		const canary: CanarySummary = summaryOf(entry);
		const told = JSON.stringify(canary);
		if (told !== entry.told && this.#entries.get(entry.key) === entry) {
			entry.told = told;
			this.#options.publish({event: 'canary', data: {...this.#whose(entry), canary}});
		}
	}

	#tellVerdict(entry: Entry, {at, outcome, text, evidence}: Verdict, weight: number): void {
		const checks = evidence.map((one) => ({
			metric: one.metric,
			outcome: one.kind,
			...('value' in one && Number.isFinite(one.value) && {value: one.value}),
			...(one.primary !== undefined && {primary: one.primary}),
			text: 'text' in one ? one.text : '',
		}));
		const data = {...this.#whose(entry), at: exactTimestamp(at), weight, outcome, text, checks};
		this.#options.publish({event: 'verdict', data});
	}

	#answer(entry: Entry, name: string, answer: CommandAnswer): void {
		const index = entry.commands.findIndex((one) => one.name === name);
		const asked = entry.commands[index];
		if (asked !== undefined) {
			const command = {...asked, ...answer};
			entry.commands[index] = command;
			this.#options.publish({event: 'command', data: {...this.#whose(entry), command}});
		}
	}
}
