// What Aviary says about a canary: in order, each text once, and again only as a count.
import {backOffMs} from '../back-off.ts';
import type {Clock} from '../clock.ts';
import {timestamp} from '../clock.ts';
import {ApiError, type Cluster, type Operation} from '../kubernetes/cluster.ts';
import {events} from '../kubernetes/resources.ts';
import type {Log} from '../log.ts';
import {createOutbox} from '../outbox.ts';
import type {Random} from '../random.ts';
import type {EventOutcome} from './telemetry.ts';
import {createEventNames, eventObject, fitMessage, type About, type EventToRecord} from './event-object.ts';

export type {About} from './event-object.ts';

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
};

type Posting = {readonly voice: Voice; readonly said: Said};

/** Texts with numbers in them are many in a long run; the oldest are then posted anew. */
const TEXTS_MAX = 512;
const ATTEMPTS_MAX = 8;
const RETRY_MS = 500;
/** An API server that has just started knows no roles and forbids everything for seconds: so often it is asked, in 16 s. */
const FORBIDDEN_MAX = 6;

const isCode = (error: unknown, code: number): boolean => error instanceof ApiError && error.code === code;

const keyOf = ({namespace, name, uid}: About): string => JSON.stringify([namespace, name, uid]);

type NameFor = ReturnType<typeof createEventNames>;

/** What was said of each object in its run: each text once, and how often. */
const createTexts = (clock: Clock, nameFor: NameFor) => {
	const voices = new Map<string, Voice>();

	const voiceOf = (about: About): Voice => {
		const key = keyOf(about);
		let voice = voices.get(key);
		if (voice === undefined) {
			voice = {about, run: undefined, texts: new Map()};
			voices.set(key, voice);
		}

		return voice;
	};

	const remember = (voice: Voice, key: string, said: Said): void => {
		voice.texts.set(key, said);
		const oldest = voice.texts.keys().next();
		if (voice.texts.size > TEXTS_MAX && oldest.done !== true) {
			voice.texts.delete(oldest.value);
		}
	};

	return {
		/** Counts a text, and gives what there is to post of it. */
		say(about: About, {type, message, run, reason = 'Synced', logged: more}: EventToRecord): Posting {
			const voice = voiceOf(about);
			if (voice.run !== run) {
				voice.run = run;
				voice.texts.clear();
			}

			const now = clock.now();
			const text = fitMessage(message);
			const key = JSON.stringify([type, reason, text]);
			const known = voice.texts.get(key);
			if (known !== undefined) {
				known.count += 1;
				known.lastMs = now;
				return {voice, said: known};
			}

			const name = nameFor(about.name, now);
			const seen = {count: 1, firstMs: now, lastMs: now, posted: false, queued: false};
			const logged = {canary: `${about.name}.${about.namespace}`, ...more};
			const said: Said = {name, type, reason, message: text, logged, ...seen};
			remember(voice, key, said);
			return {voice, said};
		},
		forget(about: About): void {
			voices.delete(keyOf(about));
		},
	};
};

type Post = (posting: Posting, signal: AbortSignal) => Promise<EventOutcome>;

/** Posts a text that is new, and raises the count of one that was posted. */
const createPost = (cluster: EventRecorderOptions['cluster'], nameFor: NameFor): Post => {
	const post = async ({voice, said}: Posting, signal: AbortSignal): Promise<void> => {
		try {
			await cluster.create(events, eventObject(voice.about, said, said), {lane: 'event', signal});
		} catch (error) {
			// Our own earlier attempt, whose answer was lost: the name is ours alone.
			if (!isCode(error, 409)) {
				throw error;
			}
		}

		said.posted = true;
	};

	const raise = async ({voice, said}: Posting, signal: AbortSignal): Promise<void> => {
		const operations: Operation[] = [
			{op: 'replace', path: '/count', value: said.count},
			{op: 'replace', path: '/lastTimestamp', value: timestamp(said.lastMs)},
		];
		try {
			await cluster.patch(events, voice.about.namespace, said.name, operations, {lane: 'event', signal});
		} catch (error) {
			if (!isCode(error, 404)) {
				throw error;
			}

			// Events live for an hour: this one is said anew.
			said.name = nameFor(voice.about.name, said.lastMs);
			said.count = 1;
			said.firstMs = said.lastMs;
			said.posted = false;
			await post({voice, said}, signal);
		}
	};

	return async (posting, signal) => {
		const outcome = posting.said.posted ? 'counted' : 'posted';
		await (posting.said.posted ? raise(posting, signal) : post(posting, signal));
		return outcome;
	};
};

/** Events are the last thing that matters: what cannot be posted is logged and dropped. */
export const createEventRecorder = (options: EventRecorderOptions): EventRecorder => {
	const {cluster, clock, random, log, queueMax = 256, onSettled = () => {}} = options;
	const nameFor = createEventNames(random);
	const texts = createTexts(clock, nameFor);
	const post = createPost(cluster, nameFor);
	/** It is not the moment's, but our role's: asking again would only hold up what comes after. */
	let isForbidden = false;
	let isClosed = false;

	const isWorthRepeating = (error: unknown, attempt: number): boolean =>
		error instanceof ApiError &&
		(error.code === 403
			? !isForbidden && attempt < FORBIDDEN_MAX
			: error.outcome === 'unknown' && attempt < ATTEMPTS_MAX);

	/** Until it is said or refused: an unknown outcome is safe to repeat, for the name and the count are fixed. */
	const outbox = createOutbox<Posting>({
		clock,
		waitingMax: queueMax,
		async send(posting, attempt, signal) {
			const {said} = posting;
			said.queued &&= attempt > 1;
			const outcome = await post(posting, signal);
			isForbidden = false;
			onSettled(outcome);
		},
		onFailure({said}, error, attempt) {
			if (isWorthRepeating(error, attempt)) {
				return backOffMs({baseMs: RETRY_MS}, attempt - 1);
			}

			isForbidden = isCode(error, 403);
			log.warn('an event was not posted', {...said.logged, message: said.message, error});
			onSettled('refused');
			return undefined;
		},
		onDropped({said}) {
			said.queued = false;
			log.warn('too many events wait, one was dropped', {...said.logged, message: said.message});
			onSettled('dropped');
		},
	});

	return {
		record(about, event) {
			if (isClosed) {
				return;
			}

			const posting = texts.say(about, event);
			// What still waits will be posted with the count that it has then.
			if (!posting.said.queued) {
				posting.said.queued = true;
				void outbox.put(keyOf(about), posting);
			}
		},
		flushed: (about) => outbox.flushed(keyOf(about)),
		forget(about) {
			texts.forget(about);
		},
		close() {
			isClosed = true;
			outbox.close();
		},
	};
};
