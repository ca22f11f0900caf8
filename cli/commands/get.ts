// `aviary get`: Canaries, one a line.
import {Option, type Command} from 'commander';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {CanaryView} from '../canary-view.ts';
import {CommandError} from '../errors.ts';
import {context, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import {ageText, tableText, type Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly allNamespaces?: boolean;
	readonly output?: 'wide' | 'json' | 'yaml' | 'name';
	readonly kubeconfig?: string;
	readonly context?: string;
};

const HEADS = ['NAME', 'STATE', 'WEIGHT', 'FAILED CHECKS', 'WAITING FOR', 'AGE'];
const WIDE_HEADS = ['PHASE', 'SINCE', 'TARGET', 'REASON'];

const since = (instant: number, now: number): string => (instant === 0 ? '<unknown>' : ageText(now - instant));

const cellsOf = (view: CanaryView, now: number, isWide: boolean): readonly string[] => [
	view.name,
	view.state || '<none>',
	String(view.weight),
	`${view.failedChecks}/${view.model.analysis.threshold}`,
	view.waitingFor || view.problems || '<unknown>',
	since(view.created, now),
	...(isWide
		? [view.phase, since(view.since, now), `${view.model.target.kind}/${view.model.target.name}`, view.reason]
		: []),
];

const tableOf = (views: readonly CanaryView[], {output, allNamespaces}: Flags, terminal: Terminal): string => {
	const isWide = output === 'wide';
	const heads = [...(allNamespaces ? ['NAMESPACE'] : []), ...HEADS, ...(isWide ? WIDE_HEADS : [])];
	const {colors} = terminal;
	const colour: Readonly<Record<string, (text: string) => string>> = {
		failed: colors.red,
		halted: colors.yellow,
		progressing: colors.cyan,
		promoting: colors.cyan,
		finished: colors.green,
	};
	return tableText(
		heads,
		views.map((view) => [...(allNamespaces ? [view.namespace] : []), ...cellsOf(view, terminal.now(), isWide)]),
		isWide ? undefined : terminal.columns,
		(text, head) => (head === 'STATE' ? (colour[text]?.(text) ?? text) : text),
	);
};

const listOf = (items: readonly KubeObject[]) => ({apiVersion: 'v1', kind: 'List', metadata: {}, items});

const show = async (found: readonly KubeObject[], isOne: boolean, flags: Flags, terminal: Terminal): Promise<void> => {
	const whole = isOne ? found[0] : listOf(found);
	switch (flags.output) {
		case 'json': {
			terminal.write(`${JSON.stringify(whole, null, 2)}\n`);
			return;
		}

		case 'yaml': {
			const {stringify} = await import('yaml');
			terminal.write(stringify(whole, {version: '1.1', aliasDuplicateObjects: false, lineWidth: 0}));
			return;
		}

		case 'name': {
			terminal.write(found.map(({metadata}) => `canary.flagger.app/${metadata.name}\n`).join(''));
			return;
		}

		case 'wide':
		case undefined: {
			const {viewOf} = await import('../canary-view.ts');
			const views = found.map((canary) => viewOf(canary, terminal.now()));
			terminal.write(tableOf(views, flags, terminal));
		}
	}
};

const get = async (name: string | undefined, flags: Flags, terminal: Terminal): Promise<number> => {
	if (name !== undefined && flags.allNamespaces === true) {
		throw new CommandError('a name and --all-namespaces exclude each other', 'leave one of them out', {exitCode: 2});
	}

	const wanted = name === undefined ? undefined : nameOf(name, flags.namespace);
	const {openReader} = await import('../cluster-reader.ts');
	const reader = openReader({...flags, ...(wanted?.namespace !== undefined && {namespace: wanted.namespace})});
	try {
		if (wanted !== undefined) {
			await show([await reader.canary(reader.namespace, wanted.name)], true, flags, terminal);
			return 0;
		}

		const found = await reader.canaries(flags.allNamespaces === true ? undefined : reader.namespace);
		if (found.length === 0 && (flags.output === undefined || flags.output === 'wide')) {
			const where = flags.allNamespaces === true ? 'in any namespace' : `in the namespace ${reader.namespace}; see -A`;
			terminal.write(`There are no Canaries ${where}.\n`);
			return 0;
		}

		await show(found, false, flags, terminal);
		return 0;
	} finally {
		await reader.close();
	}
};

/** Registers `get`. */
export const registerGet = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('get')
		.description('show Canaries: state, weight, failed checks and what they wait for')
		.argument('[name]', 'NAME, or NAMESPACE/NAME')
		.addOption(namespace())
		.option('-A, --all-namespaces', 'Canaries of all namespaces')
		.addOption(new Option('-o, --output <format>', 'another form').choices(['wide', 'json', 'yaml', 'name']))
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText('after', examples('aviary get', 'aviary get -A -o wide', 'aviary get podinfo -n test -o yaml'))
		.action(async (name: string | undefined, flags: Flags) => {
			end(await get(name, flags, terminal));
		});
};
