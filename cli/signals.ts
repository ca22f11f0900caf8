// SIGTERM and SIGINT for commands that run until they are told to stop.

/**
 * One press of Ctrl-C reaches a process several times: from the terminal, from npm and from the launcher, each of which
 * passes it on. What comes within this time counts as the same.
 */
const SAME_PRESS_MS = 500;

export type StopRequest = {
	/** Resolves at the first signal. */
	readonly asked: Promise<void>;
	/** Which one it was. */
	signal(): NodeJS.Signals | undefined;
	/** Listens no more. */
	dispose(): void;
};

/** Listens for signals; a second one ends the process at once with code 1. */
export const onStopSignal = (): StopRequest => {
	const {promise: asked, resolve} = Promise.withResolvers<void>();
	let first = Number.POSITIVE_INFINITY;
	let name: NodeJS.Signals | undefined;
	const onSignal = (signal: NodeJS.Signals): void => {
		const now = performance.now();
		if (now - first > SAME_PRESS_MS) {
			process.exit(1);
		}

		if (first === Number.POSITIVE_INFINITY) {
			first = now;
			name = signal;
			resolve();
		}
	};

	process.on('SIGTERM', onSignal);
	process.on('SIGINT', onSignal);
	return {
		asked,
		signal: () => name,
		dispose() {
			process.off('SIGTERM', onSignal);
			process.off('SIGINT', onSignal);
		},
	};
};
