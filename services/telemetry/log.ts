// The log behind the door: winston, one JSON object a line, on stderr.
import {Writable} from 'node:stream';
import winston from 'winston';
import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** From the most talkative. */
export const levels: readonly Level[] = ['debug', 'info', 'warn', 'error'];

export type LogOptions = {
	readonly level: Level;
	readonly clock: Clock;
	/** Takes each line with its line end; process.stderr by default. */
	readonly write?: (line: string) => void;
};

const OWN_KEYS = new Set(['level', 'ts', 'msg']);

const plainError = (error: Error): Record<string, unknown> => ({
	name: error.name,
	message: error.message,
	stack: error.stack,
	...(error.cause !== undefined && {cause: error.cause}),
});

/** What JSON cannot hold becomes text: the log must never throw at who writes to it. */
export const jsonOfEntry = (entry: Readonly<Record<string, unknown>>): string => {
	const path = new WeakSet();
	const replacer = (_key: string, value: unknown): unknown => {
		if (typeof value === 'bigint') {
			return String(value);
		}

		const plain = value instanceof Error ? plainError(value) : value;
		if (typeof plain !== 'object' || plain === null) {
			return plain;
		}

		if (path.has(plain)) {
			return '[seen above]';
		}

		path.add(plain);
		return plain;
	};

	try {
		return JSON.stringify(entry, replacer);
	} catch (error) {
		return JSON.stringify({level: entry['level'], ts: entry['ts'], msg: entry['msg'], unprintable: String(error)});
	}
};

const format = winston.format.printf(({level, message, ts, fields}) => {
	const entry: Record<string, unknown> = {level, ts, msg: message};
	for (const [key, value] of Object.entries((fields ?? {}) as Record<string, unknown>)) {
		entry[OWN_KEYS.has(key) ? `field_${key}` : key] = value;
	}

	return jsonOfEntry(entry);
});

export type LeveledLog = Log & {
	/** From now on; what is logged already stays. */
	setLevel(level: Level): void;
};

/** A log from `level` upwards: keys `level`, `ts` (ISO 8601, UTC), `msg`, then the fields. */
export const createLog = ({level, clock, write}: LogOptions): LeveledLog => {
	const target = new Writable({
		decodeStrings: false,
		write(line: string, _encoding, done) {
			write?.(line);
			done();
		},
	});
	const stream = write === undefined ? process.stderr : target;
	const logger = winston.createLogger({
		level,
		format,
		transports: [new winston.transports.Stream({stream, eol: '\n'})],
	});
	let from = levels.indexOf(level);

	const at = (own: Level) => {
		const rank = levels.indexOf(own);
		return (message: string, fields?: Readonly<Record<string, unknown>>): void => {
			// winston's own suppression costs 3.5 µs a call.
			if (rank >= from) {
				logger.log({level: own, message, ts: new Date(clock.now()).toISOString(), fields});
			}
		};
	};

	return {
		debug: at('debug'),
		info: at('info'),
		warn: at('warn'),
		error: at('error'),
		setLevel(next) {
			logger.level = next;
			from = levels.indexOf(next);
		},
	};
};
