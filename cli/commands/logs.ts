// `aviary logs`: what the operator's pods say of one Canary.
import {Option, type Command} from 'commander';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Access} from '../cluster-access.ts';
import {CommandError} from '../errors.ts';
import {context, duration, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import {plain, type Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly follow?: boolean;
	readonly since?: number;
	readonly run?: string;
	readonly output?: 'json';
	readonly kubeconfig?: string;
	readonly context?: string;
};

const OURS = 'app.kubernetes.io/name=aviary';
const IDLE_MS = 3_600_000;
const RIGHT = 'list pods and get pods/log in the operator’s namespace';

type Entry = {
	readonly level?: unknown;
	readonly ts?: unknown;
	readonly msg?: unknown;
	readonly canary?: unknown;
	readonly run?: unknown;
};

const entryOf = (line: string): Entry | undefined => {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
};

const scalar = (value: unknown): string => plain(typeof value === 'string' ? value : JSON.stringify(value));

/** `12:00:01 warn status is recorded again attempt=2`; the line as it is for JSON. */
const lineOf = (line: string, entry: Entry, {output}: Flags, {colors}: Terminal): string => {
	if (output === 'json') {
		return line;
	}

	const {level, ts, msg, canary: _, ...fields} = entry as Entry & Record<string, unknown>;
	const rest = Object.entries(fields).map(([key, value]) => ` ${colors.dim(`${plain(key)}=${scalar(value)}`)}`);
	const paint = level === 'error' ? colors.red : level === 'warn' ? colors.yellow : colors.dim;
	return `${plain(ts).slice(11, 19)} ${paint(plain(level))} ${plain(msg)}${rest.join('')}`;
};

/** A run's id as the log has it, `REVISION-20261121T093000Z`: no record's name has capital letters. */
const RUN_ID = /-\d{8}T\d{6}Z$/;

/** The run that is meant, by its id; undefined for all of them. */
const runOf = async (access: Access, canary: string, {run}: Flags): Promise<string | undefined> => {
	if (run === undefined || RUN_ID.test(run)) {
		return run;
	}

	const {runsThrough} = await import('../run-reader.ts');
	const reader = runsThrough(access);
	const found = run === 'last' ? (await reader.runs(canary))[0] : await reader.run(run);
	if (found === undefined || found.spec.canary !== canary) {
		throw new CommandError(
			`no run of ${canary} is recorded${run === 'last' ? '' : ` as ${plain(run)}`}`,
			`see aviary history ${access.namespace}/${canary}`,
		);
	}

	return found.spec.run;
};

const operatorPods = async (access: Access): Promise<readonly KubeObject[]> => {
	const {pathOf, pods} = await import('../../services/kubernetes/resources.ts');
	const query = {labelSelector: OURS};
	const answer = await access.request({verb: 'list', resource: 'pods', path: pathOf(pods), query}, RIGHT);
	const found = (answer?.['items'] ?? []) as readonly KubeObject[];
	if (found.length === 0) {
		throw new CommandError(
			'no pod of the operator runs in this cluster',
			`a daemon elsewhere has its log there; pods are looked for by the label ${OURS}`,
		);
	}

	return found;
};

const logs = async (written: string, flags: Flags, terminal: Terminal): Promise<number> => {
	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const {openAccess} = await import('../cluster-access.ts');
	const access = openAccess({...flags, ...(chosen !== undefined && {namespace: chosen})});
	const about = `${name}.${access.namespace}`;
	let run: string | undefined;
	const isAsked = (entry: Entry): boolean => entry.canary === about && (run === undefined || entry.run === run);
	const tell = async (pod: KubeObject): Promise<void> => {
		const {pathOf, pods} = await import('../../services/kubernetes/resources.ts');
		const path = pathOf(pods, pod.metadata.namespace, pod.metadata.name, 'log');
		const query = {
			...(flags.follow === true && {follow: 'true'}),
			...(flags.since !== undefined && {sinceSeconds: String(Math.ceil(flags.since / 1000))}),
		};
		const request = {verb: 'get', resource: 'pods/log', path, query, accept: '*/*', idleMs: IDLE_MS} as const;
		const {lines} = await access.explained(access.api.stream(request), RIGHT);
		for await (const batch of lines) {
			for (const line of batch) {
				const entry = entryOf(line);
				if (entry !== undefined && isAsked(entry)) terminal.write(`${lineOf(line, entry, flags, terminal)}\n`);
			}
		}
	};
	try {
		run = await runOf(access, name, flags);
		const pods = await operatorPods(access);
		if (flags.follow === true) {
			await Promise.all(pods.map(tell));
		} else {
			for (const pod of pods) await tell(pod);
		}

		return 0;
	} finally {
		await access.close();
	}
};

/** Registers `logs`; `finish` ends the process even if a log is still followed. */
export const registerLogs = (program: Command, terminal: Terminal, finish: (code: number) => void): void => {
	program
		.command('logs')
		.description('print what the operator’s log says of one Canary')
		.argument('<name>', 'NAME, or NAMESPACE/NAME')
		.addOption(namespace())
		.option('--run <run>', 'of one run: its record as aviary history names it, its id, or last')
		.option('-f, --follow', 'go on as more is said')
		.addOption(new Option('--since <duration>', 'nothing older than this').argParser(duration))
		.addOption(new Option('-o, --output <format>', 'the lines as they were written').choices(['json']))
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText(
			'after',
			examples(
				'aviary logs test/podinfo --since 1h',
				'aviary logs test/podinfo --run last',
				'aviary logs podinfo -n test --follow -o json',
			),
		)
		.action(async (name: string, flags: Flags) => {
			finish(await logs(name, flags, terminal));
		});
};
