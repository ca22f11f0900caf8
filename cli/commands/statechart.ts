// `aviary statechart`: the chart that runs, as text or picture; of one Canary with its present state lit.
import {Option, type Command} from 'commander';
import {context, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import {objectText} from '../object-text.ts';
import type {Chart} from '../statechart/walk.ts';
import type {Terminal} from '../terminal.ts';

type Format = 'mermaid' | 'svg' | 'json' | 'yaml';
type Flags = {
	readonly format?: Format;
	readonly output?: Format;
	readonly namespace?: string;
	readonly kubeconfig?: string;
	readonly context?: string;
};

const formats: readonly Format[] = ['mermaid', 'json', 'svg', 'yaml'];

/** The state that the Canary's status tells of; undefined when nobody has looked at it yet. */
const currentOf = async (written: string, flags: Flags): Promise<string | undefined> => {
	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const [{openReader}, {stateOf}] = await Promise.all([import('../cluster-reader.ts'), import('../canary-view.ts')]);
	const reader = openReader({...flags, ...(chosen !== undefined && {namespace: chosen})});
	try {
		const {status = {}} = await reader.canary(reader.namespace, name);
		return stateOf(status) || undefined;
	} finally {
		await reader.close();
	}
};

const textOf = async (chart: Chart, flags: Flags, title: string, current: string | undefined): Promise<string> => {
	const format = flags.output ?? flags.format ?? 'mermaid';
	if (format === 'json' || format === 'yaml') {
		return objectText(format, {...chart, ...(current !== undefined && {current})});
	}

	const {drawingOf} = await import('../statechart/drawing.ts');
	const drawing = drawingOf(chart);
	if (format === 'mermaid') {
		const {mermaidOf} = await import('../statechart/mermaid.ts');
		return mermaidOf(drawing, current);
	}

	const [{layOut}, {svgOf}] = await Promise.all([import('../statechart/layout.ts'), import('../statechart/svg.ts')]);
	return svgOf(await layOut(drawing), title, current);
};

const draw = async (name: string | undefined, flags: Flags, terminal: Terminal): Promise<number> => {
	const current = name === undefined ? undefined : await currentOf(name, flags);
	const {canaryChart} = await import('../statechart/canary-chart.ts');
	const title = name === undefined ? 'The statechart of a Canary' : `${name}: ${current ?? 'no state yet'}`;
	terminal.write(await textOf(canaryChart(), flags, title, current));
	return 0;
};

/** Registers `statechart`. */
export const registerStatechart = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('statechart')
		.description('draw the chart by which every Canary lives; with a name, its present state is lit')
		.argument('[name]', 'NAME, or NAMESPACE/NAME')
		.addOption(new Option('-o, --output <format>', 'form; mermaid unless told').choices(formats))
		.addOption(new Option('--format <format>', 'the same').choices(formats).conflicts('output'))
		.addOption(namespace())
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText(
			'after',
			examples(
				'aviary statechart',
				'aviary statechart test/podinfo -o svg > podinfo.svg',
				'aviary statechart test/podinfo --context staging -o json | jq -r .current',
			),
		)
		.action(async (name: string | undefined, flags: Flags) => {
			end(await draw(name, flags, terminal));
		});
};
