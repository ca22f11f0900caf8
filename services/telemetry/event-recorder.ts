// What Aviary says about a canary: in order, each text once, and again only as a count.
import type {Clock} from '../clock.ts';
import {sleep, timestamp} from '../clock.ts';
import {ApiError, type Cluster, type Operation} from '../kubernetes/cluster.ts';
import {events} from '../kubernetes/resources.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import type {EventOutcome} from './telemetry.ts';
import {createEventNames, eventObject, fitMessage, type About, type EventToRecord} from './event-object.ts';

export type {About, EventToRecord} from './event-object.ts';

export type EventRecorder = {
	/** Queues; never throws and never waits. */
	record(about: About, event: EventToRecord): void;
	/** Resolves when all that was announced about this object is posted, or given up. */
	flushed(about: About): Promise<void>;
	/** Forgets the texts of an object that is no more. */
	forget(about: About): void;
	/** Drops what is queued and ends what is under way; call `flushed` before to wait for it. */
	close(): void;
};

export type EventRecorderOptions = {
	readonly cluster: Pick<Cluster, 'create' | 'patch'>;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** The daemon's pod, as reportingInstance. */
	readonly instance?: string;
	/** Announcements waiting for one object; 256 by default. Beyond it the oldest are dropped. */
	readonly queueMax?: number;
	/** Told what became of each announcement. */
	readonly onSettled?: (outcome: EventOutcome) => void;
};

/** One text of one run: posted as `name`, seen `count` times. */
type Said = {
	name: string;
	readonly type: string;
	readonly reason: string;
	readonly message: string;
	readonly logged: Readonly<Record<string, unknown>>;
	count: number;
	firstMs: number;
	lastMs: number;
	posted: boolean;
	queued: boolean;
};

type Voice = {
	readonly about: About;
	run: string | undefined;
	readonly texts: Map<string, Said>;
	readonly queue: Said[];
	pumping: Promise<void> | undefined;
};

/** Texts with numbers in them are many in a long run; the oldest are then posted anew. */
const TEXTS_MAX = 512;
const ATTEMPTS_MAX = 8;
const RETRY_MS = 500;
/** An API server that has just started knows no roles and forbids everything for seconds: so often it is asked, in 16 s. */
const FORBIDDEN_MAX = 6;

const isCode = (error: unknown, code: number): boolean => error instanceof ApiError && error.code === code;

const keyOf = ({namespace, name, uid}: About): string => JSON.stringify([namespace, name, uid]);

/** Events are the last thing that matters: what cannot be posted is logged and dropped. */
export const createEventRecorder = (options: EventRecorderOptions): EventRecorder => {
	const {cluster, clock, random, log, instance = 'aviary', queueMax = 256, onSettled = () => {}} = options;
	const voices = new Map<string, Voice>();
	const nameFor = createEventNames(random);
	const life = new AbortController();
	/** It is not the moment's, but our role's: asking again would only hold up what comes after. */
	let isForbidden = false;

	const isWorthRepeating = (error: unknown, attempt: number): boolean =>
		error instanceof ApiError &&
		(error.code === 403
			? !isForbidden && attempt < FORBIDDEN_MAX
			: error.outcome === 'unknown' && attempt < ATTEMPTS_MAX);

	const voiceOf = (about: About): Voice => {
		const key = keyOf(about);
		let voice = voices.get(key);
		if (voice === undefined) {
			voice = {about, run: undefined, texts: new Map(), queue: [], pumping: undefined};
			voices.set(key, voice);
		}

		return voice;
	};

	const post = async (voice: Voice, said: Said): Promise<void> => {
		try {
			await cluster.create(events, eventObject(voice.about, said, said, instance), {
				lane: 'event',
				signal: life.signal,
			});
		} catch (error) {
			// Our own earlier attempt, whose answer was lost: the name is ours alone.
			if (!isCode(error, 409)) {
				throw error;
			}
		}

		said.posted = true;
	};

	const raise = async (voice: Voice, said: Said): Promise<void> => {
		const operations: Operation[] = [
			{op: 'replace', path: '/count', value: said.count},
			{op: 'replace', path: '/lastTimestamp', value: timestamp(said.lastMs)},
		];
		try {
			await cluster.patch(events, voice.about.namespace, said.name, operations, {
				lane: 'event',
				signal: life.signal,
			});
		} catch (error) {
			if (!isCode(error, 404)) {
				throw error;
			}

			// Events live for an hour: this one is said anew.
			said.name = nameFor(voice.about.name, said.lastMs);
			said.count = 1;
			said.firstMs = said.lastMs;
			said.posted = false;
			await post(voice, said);
		}
	};

	/** Until it is said or refused: an unknown outcome is safe to repeat, for the name and the count are fixed. */
	const say = async (voice: Voice, said: Said): Promise<void> => {
		for (let attempt = 1; !life.signal.aborted; attempt += 1) {
			try {
				const outcome = said.posted ? 'counted' : 'posted';
				await (said.posted ? raise(voice, said) : post(voice, said));
				isForbidden = false;
				onSettled(outcome);
				return;
			} catch (error) {
				if (!isWorthRepeating(error, attempt)) {
					isForbidden = isCode(error, 403);
					log.warn('an event was not posted', {...said.logged, message: said.message, error});
					onSettled('refused');
					return;
				}

				await sleep(clock, RETRY_MS * 2 ** (attempt - 1), life.signal).catch(() => {});
			}
		}
	};

	const pump = async (voice: Voice): Promise<void> => {
		for (let said = voice.queue.shift(); said !== undefined; said = voice.queue.shift()) {
			said.queued = false;
			await say(voice, said);
		}

		voice.pumping = undefined;
	};

	const enqueue = (voice: Voice, said: Said): void => {
		if (said.queued) {
			// Still waiting: it will be posted with the count that it has then.
			return;
		}

		said.queued = true;
		voice.queue.push(said);
		if (voice.queue.length > queueMax) {
			const dropped = voice.queue.shift();
			if (dropped !== undefined) {
				dropped.queued = false;
				log.warn('too many events wait, one was dropped', {...dropped.logged, message: dropped.message});
				onSettled('dropped');
			}
		}

		voice.pumping ??= pump(voice);
	};

	const remember = (voice: Voice, key: string, said: Said): void => {
		voice.texts.set(key, said);
		const oldest = voice.texts.keys().next();
		if (voice.texts.size > TEXTS_MAX && oldest.done !== true) {
			voice.texts.delete(oldest.value);
		}
	};

	return {
		record(about, {type, message, run, reason = 'Synced', logged: more}) {
			if (life.signal.aborted) {
				return;
			}

			const voice = voiceOf(about);
			if (voice.run !== run) {
				voice.run = run;
				voice.texts.clear();
			}

			const now = clock.now();
			const text = fitMessage(message);
			const key = JSON.stringify([type, reason, text]);
			const known = voice.texts.get(key);
			if (known === undefined) {
				const name = nameFor(about.name, now);
				const seen = {count: 1, firstMs: now, lastMs: now, posted: false, queued: false};
				const logged = {canary: `${about.name}.${about.namespace}`, ...more};
				const said: Said = {name, type, reason, message: text, logged, ...seen};
				remember(voice, key, said);
				enqueue(voice, said);
				return;
			}

			known.count += 1;
			known.lastMs = now;
			enqueue(voice, known);
		},
		async flushed(about) {
			await voices.get(keyOf(about))?.pumping;
		},
		forget(about) {
			voices.delete(keyOf(about));
		},
		close() {
			life.abort(new Error('the event recorder is closed'));
			for (const voice of voices.values()) {
				voice.queue.length = 0;
			}
		},
	};
};
