// A core/v1 Event as `kubectl describe` and the seeds' scripts read it.
import {timestamp} from '../clock.ts';
import type {KubeObject} from '../kubernetes/cluster.ts';
import type {Random} from '../random.ts';

/** What an event is about, and in whose name it is said. */
export type About = {
	readonly apiVersion: string;
	readonly kind: string;
	readonly name: string;
	readonly namespace: string;
	readonly uid: string;
	/** The component of the object's time: `flagger`, `steerer`. */
	readonly component: string;
};

export type EventToRecord = {
	readonly type: 'Normal' | 'Warning';
	/** Cut after 1024 bytes. */
	readonly message: string;
	/** The run it belongs to: in another run the same text is another event. */
	readonly run?: string;
	/** `Synced` by default, as the peer's. */
	readonly reason?: string;
	/** What the log's lines about it carry beside the canary: its run, for that may be over when it is posted. */
	readonly logged?: Readonly<Record<string, unknown>>;
};

const MESSAGE_BYTES_MAX = 1024;
/** A name has 253 characters: the dot and the 16 digits need 17. */
const NAME_MAX = 253 - 17;

/** The text as a server takes it: well-formed, and at most 1024 bytes without cutting a character. */
export const fitMessage = (message: string): string => {
	const text = message.toWellFormed();
	if (Buffer.byteLength(text) <= MESSAGE_BYTES_MAX) {
		return text;
	}

	let size = 0;
	let fitting = '';
	for (const character of text) {
		size += Buffer.byteLength(character);
		if (size > MESSAGE_BYTES_MAX) {
			break;
		}

		fitting += character;
	}

	return fitting;
};

/**
 * Names that rise: `<canary>.<16 hex digits>`, the digits like nanoseconds since the epoch but never twice the same.
 * kubectl sorts events of one second by name. Chance fills what our clock does not tell below the millisecond: two
 * daemons, one after the other, must not take each other's events for their own.
 */
export const createEventNames = (random: Random): ((canary: string, nowMs: number) => string) => {
	const within = BigInt(Math.floor(random.next() * 900_000));
	let last = 0n;
	return (canary, nowMs) => {
		const now = BigInt(Math.floor(nowMs)) * 1_000_000n + within;
		last = now > last ? now : last + 1n;
		return `${canary.slice(0, NAME_MAX).replace(/[^a-z\d]+$/, '')}.${last.toString(16).padStart(16, '0')}`;
	};
};

/** The Event to post; `count` times seen from `firstMs` to `lastMs`. */
export const eventObject = (
	about: About,
	said: {readonly name: string; readonly type: string; readonly reason: string; readonly message: string},
	seen: {readonly count: number; readonly firstMs: number; readonly lastMs: number},
): KubeObject => {
	const {apiVersion, kind, name, namespace, uid, component} = about;
	return {
		apiVersion: 'v1',
		kind: 'Event',
		metadata: {name: said.name, namespace},
		involvedObject: {apiVersion, kind, name, namespace, uid},
		reason: said.reason,
		message: said.message,
		type: said.type,
		source: {component},
		reportingComponent: 'aviary',
		reportingInstance: 'aviary',
		firstTimestamp: timestamp(seen.firstMs),
		lastTimestamp: timestamp(seen.lastMs),
		count: seen.count,
	};
};
