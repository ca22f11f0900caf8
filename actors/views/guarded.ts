// A mistake in what is shown must not touch what is done: the watcher is told within the very step of a Canary's actor.
import type {Log} from '../../services/log.ts';
import type {LifeWatch, Watcher} from './watcher.ts';

/** The same watcher; what it throws is logged, and the run goes on. */
export const guarded = (watcher: Watcher, log: Log): Watcher => {
	const attempt = <T>(what: string, call: () => T): T | undefined => {
		try {
			return call();
		} catch (error) {
			log.error('the page misses something that happened', {what, error});
			return undefined;
		}
	};

	const guardedLife = (life: LifeWatch | undefined): LifeWatch => ({
		entered: (seen) => attempt('a state', () => life?.entered(seen)),
		judged: (verdict, run) => attempt('a round of checks', () => life?.judged(verdict, run)),
		said: (announcement) => attempt('an announcement', () => life?.said(announcement)),
		heard: (command) => attempt('a command', () => life?.heard(command)),
		answered: (name, answer) => attempt('an answer to a command', () => life?.answered(name, answer)),
		ended: () => attempt('an end', () => life?.ended()),
	});

	return {
		custody: (key, news) => attempt('custody', () => watcher.custody(key, news)),
		born: (model, life) => guardedLife(attempt('a beginning', () => watcher.born(model, life))),
		gone: (key) => attempt('a Canary that is gone', () => watcher.gone(key)),
	};
};
