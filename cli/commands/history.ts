// `aviary history`: the recorded runs of a Canary, one a line.
import {Option, type Command} from 'commander';
import {instantOf} from '../../services/clock.ts';
import {durationText} from '../../services/reports/run-story.ts';
import {context, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import {listOf, objectText} from '../object-text.ts';
import type {StoredRun} from '../run-reader.ts';
import {ageText, plain, tableText, type Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly output?: 'wide' | 'json' | 'yaml' | 'name';
	readonly kubeconfig?: string;
	readonly context?: string;
};

const HEADS = ['RUN', 'OUTCOME', 'BEGAN', 'TOOK', 'FOR PEOPLE', 'REASON'];
const WIDE_HEADS = ['REVISION', 'PROGRESSING', 'HALTED', 'COMMANDS', 'BREACHES'];
const UNDER_WAY = 'under way';

const cellsOf = ({metadata, spec, status = {}}: StoredRun, now: number, isWide: boolean): readonly string[] => {
	const {seconds, metrics = [], commands = []} = status;
	const began = instantOf(spec.began);
	const ended = instantOf(status.ended);
	const told = (count: number | undefined): string => (count === undefined ? '-' : durationText(count));
	const breaches = metrics.flatMap(({measurements}) => measurements.filter(({outcome}) => outcome === 'breached'));
	return [
		plain(metadata.name),
		plain(status.outcome) || UNDER_WAY,
		began === 0 ? '<unknown>' : `${ageText(now - began)} ago`,
		ended === 0 ? '-' : durationText((ended - began) / 1000),
		status.outcome === undefined ? '-' : told(seconds?.waitingForPeople),
		plain(status.reason),
		...(isWide
			? [
					plain(spec.revision),
					told(seconds?.progressing),
					told(seconds?.halted),
					String(commands.length),
					String(breaches.length),
				]
			: []),
	];
};

const tableOf = (runs: readonly StoredRun[], isWide: boolean, terminal: Terminal): string => {
	const {colors} = terminal;
	const colour: Readonly<Record<string, (text: string) => string>> = {
		promoted: colors.green,
		skipped: colors.green,
		'rolled-back': colors.red,
		failed: colors.red,
		superseded: colors.yellow,
		interrupted: colors.yellow,
		[UNDER_WAY]: colors.cyan,
	};
	return tableText(
		[...HEADS, ...(isWide ? WIDE_HEADS : [])],
		runs.map((run) => cellsOf(run, terminal.now(), isWide)),
		isWide ? undefined : terminal.columns,
		(text, head) => (head === 'OUTCOME' ? (colour[text]?.(text) ?? text) : text),
	);
};

const history = async (written: string, flags: Flags, terminal: Terminal): Promise<number> => {
	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const {openRunReader} = await import('../run-reader.ts');
	const reader = openRunReader({...flags, ...(chosen !== undefined && {namespace: chosen})});
	try {
		const runs = await reader.runs(name);
		const {output} = flags;
		if (output === 'json' || output === 'yaml') {
			terminal.write(await objectText(output, listOf(runs)));
		} else if (output === 'name') {
			terminal.write(runs.map(({metadata}) => `canaryrun.aviary.dev/${metadata.name}\n`).join(''));
		} else if (runs.length === 0) {
			terminal.write(`No run of ${name} is recorded in the namespace ${reader.namespace}.\n`);
		} else {
			terminal.write(tableOf(runs, output === 'wide', terminal));
		}

		return 0;
	} finally {
		await reader.close();
	}
};

/** Registers `history`. */
export const registerHistory = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('history')
		.description('show the recorded runs of a Canary, newest first; also of one that is gone')
		.argument('<name>', 'NAME, or NAMESPACE/NAME')
		.addOption(namespace())
		.addOption(new Option('-o, --output <format>', 'another form').choices(['wide', 'json', 'yaml', 'name']))
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText('after', examples('aviary history podinfo -n test', 'aviary history test/podinfo -o wide'))
		.action(async (name: string, flags: Flags) => {
			end(await history(name, flags, terminal));
		});
};
