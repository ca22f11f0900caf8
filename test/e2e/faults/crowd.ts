// Many runs at once, as many as a small machine takes.

export type Crowd = {
	/** Does all tasks, a few at a time; answers in their order. Rejects with the first failure, when all have ended. */
	all<T>(tasks: ReadonlyArray<() => Promise<T>>): Promise<T[]>;
};

/** Places that all tasks share, whoever brings them. */
export const createCrowd = (places: number): Crowd => {
	const waiting: Array<() => void> = [];
	let free = places;
	const placed = async <T>(task: () => Promise<T>): Promise<T> => {
		if (free === 0) {
			await new Promise<void>((resolve) => {
				waiting.push(resolve);
			});
		} else {
			free -= 1;
		}

		try {
			return await task();
		} finally {
			const next = waiting.shift();
			if (next === undefined) free += 1;
			else next();
		}
	};
	return {
		async all(tasks) {
			const ends = await Promise.allSettled(tasks.map((task) => placed(task)));
			return ends.map((end) => {
				if (end.status === 'rejected') throw end.reason;
				return end.value;
			});
		},
	};
};
