// `aviary report`: one recorded run, for people who were not there.
import {Option, type Command} from 'commander';
import {CommandError} from '../errors.ts';
import {context, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import {objectText} from '../object-text.ts';
import type {RunReader, StoredRun} from '../run-reader.ts';
import type {Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly output: 'markdown' | 'html' | 'json' | 'yaml' | 'name';
	readonly kubeconfig?: string;
	readonly context?: string;
};

/** The record of this name, else the newest one of the Canary of this name. */
const find = async (reader: RunReader, name: string): Promise<StoredRun> => {
	const found = (await reader.run(name)) ?? (await reader.runs(name))[0];
	if (found === undefined) {
		throw new CommandError(
			`neither a run nor a Canary with runs is called ${name} in the namespace ${reader.namespace}`,
			'see aviary history NAME, or kubectl get canaryruns -A',
		);
	}

	return found;
};

const write = async (run: StoredRun, {output}: Flags): Promise<string> => {
	if (output === 'json' || output === 'yaml') {
		return objectText(output, run);
	}

	if (output === 'name') {
		return `canaryrun.aviary.dev/${run.metadata.name}\n`;
	}

	if (output === 'html') {
		const {htmlReport} = await import('../../services/reports/html.ts');
		return htmlReport(run);
	}

	const {markdownReport} = await import('../../services/reports/markdown.ts');
	return markdownReport(run);
};

const report = async (written: string, flags: Flags, terminal: Terminal): Promise<number> => {
	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const {openRunReader} = await import('../run-reader.ts');
	const reader = openRunReader({...flags, ...(chosen !== undefined && {namespace: chosen})});
	try {
		terminal.write(await write(await find(reader, name), flags));
		return 0;
	} finally {
		await reader.close();
	}
};

/** Registers `report`. */
export const registerReport = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('report')
		.description('write the report of a run: what happened, what was measured, who decided')
		.argument('<run>', 'RUN as aviary history names it, or a Canary for its newest run; NAMESPACE/… of either')
		.addOption(namespace())
		.addOption(
			new Option('-o, --output <format>', 'html is one file, with charts and without scripts')
				.choices(['markdown', 'html', 'json', 'yaml', 'name'])
				.default('markdown'),
		)
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText('after', examples('aviary report podinfo -n test', 'aviary report test/podinfo -o html > report.html'))
		.action(async (name: string, flags: Flags) => {
			end(await report(name, flags, terminal));
		});
};
