// Waiting for what the cluster brings about by itself and kubectl cannot wait for.
import {sleep, wallClock} from '../../../services/clock.ts';

const POLL_MS = 100;

/** Asks until the answer is not undefined; throws with the description when that takes too long. */
export const eventually = async <T>(
	description: string,
	ask: () => Promise<T | undefined>,
	msMax = 60_000,
): Promise<T> => {
	const deadline = wallClock.monotonic() + msMax;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined) {
			return answer;
		}

		if (wallClock.monotonic() > deadline) {
			throw new Error(`Not within ${msMax} ms: ${description}`);
		}

		await sleep(wallClock, POLL_MS);
	}
};
