// `aviary migrate`: today's Canary for a Rollout or a Canary of the first shape, and what changes.
import {readFile} from 'node:fs/promises';
import {text} from 'node:stream/consumers';
import {Option, type Command} from 'commander';
import {parseAllDocuments, stringify} from 'yaml';
import {isGuard, migrate, type Migration} from '../../api/migrate.ts';
import {CommandError} from '../errors.ts';
import {duration, examples, logLevel, wholeNumber} from '../flags.ts';
import {plain, type Terminal} from '../terminal.ts';

type Flags = {
	readonly filename: readonly string[];
	readonly output: 'yaml' | 'json';
	readonly port?: number;
	readonly delegate?: boolean;
	readonly part: 'canary' | 'route';
	readonly controlLoopInterval: number;
	/** Whether it was said, or is the default. */
	readonly isIntervalGiven: boolean;
};

const read = async (file: string): Promise<string> => {
	try {
		return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
	} catch (error) {
		const {code = String(error)} = error as NodeJS.ErrnoException;
		throw new CommandError(`--filename ${file} cannot be read (${code})`, 'name a file, or - for standard input', {
			cause: error,
		});
	}
};

const objectsIn = async (file: string): Promise<readonly unknown[]> =>
	parseAllDocuments(await read(file)).flatMap((document) => {
		const [mistake] = document.errors;
		if (mistake !== undefined) {
			throw new CommandError(`${file}: ${mistake.message}`, 'mend the YAML', {cause: mistake});
		}

		const object: unknown = document.toJS();
		const items = (object as {items?: unknown} | null)?.items;
		return Array.isArray(items) ? (items as unknown[]) : [object];
	});

/** The Canary, or the VirtualService that stays. */
const sound = (name: string, {problems, canary, route}: Migration, part: Flags['part']): unknown => {
	if (canary === undefined) {
		const texts = problems.map(({text: what}) => what).join('. ');
		const remedies = [...new Set(problems.map(({remedy}) => remedy))].join('. ');
		throw new CommandError(`${plain(name)} cannot be migrated: ${texts}`, remedies);
	}

	if (part === 'canary') {
		return canary;
	}

	if (route === undefined) {
		throw new CommandError(
			`${plain(name)} has no VirtualService that stays`,
			'add --delegate, or leave out --part route',
			{
				exitCode: 2,
			},
		);
	}

	return route;
};

const nameOf = (object: unknown): string => {
	const {kind = '', metadata = {}} = object as {kind?: string; metadata?: {name?: string}};
	return `${kind} ${metadata.name ?? 'without a name'}`;
};

const run = async (flags: Flags, terminal: Terminal, complain: (text: string) => void): Promise<number> => {
	const objects = (await Promise.all(flags.filename.map((file) => objectsIn(file)))).flat();
	const guards = objects.filter((object) => isGuard(object));
	if (guards.length === 0) {
		const where = flags.filename.join(', ');
		throw new CommandError(`--filename ${where} has no Rollout and no Canary`, 'name a file that has one');
	}

	const {controlLoopInterval: intervalMs, isIntervalGiven, port, delegate: isDelegated = false, part} = flags;
	const options = {intervalMs, isIntervalGiven, isDelegated, ...(port !== undefined && {port})};
	const migrations = guards.map((object) => ({name: nameOf(object), ...migrate(object, objects, options)}));
	const printed = migrations.map(({name, ...migration}) => sound(name, migration, part));
	const whole = printed.length === 1 ? printed[0] : {apiVersion: 'v1', kind: 'List', items: printed};
	terminal.write(
		flags.output === 'json'
			? `${JSON.stringify(whole, undefined, 2)}\n`
			: printed.map((object) => stringify(object, {version: '1.1', lineWidth: 0})).join('---\n'),
	);
	// Said with the Canary, which comes first.
	for (const {name, notes} of part === 'canary' ? migrations : []) {
		complain(`${plain(name)}:\n${notes.map((note) => `- ${plain(note)}\n`).join('')}`);
	}

	return 0;
};

const another = (file: string, before: readonly string[] = []): readonly string[] => [...before, file];

/** Registers `migrate`; what changes goes to `complain`, so that the manifest can be piped on. */
export const registerMigrate = (
	program: Command,
	{terminal, complain}: {readonly terminal: Terminal; readonly complain: (text: string) => void},
	end: (code: number) => void,
): void => {
	program
		.command('migrate')
		.description('print today’s Canary for a Rollout or a Canary of the first shape, and say what changes')
		.addOption(
			new Option(
				'-f, --filename <file>',
				'manifests: the Rollout or Canary, its Services, VirtualService and scalers; - reads standard input',
			)
				.argParser(another)
				.makeOptionMandatory(),
		)
		.addOption(new Option('-o, --output <format>', 'format').choices(['yaml', 'json']).default('yaml'))
		.addOption(
			new Option('--port <number>', 'the port that users call, where no Service tells it').argParser(
				wholeNumber(1, 65_535),
			),
		)
		.addOption(
			new Option('--control-loop-interval <duration>', 'time between checks, where none is written')
				.argParser(duration)
				.default(10_000, '10s'),
		)
		.option(
			'--delegate',
			'keep a VirtualService of several rules: the one with the weights is handed over to the generated one',
		)
		.addOption(
			new Option(
				'--part <part>',
				'with --delegate: the Canary, or the VirtualService to apply once that is Initialized',
			)
				.choices(['canary', 'route'])
				.default('canary'),
		)
		.addOption(logLevel())
		.addHelpText(
			'after',
			examples(
				'aviary migrate -f rollout.yaml -f service.yaml',
				'kubectl get rollout,svc,vs,hpa -n test -o yaml | aviary migrate -f -',
				'aviary migrate -f front.yaml --delegate --part route',
			),
		)
		.action(async (flags: Omit<Flags, 'isIntervalGiven'>, command: Command) => {
			const isIntervalGiven = command.getOptionValueSource('controlLoopInterval') !== 'default';
			end(await run({...flags, isIntervalGiven}, terminal, complain));
		});
};
