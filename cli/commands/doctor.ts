// `aviary doctor`: what is wrong with this cluster's releases, and what to do about it.
import {Option, type Command} from 'commander';
import type {Finding, Level} from '../doctor/finding.ts';
import {context, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {plain, type Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly output?: 'json' | 'yaml';
	readonly kubeconfig?: string;
	readonly context?: string;
};

const AREA_WIDTH = 12;
const marks: Readonly<Record<Level, string>> = {sound: '✓', doubtful: '!', broken: '✗'};

const textOf = (findings: readonly Finding[], {colors}: Terminal): string => {
	const paints = {sound: colors.green, doubtful: colors.yellow, broken: colors.red};
	const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
	const lines = findings.map(({area, level, text, remedy}) => {
		const head = `${paints[level](marks[level])} ${area.padEnd(AREA_WIDTH)} ${plain(text)}\n`;
		return remedy === '' ? head : `${head}${' '.repeat(AREA_WIDTH + 3)}→ ${plain(remedy)}\n`;
	});
	return `${lines.join('')}\n${count('sound')} sound, ${count('doubtful')} to look at, ${count('broken')} broken\n`;
};

const doctor = async (flags: Flags, terminal: Terminal): Promise<number> => {
	const [{openAccess}, {examine}] = await Promise.all([
		import('../cluster-access.ts'),
		import('../doctor/examination.ts'),
	]);
	const access = openAccess(flags);
	try {
		const findings = await examine(access, terminal.now());
		const isBroken = findings.some(({level}) => level === 'broken');
		if (flags.output === 'json') {
			terminal.write(`${JSON.stringify({broken: isBroken, findings}, undefined, 2)}\n`);
		} else if (flags.output === 'yaml') {
			const {stringify} = await import('yaml');
			terminal.write(stringify({broken: isBroken, findings}, {lineWidth: 0}));
		} else {
			terminal.write(textOf(findings, terminal));
		}

		return isBroken ? 1 : 0;
	} finally {
		await access.close();
	}
};

/** Registers `doctor`. */
export const registerDoctor = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('doctor')
		.description('look for what keeps releases from working, each finding with its remedy')
		.addOption(namespace())
		.addOption(new Option('-o, --output <format>', 'another form').choices(['json', 'yaml']))
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText(
			'after',
			`\nExits with 1 when something is broken; what is only worth a look leaves it at 0.\n${examples(
				'aviary doctor',
				'aviary doctor -n test -o json | jq \'.findings[] | select(.level == "broken")\'',
			)}`,
		)
		.action(async (flags: Flags) => {
			end(await doctor(flags, terminal));
		});
};
