// What is being asked already is not asked again: later askers share the answer that is under way.

type UnderWay<T> = {readonly answer: Promise<T>; readonly controller: AbortController; waiting: number};

export type AskOnce<T> = (
	key: string,
	ask: (signal: AbortSignal) => Promise<T>,
	signal: AbortSignal | undefined,
) => Promise<T>;

/**
 * A map of what is under way. An asker whose signal aborts leaves at once with the signal's reason; the question itself
 * is given up when the last has left. Nothing is kept once it is answered.
 */
export const askOnce = <T>(): AskOnce<T> => {
	const underWay = new Map<string, UnderWay<T>>();

	const begin = (key: string, ask: (signal: AbortSignal) => Promise<T>): UnderWay<T> => {
		const controller = new AbortController();
		const answer = ask(controller.signal).finally(() => {
			if (underWay.get(key)?.controller === controller) underWay.delete(key);
		});
		// Whoever waits hears of it; with nobody left it is nobody's.
		answer.catch(() => {});
		const asked = {answer, controller, waiting: 0};
		underWay.set(key, asked);
		return asked;
	};

	return async (key, ask, signal) => {
		signal?.throwIfAborted();
		const asked = underWay.get(key) ?? begin(key, ask);
		asked.waiting++;
		const {promise: left, reject} = Promise.withResolvers<never>();
		const onAbort = (): void => {
			reject(signal?.reason);
		};
		signal?.addEventListener('abort', onAbort, {once: true});
		try {
			return await Promise.race([asked.answer, left]);
		} finally {
			signal?.removeEventListener('abort', onAbort);
			asked.waiting--;
			if (asked.waiting === 0 && underWay.get(key) === asked) {
				underWay.delete(key);
				asked.controller.abort();
			}
		}
	};
};
