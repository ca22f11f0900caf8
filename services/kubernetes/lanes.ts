// The writer's order (design §5): a cap on writes in flight, and who goes first when the server is slow.
import type {Lane} from './cluster.ts';

export type Lanes = {
	/**
	 * Runs `task` when there is a place. Rejects with the signal's reason when that aborts while waiting; once begun,
	 * the task itself has to heed the signal.
	 */
	run<T>(lane: Lane, task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
	/** Writes under way and waiting, for metrics. */
	load(): {readonly running: number; readonly waiting: number; readonly byLane: Readonly<Record<Lane, number>>};
};

const ORDER: readonly Lane[] = ['rollback', 'route', 'status', 'event', 'report'];

type Waiter = {readonly start: () => void; passedOver: number};

/** So many others may go first; then it is the waiter's turn, whatever its lane. */
const PATIENCE = 16;

/** Waits in a queue until it is started; rejects, and is out of it, when the signal aborts before. */
const queueUp = (queue: Waiter[], signal: AbortSignal | undefined): Promise<void> =>
	new Promise((resolve, reject) => {
		if (signal?.aborted === true) {
			reject(signal.reason as Error);
			return;
		}

		const onAbort = (): void => {
			queue.splice(queue.indexOf(waiter), 1);
			reject(signal?.reason as Error);
		};

		const waiter: Waiter = {
			passedOver: 0,
			start() {
				signal?.removeEventListener('abort', onAbort);
				resolve();
			},
		};
		signal?.addEventListener('abort', onAbort, {once: true});
		queue.push(waiter);
	});

/**
 * Lanes with `cap` places. Two exceptions to the strict order:
 *
 * - One place is kept for rollbacks (with a cap above 1): nothing else, however slow, can delay the return of traffic.
 * - A waiter that was passed over 16 times goes next, before all but rollbacks: with writes that end at all, every
 *   lane moves. The waiter at the head of its lane is the one that counts, so order within a lane is kept.
 *
 * A place is for one attempt: whoever backs off gives it up meanwhile.
 */
export const createLanes = (cap = 8): Lanes => {
	const queues = new Map<Lane, Waiter[]>(ORDER.map((lane) => [lane, []]));
	let running = 0;
	let ordinary = 0;

	const depthOf = (lane: Lane): number => queues.get(lane)?.length ?? 0;

	const head = (lane: Lane): Waiter | undefined => queues.get(lane)?.[0];

	const nextLane = (): Lane | undefined => {
		if (running >= cap) {
			return undefined;
		}

		if (head('rollback') !== undefined) {
			return 'rollback';
		}

		if (cap > 1 && ordinary >= cap - 1) {
			return undefined;
		}

		const waiting = ORDER.filter((lane) => head(lane) !== undefined);
		return waiting.find((lane) => (head(lane)?.passedOver ?? 0) >= PATIENCE) ?? waiting[0];
	};

	const startNext = (): void => {
		for (let lane = nextLane(); lane !== undefined; lane = nextLane()) {
			const next = queues.get(lane)?.shift();
			for (const other of ORDER.slice(ORDER.indexOf(lane) + 1)) {
				const waiter = head(other);
				if (waiter !== undefined) {
					waiter.passedOver += 1;
				}
			}

			running += 1;
			ordinary += lane === 'rollback' ? 0 : 1;
			next?.start();
		}
	};

	return {
		async run(lane, task, signal) {
			const place = queueUp(queues.get(lane) ?? [], signal);
			startNext();
			await place;
			try {
				return await task();
			} finally {
				running -= 1;
				ordinary -= lane === 'rollback' ? 0 : 1;
				startNext();
			}
		},
		load: () => ({
			running,
			waiting: ORDER.reduce((sum, lane) => sum + depthOf(lane), 0),
			byLane: {
				rollback: depthOf('rollback'),
				route: depthOf('route'),
				status: depthOf('status'),
				event: depthOf('event'),
				report: depthOf('report'),
			},
		}),
	};
};
