// The live view on a terminal: redrawn in place, at most ten times a second, and left standing at the end.
import {createLogUpdate} from 'log-update';
import type {Clock} from '../../services/clock.ts';
import type {Colors} from './lines.ts';
import type {Size} from './frame.ts';

/** The shortest time between two frames, and the longest, for clocks and countdowns go on. */
const FRAME_MS = 100;
const FRAME_MS_MAX = 250;
const CLEAR = '\u001B[2J\u001B[H';

export type ScreenOptions = {
	readonly stream: NodeJS.WriteStream;
	readonly clock: Clock;
	readonly frame: (colors: Colors, size: Size) => readonly string[];
	readonly colors: Colors;
};

export type Screen = {
	/** Something has changed. */
	changed(): void;
	/** Draws once more, leaves the last frame, and gives the cursor back. */
	close(): void;
};

/** Begins to draw. */
export const openScreen = ({stream, clock, frame, colors}: ScreenOptions): Screen => {
	let update = createLogUpdate(stream);
	let isChanged = true;
	let drawnAt = Number.NEGATIVE_INFINITY;

	const draw = (): void => {
		isChanged = false;
		drawnAt = clock.monotonic();
		update(frame(colors, {columns: stream.columns, rows: stream.rows}).join('\n'));
	};

	const turn = (): void => {
		if (isChanged || clock.monotonic() - drawnAt >= FRAME_MS_MAX) {
			draw();
		}

		timer = clock.setTimeout(turn, FRAME_MS);
	};

	/** A terminal folds the lines anew when its width changes: where they are now is not known. */
	const onResize = (): void => {
		stream.write(CLEAR);
		update.done();
		update = createLogUpdate(stream);
		draw();
	};

	let timer = clock.setTimeout(turn, 0);
	stream.on('resize', onResize);
	return {
		changed() {
			isChanged = true;
		},
		close() {
			clock.clearTimeout(timer);
			stream.off('resize', onResize);
			draw();
			update.done();
		},
	};
};
