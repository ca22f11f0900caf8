// `aviary sandbox --replay`: a recording in the same view, at the same pace, with nothing started.
import {sleep, wallClock} from '../services/clock.ts';
import {readRecording, RecordingError} from '../sandbox/recording.ts';
import {CommandError} from './errors.ts';
import {openView} from './live-view/view.ts';
import {onStopSignal} from './signals.ts';

export type ReplayFlags = {
	readonly replay: string;
	/** Undefined keeps the recording's. */
	readonly speed: number | undefined;
	readonly output: 'text' | 'json';
};

/** Says what is wrong with a recording's file. */
export const recordingFailure = (error: unknown): never => {
	if (error instanceof RecordingError) {
		throw new CommandError(error.message, error.remedy, {cause: error});
	}

	throw error;
};

/** Shows the recording; answers the exit code: 0 at its end, 130 after Ctrl-C. */
export const runReplay = async ({replay, speed, output}: ReplayFlags): Promise<number> => {
	const stop = onStopSignal();
	const stopped = new AbortController();
	void stop.asked.then(() => stopped.abort());
	let factor = 1;
	let shown = {instant: 0, at: wallClock.monotonic()};
	const now = (): number => shown.instant + (wallClock.monotonic() - shown.at) * factor;
	const view = openView({isJson: output === 'json', clock: wallClock, now});
	try {
		for await (const happening of readRecording(replay)) {
			if (happening.kind === 'started') {
				factor = speed === undefined ? 1 : speed / happening.started.speed;
			}

			const wait = shown.instant === 0 ? 0 : (happening.at - now()) / factor;
			if (wait > 0) {
				await sleep(wallClock, wait, stopped.signal);
			}

			shown = {instant: Math.max(happening.at, shown.instant), at: wallClock.monotonic()};
			view.hear(happening);
		}

		return 0;
	} catch (error) {
		if (stopped.signal.aborted) {
			return stop.signal() === 'SIGINT' ? 130 : 0;
		}

		return recordingFailure(error);
	} finally {
		stop.dispose();
		view.close();
	}
};
