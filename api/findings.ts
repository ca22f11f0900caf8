// What is found while a Canary is read: a value, and a problem for the user whenever the value is not what it must be.
import {longestDurationMs, parseDuration} from './durations.ts';
import {isAbsent, shown} from './reading.ts';

/** A thing that is wrong with what a user wrote or with what it refers to, said so that a person can mend it. */
export type Problem = {
	/** Where: a path in the Canary's spec (`spec.analysis.stepWeight`) or an object (`Service podinfo-canary.test`). */
	readonly field: string;
	/** The offending value as written; empty when it is an absence. */
	readonly value: string;
	/** What is wrong, one sentence without a full stop. */
	readonly text: string;
	/** What to do about it, one sentence without a full stop. */
	readonly remedy: string;
};

/** More than anyone reads; a Canary with a thousand bad metrics must not become a thousand sentences. */
const mostProblems = 50;

type Limits = {readonly least: number; readonly most: number; readonly whole: boolean};

const labelText = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const subdomain = new RegExp(`^${labelText}(?:\\.${labelText})*$`);
const serviceName = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/** Collects problems and warnings and reads values; every reader returns a usable value whatever is written. */
export class Findings {
	readonly problems: Problem[] = [];
	/** What is wrong but gates nothing: said, and otherwise ignored. */
	readonly warnings: Problem[] = [];

	/** Notes what the user must mend before a run can start. */
	report(field: string, value: unknown, text: string, remedy: string): void {
		if (this.problems.length < mostProblems) {
			this.problems.push({field, value: shown(value), text, remedy});
		}
	}

	/** Notes what is ignored. */
	warn(field: string, value: unknown, text: string, remedy: string): void {
		if (this.warnings.length < mostProblems) {
			this.warnings.push({field, value: shown(value), text, remedy});
		}
	}

	/** A text, empty when absent. */
	text(field: string, value: unknown): string {
		if (isAbsent(value)) {
			return '';
		}

		if (typeof value !== 'string') {
			this.report(field, value, `${field} is ${shown(value)}, which is no text`, 'Write a text, in quotes');
			return '';
		}

		return value;
	}

	/** A flag, false when absent. */
	flag(field: string, value: unknown): boolean {
		if (!isAbsent(value) && typeof value !== 'boolean') {
			this.report(field, value, `${field} is ${shown(value)}, which is neither true nor false`, 'Write true or false');
		}

		return value === true;
	}

	/** A number within limits, or the fallback. */
	number(field: string, value: unknown, fallback: number, {least, most, whole}: Limits): number {
		if (isAbsent(value)) {
			return fallback;
		}

		const sound = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value));
		if (!sound) {
			const kind = whole ? 'a whole number' : 'a number';
			const remedy = `Set it to ${kind} from ${least} to ${most}`;
			this.report(field, value, `${field} is ${shown(value)}, not ${kind} from ${least} to ${most}`, remedy);
			return fallback;
		}

		return value;
	}

	/** Seconds as a number, in milliseconds. */
	seconds(field: string, value: unknown, fallback: number): number {
		return this.number(field, value, fallback, {least: 0, most: longestDurationMs / 1000, whole: false}) * 1000;
	}

	/** A duration as text, in milliseconds; absent and empty are the fallback. */
	duration(field: string, value: unknown, fallbackMs: number): number {
		if (isAbsent(value) || value === '') {
			return fallbackMs;
		}

		const ms = parseDuration(value);
		if (ms === undefined) {
			const text = `${field} is ${shown(value)}, which is no duration of at most 24 days`;
			this.report(field, value, text, 'Write a whole number and a unit, such as 30s, 1m or 2h');
			return fallbackMs;
		}

		return ms;
	}

	/** The name of an object in the cluster, as Kubernetes allows it; required. */
	objectName(field: string, value: unknown): string {
		const name = this.text(field, value);
		if (isAbsent(value) || value === '') {
			this.report(field, '', `${field} is missing`, `Set ${field} to the name of the object it refers to`);
		} else if (name !== '' && (name.length > 253 || !subdomain.test(name))) {
			const remedy = 'Use at most 253 lower-case letters, digits, dashes and dots, letters or digits at both ends';
			this.report(field, name, `${field} is ${shown(name)}, which is no valid name`, remedy);
		}

		return name;
	}

	/** The name that three Services are generated from, so that the longest of them still is a Service's name. */
	apexName(field: string, name: string): void {
		const longest = 63 - '-primary'.length;
		if (name !== '' && (name.length > longest || !serviceName.test(name))) {
			const text = `${field} is ${shown(name)}, from which no Service can be named`;
			const remedy = `Use at most ${longest} lower-case letters, digits and dashes, a letter first and no dash last`;
			this.report(field, name, text, remedy);
		}
	}
}
