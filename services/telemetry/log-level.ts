// The log's level from a file, so that it can be changed while the daemon runs: a mounted ConfigMap, or any file.
import {readFile} from 'node:fs/promises';
import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import {levels, type Level} from './log.ts';

/** A kubelet brings a ConfigMap's change within a minute or so; this adds little, and costs one small read. */
const LOOK_MS = 5000;

export type LogLevelOptions = {
	readonly file: string;
	/** As the flag says: holds while the file is absent or empty. */
	readonly level: Level;
	readonly clock: Clock;
	readonly log: Log;
	readonly setLevel: (level: Level) => void;
};

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/**
 * Reads the file now and every 5 s: polled, for a ConfigMap's file is a link to a link that is replaced as a whole, which
 * watching does not see on every file system. What it cannot take (another word, a file that cannot be read) changes
 * nothing and is said once. The answer ends it.
 */
export const followLogLevel = ({file, level, clock, log, setLevel}: LogLevelOptions): (() => void) => {
	let present = level;
	let complaint = '';
	let timer: unknown;
	let stopped = false;

	const complain = (text: string): void => {
		if (text !== '' && text !== complaint) {
			log.warn('the log level stays as it is', {level: present, file, reason: text});
		}

		complaint = text;
	};

	const take = (word: string): void => {
		const next = levels.find((one) => one === (word === '' ? level : word));
		complain(next === undefined ? `${JSON.stringify(word.slice(0, 40))} is none of ${levels.join(', ')}` : '');
		if (next === undefined || next === present) {
			return;
		}

		const former = present;
		present = next;
		setLevel(next);
		log.warn('the log level was changed', {from: former, to: next, file});
	};

	const look = async (): Promise<void> => {
		try {
			take((await readFile(file, 'utf8')).trim());
		} catch (error) {
			if (isAbsent(error)) {
				take('');
			} else {
				complain((error as Error).message);
			}
		}

		if (!stopped) {
			timer = clock.setTimeout(() => void look(), LOOK_MS);
		}
	};

	void look();
	return () => {
		stopped = true;
		clock.clearTimeout(timer);
	};
};
