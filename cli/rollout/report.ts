// What `rollout` prints: lines for people, coloured and with the weights drawn, or one JSON object a line.
import type {Announcement, Verdict} from '../../api/model.ts';
import {plain, type Terminal} from '../terminal.ts';

/** How it went with one marked Deployment. */
export type Outcome =
	/** The canary's revision is on the GA. */
	| 'promoted'
	/** There was nothing to do. */
	| 'unchanged'
	/** `--dry-run`: there is something to do. */
	| 'planned'
	/** Rolled back, now or before. */
	| 'failed'
	/** Something must be mended by a person first. */
	| 'blocked'
	/** A signal; GA has all traffic. */
	| 'interrupted';

/** `about` is a Deployment, as in `podinfo.test`. */
export type Result = {readonly about: string; readonly outcome: Outcome; readonly text: string};

export type Weights = {
	readonly about: string;
	readonly ga: string;
	readonly canary: string;
	/** Of the canary, in percent. */
	readonly weight: number;
};

export type Report = {
	/** A fact about one Deployment, or about the whole. */
	noted(text: string, about?: string): void;
	/** What a run says; Kubernetes has no event of it. */
	said(about: string, announcement: Announcement): void;
	/** The API server has confirmed other weights. */
	routed(weights: Weights): void;
	/** A round of checks that passed; one that did not is said. */
	passed(about: string, weight: number, verdict: Verdict): void;
	ended(result: Result): void;
};

/** The document's word for the primary. Names of objects that contain it stay. */
export const inItsWords = (text: string): string =>
	text
		.replaceAll(/(?<![\w.-])the primary's(?![\w-])/g, "the GA's")
		.replaceAll(/(?<![\w.-])(?:the )?primary(?![\w-]|\.\w)/g, 'GA');

/** What a passed check measured: `success rate 99.83%`. */
const valuesOf = ({evidence}: Verdict): string =>
	evidence.flatMap((one) => ('value' in one ? [`success rate ${Math.round(one.value * 100) / 100}%`] : [])).join(', ');

const BAR = 20;
const barOf = (weight: number): string => {
	const full = Math.round((weight / 100) * BAR);
	return '█'.repeat(full) + '░'.repeat(BAR - full);
};

const marks: Readonly<Record<Outcome, string>> = {
	promoted: '✔',
	unchanged: '✔',
	planned: '→',
	failed: '✖',
	blocked: '✖',
	interrupted: '■',
};

/** Lines for people: the time, a sign, what happened. */
const textReport = (terminal: Terminal): Report => {
	const {colors} = terminal;
	const line = (sign: string, text: string, paint: (text: string) => string): void => {
		const time = new Date(terminal.now()).toISOString().slice(11, 19);
		terminal.write(`${colors.dim(time)} ${paint(`${sign} ${plain(text)}`)}\n`);
	};
	const paints: Readonly<Record<Outcome, (text: string) => string>> = {
		promoted: colors.green,
		unchanged: colors.green,
		planned: colors.cyan,
		failed: colors.red,
		blocked: colors.red,
		interrupted: colors.yellow,
	};
	return {
		noted(text, about) {
			line('·', about === undefined ? text : `${about}: ${text}`, colors.dim);
		},
		said(_, {type, text, isEnd = false}) {
			const paint = type === 'Normal' ? colors.cyan : isEnd ? colors.red : colors.yellow;
			line(type === 'Normal' ? '▸' : '!', inItsWords(text), paint);
		},
		routed({ga, canary, weight}) {
			line('↹', `${barOf(weight)} ${canary} ${weight} %, ${ga} (GA) ${100 - weight} %`, (text) => text);
		},
		passed(about, weight, verdict) {
			line('✓', `${about}: check passed at weight ${weight}: ${valuesOf(verdict) || 'no metric'}`, colors.dim);
		},
		ended({about, outcome, text}) {
			line(marks[outcome], `${about}: ${text}`, (whole) => colors.bold(paints[outcome](whole)));
		},
	};
};

/** One JSON object a line: `time`, `type` and the fields of what happened. */
const jsonReport = (terminal: Terminal): Report => {
	const line = (type: string, fields: object): void => {
		terminal.write(`${JSON.stringify({time: new Date(terminal.now()).toISOString(), type, ...fields})}\n`);
	};
	return {
		noted(text, about) {
			line('note', {...(about !== undefined && {about}), text});
		},
		said(about, {type, text}) {
			line('event', {about, severity: type, text: inItsWords(text)});
		},
		routed(weights) {
			line('weights', weights);
		},
		passed(about, weight, {outcome, evidence}) {
			line('check', {about, weight, outcome, evidence});
		},
		ended(result) {
			line('result', result);
		},
	};
};

export const reportOn = (terminal: Terminal, output: 'text' | 'json'): Report =>
	output === 'json' ? jsonReport(terminal) : textReport(terminal);
