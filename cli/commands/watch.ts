// `aviary watch`: Canaries as they live, redrawn in place on a terminal, else a line for each thing that happens.
import {Option, type Command} from 'commander';
import type {Happening} from '../../sandbox/scenario/happenings.ts';
import {CommandError} from '../errors.ts';
import {context, duration, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import type {Colors} from '../live-view/lines.ts';
import {nameOf} from '../names.ts';
import {onStopSignal} from '../signals.ts';
import type {Terminal} from '../terminal.ts';
import type {Copy} from '../watched-pods.ts';

type Flags = {
	readonly namespace?: string;
	readonly allNamespaces?: boolean;
	readonly timeout?: number;
	readonly output?: 'json';
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
	const [{jsonOf, lineOf}, {viewOf}, {plain}] = await Promise.all([
		import('../live-view/lines.ts'),
		import('../canary-view.ts'),
		import('../terminal.ts'),
	]);
	const {colors} = terminal;
	const told = new Map<string, string>();
	const canaryText = (happening: Extract<Happening, {kind: 'canary'}>): string | undefined => {
		const {state, weight, failedChecks, waitingFor, problems} = viewOf(happening.object, happening.at);
		const facts = {
			canary: happening.canary,
			state: state || 'new',
			weight,
			failedChecks,
			waitingFor: waitingFor || problems,
		};
		const time = new Date(happening.at).toISOString();
		const text = `${facts.canary} ${facts.state}, ${weight} %, waits for ${facts.waitingFor || 'an operator'}`;
		if (told.get(happening.canary) === text) {
			return undefined;
		}

		told.set(happening.canary, text);
		return output === 'json' ? JSON.stringify({time, ...facts}) : `${time.slice(11, 19)} · ${text}`;
	};

	const verdictText = ({canary, verdict, at}: Extract<Happening, {kind: 'verdict'}>): string | undefined => {
		const time = new Date(at).toISOString();
		if (told.get(`checks of ${canary}`) === time) {
			return undefined;
		}

		told.set(`checks of ${canary}`, time);
		const {outcome, text, evidence} = verdict;
		const values = evidence.map((one) => `${one.metric} ${'value' in one ? one.value : one.kind}`).join(', ');
		return output === 'json'
			? JSON.stringify({time, canary, checks: outcome, text, evidence})
			: `${time.slice(11, 19)} · ${canary} checks ${outcome}: ${plain(values)}`;
	};

	return {
		hear(happening) {
			const tell = output === 'json' ? jsonOf(happening) : lineOf(colors, happening);
			const text =
				happening.kind === 'canary'
					? canaryText(happening)
					: happening.kind === 'verdict'
						? verdictText(happening)
						: tell;
			terminal.write(text === undefined ? '' : `${text}\n`);
		},
		copies() {},
		trouble(text) {
			terminal.write(text === '' || output === 'json' ? '' : `! ${plain(text)}\n`);
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
		.addOption(new Option('-o, --output <format>', 'a JSON object a line').choices(['json']))
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
