// `aviary get`: Canaries, one a line; with `--watch` another line for each change.
import {Option, type Command} from 'commander';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {TableOptions} from '../canary-table.ts';
import {CommandError} from '../errors.ts';
import {context, duration, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import {listOf, objectText} from '../object-text.ts';
import {plain, type Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly allNamespaces?: boolean;
	readonly watch?: boolean;
	readonly timeout?: number;
	readonly output?: 'wide' | 'json' | 'yaml' | 'name';
	readonly kubeconfig?: string;
	readonly context?: string;
};

type Place = {readonly namespace?: string | undefined; readonly name: string} | undefined;

const nameLine = ({metadata}: KubeObject): string => `canary.flagger.app/${metadata.name}\n`;

const tableOptions = ({output, allNamespaces = false}: Flags, terminal: Terminal): TableOptions => ({
	isWide: output === 'wide',
	hasNamespaces: allNamespaces,
	terminal,
});

const show = async (found: readonly KubeObject[], isOne: boolean, flags: Flags, terminal: Terminal): Promise<void> => {
	const {output} = flags;
	if (output === 'json' || output === 'yaml') {
		terminal.write(await objectText(output, isOne ? found[0] : listOf(found)));
	} else if (output === 'name') {
		terminal.write(found.map(nameLine).join(''));
	} else {
		const [{viewOf}, {tableOf}] = await Promise.all([import('../canary-view.ts'), import('../canary-table.ts')]);
		const views = found.map((canary) => viewOf(canary, terminal.now()));
		terminal.write(tableOf(views, tableOptions(flags, terminal)));
	}
};

/** How a Canary that has come or changed is told, and one that is gone: as kubectl does, one object after another. */
const tellerOf = async (flags: Flags, terminal: Terminal) => {
	const {output} = flags;
	if (output === 'json' || output === 'yaml') {
		return async (canary: KubeObject): Promise<string> =>
			`${output === 'yaml' ? '---\n' : ''}${await objectText(output, canary)}`;
	}

	if (output === 'name') {
		return (canary: KubeObject): string => nameLine(canary);
	}

	const [{viewOf}, {growingTable}] = await Promise.all([import('../canary-view.ts'), import('../canary-table.ts')]);
	const table = growingTable(tableOptions(flags, terminal));
	return (canary: KubeObject, isGone: boolean): string => {
		const view = viewOf(canary, terminal.now());
		return isGone ? table.gone(view) : table.put(view);
	};
};

/** Until a signal or `--timeout`. Rejects with CommandError when the Canaries cannot be followed. */
const watch = async (wanted: Place, flags: Flags, terminal: Terminal): Promise<number> => {
	const [{openAccess}, {differences, follow}, {byNamespaceAndName, noCanary, READING}, {canaries}, {onStopSignal}] =
		await Promise.all([
			import('../cluster-access.ts'),
			import('../following.ts'),
			import('../cluster-reader.ts'),
			import('../../services/kubernetes/resources.ts'),
			import('../signals.ts'),
		]);
	const access = openAccess({...flags, ...(wanted?.namespace !== undefined && {namespace: wanted.namespace})});
	const stop = onStopSignal();
	const end = new AbortController();
	void stop.asked.then(() => end.abort());
	const {timeout} = flags;
	const signal = timeout === undefined ? end.signal : AbortSignal.any([end.signal, AbortSignal.timeout(timeout)]);
	const isTable = flags.output === undefined || flags.output === 'wide';
	try {
		const tell = await tellerOf(flags, terminal);
		const changed = differences();
		for await (const change of follow(access, {
			resource: canaries,
			namespace: flags.allNamespaces === true ? undefined : access.namespace,
			...(wanted !== undefined && {fieldSelector: `metadata.name=${wanted.name}`}),
			signal,
			right: READING,
			onSilence(text) {
				terminal.write(isTable ? `! no connection (${plain(text)}); it is tried again\n` : '');
			},
		})) {
			if (wanted !== undefined && change.type === 'all' && change.objects.length === 0) {
				throw noCanary(access.namespace, wanted.name);
			}

			const {put, gone} = changed(change);
			for (const canary of put.toSorted(byNamespaceAndName)) terminal.write(await tell(canary, false));
			for (const canary of gone) terminal.write(await tell(canary, true));
		}

		return 0;
	} finally {
		end.abort();
		stop.dispose();
		await access.close();
	}
};

const read = async (wanted: Place, flags: Flags, terminal: Terminal): Promise<number> => {
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

const get = async (name: string | undefined, flags: Flags, terminal: Terminal): Promise<number> => {
	if (name !== undefined && flags.allNamespaces === true) {
		throw new CommandError('a name and --all-namespaces exclude each other', 'leave one of them out', {exitCode: 2});
	}

	if (flags.timeout !== undefined && flags.watch !== true) {
		throw new CommandError('--timeout belongs to --watch', 'add -w, or leave it out', {exitCode: 2});
	}

	const wanted = name === undefined ? undefined : nameOf(name, flags.namespace);
	return flags.watch === true ? watch(wanted, flags, terminal) : read(wanted, flags, terminal);
};

export type Ends = {
	/** Takes the exit code. */
	readonly end: (code: number) => void;
	/** Also ends the process, even if a watch keeps it alive. */
	readonly finish: (code: number) => void;
};

/** Registers `get`. */
export const registerGet = (program: Command, terminal: Terminal, {end, finish}: Ends): void => {
	program
		.command('get')
		.description('show Canaries: state, weight, failed checks and what they wait for')
		.argument('[name]', 'NAME, or NAMESPACE/NAME')
		.addOption(namespace())
		.option('-A, --all-namespaces', 'Canaries of all namespaces')
		.option('-w, --watch', 'then a row, or an object, for each that comes, changes or goes')
		.addOption(new Option('--timeout <duration>', 'how long to watch (default: until Ctrl-C)').argParser(duration))
		.addOption(new Option('-o, --output <format>', 'another form').choices(['wide', 'json', 'yaml', 'name']))
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText(
			'after',
			examples(
				'aviary get',
				'aviary get -A -o wide',
				'aviary get podinfo -n test -o yaml',
				'aviary get -A -w',
				'aviary get test/podinfo -w -o json | jq -r .status.canaryWeight',
			),
		)
		.action(async (name: string | undefined, flags: Flags) => {
			const code = await get(name, flags, terminal);
			(flags.watch === true ? finish : end)(code);
		});
};
