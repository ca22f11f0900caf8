// `aviary watch`: Canaries as they live, redrawn in place on a terminal, else a line for each thing that happens.
import {Option, type Command} from 'commander';
import type {Happening} from '../../sandbox/scenario/happenings.ts';
import {CommandError} from '../errors.ts';
import {context, duration, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import type {Colors} from '../live-view/lines.ts';
import {nameOf} from '../names.ts';
import type {ObjectFormat} from '../object-text.ts';
import {onStopSignal} from '../signals.ts';
import {plain, type Terminal} from '../terminal.ts';
import type {Copy} from '../watched-pods.ts';

type Flags = {
	readonly namespace?: string;
	readonly allNamespaces?: boolean;
	readonly timeout?: number;
	readonly output?: ObjectFormat;
	readonly kubeconfig?: string;
	readonly context?: string;
};

type Show = {
	hear(happening: Happening): void;
	copies(copies: readonly Copy[]): void;
	trouble(text: string): void;
	close(): void;
};

/** Plain lines: events, changes of state, and what a Canary waits for whenever that changes. */
const linesShow = async (terminal: Terminal, {output}: Flags): Promise<Show> => {
	const [{factsOf, lineOf}, {viewOf}, {streamText}] = await Promise.all([
		import('../live-view/lines.ts'),
		import('../canary-view.ts'),
		import('../object-text.ts'),
	]);
	const {colors} = terminal;
	const say = output === undefined ? undefined : await streamText(output);
	const told = new Map<string, string>();
	const isNews = (about: string, text: string): boolean => {
		const isSame = told.get(about) === text;
		told.set(about, text);
		return !isSame;
	};

	const lineEnded = (line: string | undefined): string => (line === undefined ? '' : `${line}\n`);
	const canaryText = ({canary, object, at}: Extract<Happening, {kind: 'canary'}>): string => {
		const {state, weight, failedChecks, waitingFor, problems} = viewOf(object, at);
		const facts = {canary, state: state || 'new', weight, failedChecks, waitingFor: waitingFor || problems};
		const time = new Date(at).toISOString();
		const text = `${canary} ${facts.state}, ${weight} %, waits for ${facts.waitingFor || 'an operator'}`;
		if (!isNews(canary, text)) {
			return '';
		}

		return say === undefined ? `${time.slice(11, 19)} · ${text}\n` : say({time, ...facts});
	};

	const verdictText = ({canary, verdict, at}: Extract<Happening, {kind: 'verdict'}>): string => {
		const time = new Date(at).toISOString();
		if (!isNews(`checks of ${canary}`, time)) {
			return '';
		}

		const {outcome, text, evidence} = verdict;
		if (say !== undefined) {
			return say({time, canary, checks: outcome, text, evidence});
		}

		const values = evidence.map((one) => `${one.metric} ${'value' in one ? one.value : one.kind}`).join(', ');
		return `${time.slice(11, 19)} · ${canary} checks ${outcome}: ${plain(values)}\n`;
	};

	const textOf = (happening: Happening): string => {
		if (happening.kind === 'canary') {
			return canaryText(happening);
		}

		if (happening.kind === 'verdict') {
			return verdictText(happening);
		}

		const facts = factsOf(happening);
		return say === undefined ? lineEnded(lineOf(colors, happening)) : facts === undefined ? '' : say(facts);
	};

	return {
		hear(happening) {
			terminal.write(textOf(happening));
		},
		copies() {},
		trouble(text) {
			terminal.write(text === '' || say !== undefined ? '' : `! ${plain(text)}\n`);
		},
		close() {},
	};
};

const liveShow = async (terminal: Terminal, title: string): Promise<Show> => {
	const [{createScene}, {openScreen}, {watchFrameOf}, {wallClock}] = await Promise.all([
		import('../live-view/scene.ts'),
		import('../live-view/screen.ts'),
		import('../live-view/watch-frame.ts'),
		import('../../services/clock.ts'),
	]);
	const stage = createScene();
	let copies: readonly Copy[] = [];
	let trouble = '';
	const screen = openScreen({
		stream: process.stdout,
		clock: wallClock,
		colors: terminal.colors,
		frame: (colors: Colors, size) =>
			watchFrameOf({scene: stage.scene(), copies, trouble, title}, colors, terminal.now(), size),
	});
	return {
		hear(happening) {
			stage.hear(happening);
			screen.changed();
		},
		copies(now) {
			copies = now;
			screen.changed();
		},
		trouble(text) {
			trouble = text;
			screen.changed();
		},
		close: () => screen.close(),
	};
};

const watch = async (written: string | undefined, flags: Flags, terminal: Terminal): Promise<number> => {
	if (written !== undefined && flags.allNamespaces === true) {
		throw new CommandError('a name and --all-namespaces exclude each other', 'leave one of them out', {exitCode: 2});
	}

	const wanted = written === undefined ? undefined : nameOf(written, flags.namespace);
	const [{openAccess}, {watchCanaries}] = await Promise.all([import('../cluster-access.ts'), import('../watching.ts')]);
	const access = openAccess({...flags, ...(wanted?.namespace !== undefined && {namespace: wanted.namespace})});
	const place = flags.allNamespaces === true ? undefined : access.namespace;
	const title =
		wanted === undefined
			? place === undefined
				? 'all namespaces'
				: `the namespace ${place}`
			: `${access.namespace}/${wanted.name}`;
	const stop = onStopSignal();
	const end = new AbortController();
	void stop.asked.then(() => end.abort());
	const signal =
		flags.timeout === undefined ? end.signal : AbortSignal.any([end.signal, AbortSignal.timeout(flags.timeout)]);
	// A dumb terminal cannot move its cursor.
	const isLive = terminal.columns !== undefined && process.stdout.isTTY && process.env['TERM'] !== 'dumb';
	const show =
		isLive && flags.output === undefined ? await liveShow(terminal, title) : await linesShow(terminal, flags);
	try {
		await watchCanaries({
			access,
			namespace: place,
			name: wanted?.name,
			signal,
			onHappening: (happening) => show.hear(happening),
			onCopies: (copies) => show.copies(copies),
			onTrouble: (text) => show.trouble(text),
		});
		return 0;
	} finally {
		end.abort();
		stop.dispose();
		show.close();
		await access.close();
	}
};

/** Registers `watch`; `finish` ends the process even if a watch keeps it alive. */
export const registerWatch = (program: Command, terminal: Terminal, finish: (code: number) => void): void => {
	program
		.command('watch')
		.description('follow Canaries live: weights, checks, what they wait for, pods and events')
		.argument('[name]', 'NAME, or NAMESPACE/NAME: also its pods')
		.addOption(namespace())
		.option('-A, --all-namespaces', 'Canaries of all namespaces')
		.addOption(new Option('--timeout <duration>', 'how long to follow (default: until Ctrl-C)').argParser(duration))
		.addOption(new Option('-o, --output <format>', 'an object a line, or a document each').choices(['json', 'yaml']))
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText(
			'after',
			`\nOn a terminal it is redrawn in place until Ctrl-C; elsewhere it prints a line for each change.\n${examples(
				'aviary watch',
				'aviary watch test/podinfo',
				'aviary watch -A --timeout 10m | tee releases.log',
			)}`,
		)
		.action(async (name: string | undefined, flags: Flags) => {
			finish(await watch(name, flags, terminal));
		});
};
