// curl and wget, as far as walk-throughs type them.
import type {Command, PodAnswer, Terminal} from './terminal.ts';

type Options = {
	url: string | undefined;
	method: string | undefined;
	readonly headers: Record<string, string>;
	output: string | undefined;
	format: string | undefined;
	readonly flags: Set<string>;
};

/** Options with an argument, by their long names. */
const valued: Readonly<Record<string, string>> = {
	X: 'request',
	H: 'header',
	o: 'output',
	w: 'write-out',
	d: 'data',
	m: 'max-time',
	A: 'user-agent',
};
const plain: Readonly<Record<string, string>> = {
	s: 'silent',
	S: 'show-error',
	i: 'include',
	I: 'head',
	v: 'verbose',
	L: 'location',
	k: 'insecure',
	f: 'fail',
};

const set = (options: Options, name: string, value: string): void => {
	if (name === 'request') options.method = value;
	if (name === 'output') options.output = value;
	if (name === 'write-out') options.format = value;
	if (name === 'data') options.method ??= 'POST';
	if (name === 'user-agent') options.headers['user-agent'] = value;
	if (name === 'header') {
		const [, field = '', text = ''] = /^([^:]+):\s*(.*)$/u.exec(value) ?? [];
		if (field !== '') options.headers[field.toLowerCase()] = text;
	}
};

/** The long names that an argument stands for: `-sS` for two, `--silent` for one. Undefined for an unknown one. */
const namesOf = (arg: string): readonly string[] | undefined => {
	const known = [...Object.values(valued), ...Object.values(plain)];
	if (arg.startsWith('--')) return known.includes(arg.slice(2)) ? [arg.slice(2)] : undefined;
	const names = Array.from(arg.slice(1), (letter) => valued[letter] ?? plain[letter] ?? '');
	return names.includes('') ? undefined : names;
};

const parse = (args: readonly string[]): Options | string => {
	const options: Options = {
		url: undefined,
		method: undefined,
		headers: {},
		output: undefined,
		format: undefined,
		flags: new Set(),
	};
	for (let index = 0; index < args.length; index++) {
		const arg = args[index] ?? '';
		if (!arg.startsWith('-') || arg === '-') {
			options.url ??= arg;
			continue;
		}

		const names = namesOf(arg);
		if (names === undefined) return arg;
		for (const name of names) {
			if (Object.values(valued).includes(name)) set(options, name, args[++index] ?? '');
			else options.flags.add(name);
		}
	}

	if (options.flags.has('head')) options.method ??= 'HEAD';
	return options;
};

const shown = (answer: PodAnswer, {flags, output, format}: Options): string => {
	const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\n`);
	const head = `HTTP/1.1 ${answer.status}\n${headers.join('')}\n`;
	const hasHead = flags.has('include') || flags.has('head');
	const hasBody = output === undefined || output === '-';
	const body = flags.has('head') ? '' : hasBody ? answer.body : '';
	const told = format?.replaceAll(/%\{(?:http_code|response_code)\}/gu, String(answer.status)).replaceAll('\\n', '\n');
	return `${hasHead && hasBody ? head : ''}${body}${told ?? ''}`;
};

const failure = (error: unknown): {readonly code: number; readonly message: string} => {
	const {exitCode} = error as {exitCode?: unknown};
	return {
		code: typeof exitCode === 'number' ? exitCode : 7,
		message: error instanceof Error ? error.message : String(error),
	};
};

/** Asks the world; answers undefined, having said why, where there is none. */
export const ask = async (
	terminal: Terminal,
	request: {readonly url: string; readonly method: string; readonly headers: Readonly<Record<string, string>>},
	signal: AbortSignal,
): Promise<PodAnswer> => {
	const {namespace, pod, fetchInWorld} = terminal;
	if (fetchInWorld === undefined) throw new Error('there is no traffic here: only an API server has been started');
	return fetchInWorld({namespace, pod, ...request}, signal);
};

/** `curl [-sSiIvLkf] [-X METHOD] [-H HEADER] [-o FILE] [-w FORMAT] URL`. */
export const curl: Command = async (args, terminal, signal) => {
	const options = parse(args);
	if (typeof options === 'string') {
		terminal.err(`curl: option ${options}: is unknown to the sandbox's curl\n`);
		return 2;
	}

	const {url, method = 'GET', headers, flags} = options;
	if (url === undefined) {
		terminal.err('curl: (2) no URL specified\n');
		return 2;
	}

	try {
		const answer = await ask(terminal, {url, method, headers}, signal);
		if (flags.has('fail') && answer.status >= 400) {
			terminal.err(`curl: (22) The requested URL returned error: ${answer.status}\n`);
			return 22;
		}

		terminal.out(shown(answer, options));
		return 0;
	} catch (error) {
		const {code, message} = failure(error);
		if (!flags.has('silent') || flags.has('show-error')) terminal.err(`curl: (${code}) ${message}\n`);
		return code;
	}
};

/** `wget [-q] [-O -] URL`: writes to the output whatever it is told, for there are no files. */
export const wget: Command = async (args, terminal, signal) => {
	const url = args.findLast((arg) => !arg.startsWith('-')) ?? '';
	try {
		const answer = await ask(terminal, {url, method: 'GET', headers: {'user-agent': 'Wget'}}, signal);
		if (answer.status >= 400) {
			terminal.err(`wget: server returned error: HTTP/1.1 ${answer.status}\n`);
			return 1;
		}

		terminal.out(answer.body);
		return 0;
	} catch (error) {
		terminal.err(`wget: ${failure(error).message}\n`);
		return 1;
	}
};
