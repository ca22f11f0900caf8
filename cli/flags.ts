// The flags that several commands share, and how their values are read. A wrong value is refused by naming its flag.
import {accessSync, constants} from 'node:fs';
import {InvalidArgumentError, Option} from 'commander';
import {parseDuration} from '../api/durations.ts';

/** A whole number within bounds. */
export const wholeNumber =
	(least: number, most: number) =>
	(text: string): number => {
		const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
		if (!(value >= least && value <= most)) {
			throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
		}

		return value;
	};

/** A number above 0. */
export const positiveNumber = (text: string): number => {
	const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
	if (!(value > 0)) {
		throw new InvalidArgumentError('Write a number above 0.');
	}

	return value;
};

/** A number of 0 or more. */
export const numberFromZero = (text: string): number => {
	const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
	if (!(value >= 0)) {
		throw new InvalidArgumentError('Write a number of 0 or more.');
	}

	return value;
};

/** A percentage, with a fraction if need be. */
export const percentage = (text: string): number => {
	const value = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
	if (!(value >= 0 && value <= 100)) {
		throw new InvalidArgumentError('Write a percentage from 0 to 100.');
	}

	return value;
};

/** A duration above 0, in ms. */
export const duration = (text: string): number => {
	const ms = parseDuration(text);
	if (ms === undefined || ms <= 0) {
		throw new InvalidArgumentError('Write a duration such as 10s, 1m or 1m30s.');
	}

	return ms;
};

/** Go's words for a boolean, as the peer's flags and their environment take them. */
export const truth = (text: string): boolean => {
	if (!/^(?:true|t|1|false|f|0)$/i.test(text)) {
		throw new InvalidArgumentError('Write true or false.');
	}

	return /^[t1]/i.test(text);
};

/** A file that can be read. */
export const readableFile = (text: string): string => {
	try {
		accessSync(text, constants.R_OK);
		return text;
	} catch {
		throw new InvalidArgumentError('There is no such file, or it cannot be read.');
	}
};

/** As `readableFile`, for a flag that may be given more than once. */
export const readableFiles = (text: string, before: readonly string[] = []): readonly string[] => [
	...before,
	readableFile(text),
];

/** An HTTP address. */
export const httpAddress = (text: string): string => {
	if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
		throw new InvalidArgumentError('Write an address such as http://prometheus:9090.');
	}

	return text;
};

/** An HTTP address, or the word `auto`. */
export const httpAddressOrAuto = (text: string): string => {
	if (text !== 'auto' && (!/^https?:\/\//i.test(text) || !URL.canParse(text))) {
		throw new InvalidArgumentError('Write auto, or an address such as http://127.0.0.1:9090.');
	}

	return text;
};

/** The name of a namespace. */
export const namespaceName = (text: string): string => {
	if (!/^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/.test(text)) {
		throw new InvalidArgumentError('Write a namespace’s name: lower-case letters, digits and dashes.');
	}

	return text;
};

/** For a flag that may be given more than once; commas separate, too, for an environment variable has one value. */
export const namespaceNames = (text: string, before: readonly string[] = []): readonly string[] => [
	...before,
	...text
		.split(',')
		.filter((name) => name !== '')
		.map((name) => namespaceName(name)),
];

const levels = ['debug', 'info', 'warn', 'error'] as const;

export const logLevel = (): Option =>
	new Option('--log-level <level>', 'least urgent messages to log')
		.choices(levels)
		.default('info')
		.env('AVIARY_LOG_LEVEL');

export const kubeconfig = (): Option =>
	new Option(
		'--kubeconfig <file>',
		'kubeconfig file (default: $KUBECONFIG, ~/.kube/config, then the pod’s own account)',
	)
		.argParser(readableFile)
		.env('AVIARY_KUBECONFIG');

export const context = (): Option =>
	new Option('--context <name>', 'context of the kubeconfig (default: its current one)');

export const namespace = (): Option =>
	new Option('-n, --namespace <name>', 'namespace (default: the kubeconfig’s)').argParser(namespaceName);

/** Lines after a command's own help. */
export const examples = (...lines: readonly string[]): string =>
	`\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
