// A session: what a person types, in turn, in a namespace of its own; and the transcript that it leaves.
import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type {Readable, Writable} from 'node:stream';
import {masked} from './masks.ts';

export type Step = {
	/** What follows `kubectl`, as a shell would take it. */
	readonly line: string;
	readonly stdin?: string;
	/** What the editor does: puts one text (a pattern of sed) in the place of another. */
	readonly edit?: readonly [from: string, to: string];
	/** The output is kept, and stands in later steps' input where this word is. */
	readonly keepAs?: string;
	/** Ends a command that would go on for ever, once its output matches. */
	readonly until?: RegExp;
	/** Typed elsewhere while this one runs, once its output matches `after`. */
	readonly after?: RegExp;
	readonly meanwhile?: readonly Step[];
	/** The output from this line on is not compared. */
	readonly cutAt?: RegExp;
};

export type Session = {
	readonly title: string;
	readonly files: Readonly<Record<string, string>>;
	readonly steps: ReadonlyArray<string | Step>;
};

/** Where sessions are typed. */
export type Site = {
	readonly program: string;
	/** The server and who one is, as the fields of a kubeconfig's cluster and user. */
	readonly cluster: Readonly<Record<string, unknown>>;
	readonly user: Readonly<Record<string, unknown>>;
	/** A folder that all sessions share: for kubectl's cache. */
	readonly folder: string;
};

type Desk = {
	readonly site: Site;
	readonly folder: string;
	readonly config: string;
	readonly namespace: string;
	readonly kept: Map<string, string>;
};

/** Splits as a shell does: at spaces that no quotes enclose. */
const words = (line: string): readonly string[] =>
	[...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/gu)].map(([word]) =>
		word.replaceAll(/'([^']*)'|"([^"]*)"/gu, (_all, single?: string, double?: string) => single ?? double ?? ''),
	);

const STEP_MS_MAX = 60_000;

const editor = ([from, to]: readonly [string, string]): string => `sed -i 's/${from}/${to}/'`;

type Output = {stdout: string; stderr: string; readonly seen: Promise<void>};

const gather = (child: ChildProcessByStdio<Writable, Readable, Readable>, {until, after}: Step): Output => {
	const {promise: seen, resolve: see} = Promise.withResolvers<void>();
	const output: Output = {stdout: '', stderr: '', seen};
	// One that ends without that has been waited for long enough.
	child.on('close', () => see());
	const hear = (stream: 'stdout' | 'stderr') => (chunk: string) => {
		output[stream] += chunk;
		if (after?.test(output[stream])) {
			see();
		}

		if (until?.test(output[stream])) {
			child.kill('SIGTERM');
		}
	};
	child.stdout.setEncoding('utf8').on('data', hear('stdout'));
	child.stderr.setEncoding('utf8').on('data', hear('stderr'));
	return output;
};

const cut = (text: string, at: RegExp | undefined): string => {
	const index = at === undefined ? -1 : text.search(at);
	return index < 0 ? text : text.slice(0, index);
};

const filled = ({namespace, kept}: Desk, text: string): string =>
	[...kept].reduce((done, [word, value]) => done.replaceAll(word, value), text.replaceAll('NAMESPACE', namespace));

/** Runs a step, and what goes on meanwhile; answers its part of the transcript. */
const typed = async (desk: Desk, given: string | Step): Promise<string> => {
	const step: Step = typeof given === 'string' ? {line: given} : given;
	const {site, folder, config} = desk;
	const child = spawn(site.program, words(step.line), {
		cwd: folder,
		// Not the caller's: a kubeconfig, a proxy or a plugin of the machine must not take part.
		env: {
			PATH: process.env['PATH'],
			HOME: site.folder,
			KUBECONFIG: config,
			KUBECACHEDIR: path.join(site.folder, 'cache'),
			...(step.edit && {KUBE_EDITOR: editor(step.edit)}),
		},
		stdio: 'pipe',
		timeout: STEP_MS_MAX,
		killSignal: 'SIGKILL',
	});
	const output = gather(child, step);
	// Broken when kubectl ends without having read everything.
	child.stdin.on('error', () => {});
	child.stdin.end(filled(desk, step.stdin ?? ''));
	const closed = once(child, 'close') as Promise<[number | null]>;
	if (step.after !== undefined) {
		await output.seen;
	}

	const others: string[] = [];
	for (const other of step.meanwhile ?? []) {
		others.push(await typed(desk, other));
	}

	const [code] = await closed;
	if (step.keepAs !== undefined) {
		desk.kept.set(step.keepAs, output.stdout);
	}

	const ended = step.until === undefined ? `[exit ${code ?? 'by force'}]\n` : '[until seen]\n';
	const errors = output.stderr.replaceAll(/^(?=.)/gmu, '! ');
	const stdout = cut(output.stdout, step.cutAt).replace(/(?<=[^\n])$/u, '\n');
	const said = masked(stdout + errors, desk.namespace);
	const isPlain = code === 0 && step.until === undefined;
	return `$ kubectl ${step.line}\n${said}${isPlain ? '' : ended}${others.map((one) => `(meanwhile) ${one}`).join('')}`;
};

/** Types a whole session at a site; answers its transcript, with what differs from run to run masked. */
export const transcriptOf = async (session: Session, site: Site): Promise<string> => {
	const namespace = `typed-${session.title}`;
	const folder = path.join(site.folder, session.title);
	await mkdir(folder, {recursive: true});
	const config = path.join(folder, 'kubeconfig');
	await writeFile(
		config,
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			clusters: [{name: 'site', cluster: site.cluster}],
			users: [{name: 'person', user: site.user}],
			contexts: [{name: 'site', context: {cluster: 'site', user: 'person', namespace}}],
			'current-context': 'site',
		}),
		{mode: 0o600},
	);
	for (const [name, text] of Object.entries(session.files)) {
		await writeFile(path.join(folder, name), text.replaceAll('NAMESPACE', namespace));
	}

	const desk = {site, folder, config, namespace, kept: new Map<string, string>()};
	const parts = [await typed(desk, `create namespace ${namespace}`)];
	for (const step of session.steps) {
		parts.push(await typed(desk, step));
	}

	return parts.join('\n');
};
