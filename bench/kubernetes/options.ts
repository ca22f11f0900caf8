// What `npm run bench` is asked for.
import {parseArgs} from 'node:util';
import {parseDuration} from '../../api/durations.ts';

/** Objects in the cluster that no Canary refers to. */
export type Foreign = {readonly deployments: number; readonly pods: number; readonly secrets: number};

export type Options = {
	/** Each number of Canaries is measured on a cluster of its own. */
	readonly sizes: readonly number[];
	readonly idleMs: number;
	/** How long after each phase its aftermath is counted to it. */
	readonly settleMs: number;
	readonly foreign: Foreign;
	/** How the results are called. */
	readonly name: string;
	/** The operator's command line, with {kubeconfig}, {metricsServer} and {port}; without one, what Aviary ships. */
	readonly command: string | undefined;
	/** A file of manifests that the operator needs: its roles, other CRDs. */
	readonly manifests: string | undefined;
	/** Flags for the Node that runs what Aviary ships, such as --cpu-prof. */
	readonly nodeFlags: readonly string[];
	/** Where the results are written. */
	readonly out: string;
	/** Of a comparison: the commit to compare with, and how often both are measured. */
	readonly base: string | undefined;
	readonly pairs: number;
};

/** Foreign objects by word, or three numbers. */
const foreignSets: Readonly<Record<string, Foreign>> = {
	full: {deployments: 10_000, pods: 20_000, secrets: 5000},
	small: {deployments: 1000, pods: 2000, secrets: 500},
	none: {deployments: 0, pods: 0, secrets: 0},
};

export const usage = `npm run bench -- [flags]
  --canaries 1,10,100,1000   sizes, each on a cluster of its own
  --idle 15m                 how long requests are counted at rest
  --settle 5s                how long after a phase its aftermath is counted to it
  --foreign full|small|none  10000,20000,5000 or 1000,2000,500 Deployments, Pods, Secrets; or three numbers
  --name aviary              of the results
  --out DIR                  of the results, bench/results by default
  --command LINE             measures another operator: its command with {kubeconfig}, {metricsServer} and {port}
  --manifests FILE           applied before, such as that operator's roles
  --node-flags="--cpu-prof"  for the Node that runs Aviary
`;

const numbers = (flag: string, text: string): readonly number[] =>
	text.split(',').map((part) => {
		if (!/^\d{1,6}$/.test(part)) {
			throw new Error(`--${flag}: ${part} is no whole number`);
		}

		return Number(part);
	});

const milliseconds = (flag: string, text: string): number => {
	const ms = parseDuration(text);
	if (ms === undefined) {
		throw new Error(`--${flag}: ${text} is no duration; write 15m or 10s`);
	}

	return ms;
};

const foreignOf = (text: string): Foreign => {
	const known = foreignSets[text];
	if (known !== undefined) {
		return known;
	}

	const [deployments, pods, secrets, ...more] = numbers('foreign', text);
	if (deployments === undefined || pods === undefined || secrets === undefined || more.length > 0) {
		throw new Error(`--foreign: ${text}; write full, small, none or three numbers`);
	}

	return {deployments, pods, secrets};
};

/** Throws an Error that names the flag. */
export const readOptions = (words: readonly string[]): Options => {
	const {values} = parseArgs({
		args: [...words],
		options: {
			canaries: {type: 'string', default: '1,10,100,1000'},
			idle: {type: 'string', default: '15m'},
			settle: {type: 'string', default: '5s'},
			foreign: {type: 'string', default: 'full'},
			name: {type: 'string', default: 'aviary'},
			out: {type: 'string', default: new URL('../results/', import.meta.url).pathname},
			command: {type: 'string'},
			manifests: {type: 'string'},
			'node-flags': {type: 'string', default: ''},
			base: {type: 'string'},
			pairs: {type: 'string', default: '2'},
		},
	});
	return {
		sizes: numbers('canaries', values.canaries),
		idleMs: milliseconds('idle', values.idle),
		settleMs: milliseconds('settle', values.settle),
		foreign: foreignOf(values.foreign),
		name: values.name,
		command: values.command,
		manifests: values.manifests,
		nodeFlags: values['node-flags'].split(' ').filter((flag) => flag !== ''),
		out: values.out,
		base: values.base,
		pairs: numbers('pairs', values.pairs)[0] ?? 1,
	};
};
