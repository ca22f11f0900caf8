// `aviary diff`: what promoting the target as it is now would change on the primary.
import {Option, type Command} from 'commander';
import {CommandError} from '../errors.ts';
import {context, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import type {Comparison} from '../revision-comparison.ts';
import type {Terminal} from '../terminal.ts';
import {mappingOption, mappingsOf, type MappingFlags} from '../workload-mappings.ts';

type Flags = MappingFlags & {
	readonly namespace?: string;
	readonly output?: 'json' | 'yaml';
	readonly exitCode?: boolean;
	readonly kubeconfig?: string;
	readonly context?: string;
};

/** As of `aviary wait`. */
const UNKNOWN = 4;

const textOf = ({unified, configs, same}: Comparison, {colors, columns}: Terminal): string => {
	const paint = (line: string): string =>
		line.startsWith('+') ? colors.green(line) : line.startsWith('-') ? colors.red(line) : line;
	const inConfigs = configs.flatMap(({unified: lines, notes}) => [...lines, ...notes]);
	// To a program, nothing is no difference.
	const words = same && columns !== undefined ? ['No difference: the primary runs this revision already.'] : [];
	return [...unified, ...inConfigs]
		.map((line) => paint(line))
		.concat(words)
		.map((line) => `${line}\n`)
		.join('');
};

const write = async (comparison: Comparison, {output}: Flags, terminal: Terminal): Promise<void> => {
	if (output === undefined) {
		terminal.write(textOf(comparison, terminal));
		return;
	}

	const joined = (lines: readonly string[]): string => lines.join('\n');
	const {unified, configs} = comparison;
	const told = {
		...comparison,
		unified: joined(unified),
		configs: configs.map((config) => ({...config, unified: joined(config.unified)})),
	};
	if (output === 'json') {
		terminal.write(`${JSON.stringify(told, null, 2)}\n`);
		return;
	}

	const {stringify} = await import('yaml');
	terminal.write(stringify(told, {version: '1.1', aliasDuplicateObjects: false, lineWidth: 0}));
};

const compare = async (written: string, flags: Flags): Promise<Comparison> => {
	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const [{openAccess}, {compareRevisions}, {shippedMappings}, {workloadMappings = []}] = await Promise.all([
		import('../cluster-access.ts'),
		import('../revision-comparison.ts'),
		import('../../services/workloads/mapping-files.ts'),
		mappingsOf(flags.workloadMappings),
	]);
	const access = openAccess({...flags, ...(chosen !== undefined && {namespace: chosen})});
	try {
		return await compareRevisions(access, name, [...(await shippedMappings()), ...workloadMappings]);
	} finally {
		await access.close();
	}
};

const diff = async (written: string, flags: Flags, terminal: Terminal): Promise<number> => {
	try {
		const comparison = await compare(written, flags);
		await write(comparison, flags, terminal);
		return flags.exitCode === true && !comparison.same ? 1 : 0;
	} catch (error) {
		// With --exit-code 1 is an answer.
		if (flags.exitCode === true && error instanceof CommandError && error.exitCode === 1) {
			throw new CommandError(error.message, error.remedy, {exitCode: UNKNOWN, cause: error});
		}

		throw error;
	}
};

/** Registers `diff`. */
export const registerDiff = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('diff')
		.description('show what promoting the target as it is now would change on the primary')
		.argument('<name>', 'NAME, or NAMESPACE/NAME')
		.addOption(namespace())
		.addOption(new Option('-o, --output <format>', 'another form').choices(['json', 'yaml']))
		.option('--exit-code', 'exit with 1 when there are differences, with 4 when it cannot be told')
		.addOption(mappingOption())
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText(
			'after',
			`\nWhere the target refers to other ConfigMaps or Secrets, what is in them is compared, too; no value of a Secret is shown.\n${examples(
				'aviary diff test/podinfo',
				'aviary diff podinfo -n test --exit-code',
				"aviary diff test/podinfo -o json | jq -r '.changes[].path'",
			)}`,
		)
		.action(async (name: string, flags: Flags) => {
			end(await diff(name, flags, terminal));
		});
};
