// How the sandbox's happenings are shown: a live view on a terminal, else plain lines or JSON.
import type {Clock} from '../../services/clock.ts';
import type {Happening} from '../../sandbox/scenario/happenings.ts';
import {processTerminal} from '../terminal.ts';
import {frameOf} from './frame.ts';
import {greeting, jsonOf, lineOf} from './lines.ts';
import {createScene} from './scene.ts';
import {openScreen} from './screen.ts';

export type View = {
	readonly isLive: boolean;
	hear(happening: Happening): void;
	/** Leaves what is shown; may be called again. */
	close(): void;
};

export type ViewOptions = {
	readonly isJson: boolean;
	readonly clock: Clock;
	/** The instant that is shown: of the wall, or of the recording. */
	readonly now: () => number;
};

const linesView = (isJson: boolean): View => {
	const terminal = processTerminal();
	const {colors} = terminal;
	return {
		isLive: false,
		hear(happening) {
			const isGreeting = happening.kind === 'started' && !isJson;
			const text = isGreeting
				? greeting(colors, happening.started)
				: isJson
					? jsonOf(happening)
					: lineOf(colors, happening);
			if (text !== undefined) {
				terminal.write(`${text}\n`);
			}
		},
		close() {},
	};
};

/** Opens the view that fits standard output. */
export const openView = ({isJson, clock, now}: ViewOptions): View => {
	const {stdout} = process;
	// A dumb terminal cannot move its cursor.
	if (isJson || !stdout.isTTY || process.env['TERM'] === 'dumb') {
		return linesView(isJson);
	}

	const {colors} = processTerminal();
	const stage = createScene();
	const screen = openScreen({
		stream: stdout,
		clock,
		colors,
		frame: (paints, size) => frameOf(stage.scene(), paints, now(), size),
	});
	let isOpen = true;
	return {
		isLive: true,
		hear(happening) {
			stage.hear(happening);
			screen.changed();
		},
		close() {
			if (isOpen) {
				isOpen = false;
				screen.close();
			}
		},
	};
};
