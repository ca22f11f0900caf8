// Many tasks, so many at once.

/** Does a task for each item, `width` at a time, in their order; rejects with the first failure. */
export const inParallel = async <T>(
	items: readonly T[],
	width: number,
	task: (item: T) => Promise<unknown>,
): Promise<void> => {
	const waiting = items.values();
	const work = async (): Promise<void> => {
		for (const item of waiting) {
			await task(item);
		}
	};
	await Promise.all(Array.from({length: width}, work));
};
