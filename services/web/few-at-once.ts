// A limit on what is under way for those who look, so that they never stand in the way of what is done.

export type FewAtOnce = <T>(task: () => Promise<T>) => Promise<T>;

/** Runs at most `most` tasks at a time; others wait in their order. When `waitingMost` wait, `refuse` is thrown. */
export const fewAtOnce = (most: number, waitingMost: number, refuse: () => Error): FewAtOnce => {
	const waiting: Array<() => void> = [];
	let running = 0;
	return async (task) => {
		if (running < most) {
			running += 1;
		} else if (waiting.length < waitingMost) {
			// Whoever ends hands its place over.
			await new Promise<void>((resolve) => {
				waiting.push(resolve);
			});
		} else {
			throw refuse();
		}

		try {
			return await task();
		} finally {
			const next = waiting.shift();
			if (next === undefined) {
				running -= 1;
			} else {
				next();
			}
		}
	};
};
