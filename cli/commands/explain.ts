// `aviary explain`: one Canary in words, for whoever asks why it does not go on.
import {Option, type Command} from 'commander';
import {instantOf} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {CanaryView} from '../canary-view.ts';
import {instantOfEvent} from '../event-time.ts';
import {context, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import {objectText, type ObjectFormat} from '../object-text.ts';
import {ageText, plain, type Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly output?: ObjectFormat;
	readonly kubeconfig?: string;
	readonly context?: string;
};

/** All that there is to say of a Canary. */
type Explained = {
	readonly view: CanaryView;
	/** Oldest first. */
	readonly events: readonly KubeObject[];
	/** Oldest first; undefined where they may not be read. */
	readonly commands: readonly KubeObject[] | undefined;
	readonly exits: readonly string[];
	readonly possibilities: ReadonlyArray<readonly [what: string, command: string]>;
};

const EVENTS_SHOWN = 6;
const COMMANDS_SHOWN = 4;
const INDENT = 16;

const fact = (title: string, text: string): string => `${title.padEnd(INDENT)}${text}\n`;

const section = (title: string, lines: readonly string[]): string =>
	lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;

const eventLine = (event: KubeObject, now: number): string => {
	const count = typeof event['count'] === 'number' && event['count'] > 1 ? ` (${event['count']} times)` : '';
	const instant = instantOfEvent(event);
	const age = instant === 0 ? '' : `${ageText(now - instant)} ago`;
	return `${age.padEnd(12)}${plain(event['type']).padEnd(9)}${plain(event['message'])}${count}`;
};

const commandLine = (command: KubeObject, now: number): string => {
	const {verb, weight, requestedBy, reason} = command.spec ?? {};
	const {outcome, message} = command.status ?? {};
	const age = `${ageText(now - instantOf(command.metadata.creationTimestamp))} ago`;
	const asked = [verb, weight]
		.map(plain)
		.filter((text) => text !== '')
		.join(' ');
	const answer = plain(outcome) === '' ? 'not answered yet' : `${plain(outcome)}, ${plain(message)}`;
	return `${age.padEnd(12)}${asked} by ${plain(requestedBy)}: ${plain(reason)} (${answer})`;
};

const sinceText = ({since}: CanaryView, now: number): string =>
	since === 0 ? 'unknown' : `${new Date(since).toISOString().slice(0, 19)}Z, ${ageText(now - since)} ago`;

const waitText = ({waitingFor, state}: CanaryView): string => {
	if (waitingFor !== '') {
		return waitingFor;
	}

	return state === ''
		? 'an operator: no one has looked at this Canary yet; is aviary daemon running?'
		: 'not recorded; does the Canary CRD have status.waitingFor? Apply artifacts/crds';
};

const factsOf = (view: CanaryView, now: number): string => {
	const {state, phase, weight, failedChecks, model, reason, message, problems, next} = view;
	const steps = model.analysis.weights.join(', ');
	return [
		fact(
			'State',
			`${state || 'none'}${phase === '' ? '' : ` (phase ${phase})`}${model.suspended ? ', suspended' : ''}`,
		),
		fact('Does', message || 'nothing yet'),
		fact('Since', sinceText(view, now)),
		fact('Traffic', `${weight} % to ${model.target.name}, ${100 - weight} % to ${model.primary.name}; steps ${steps}`),
		fact('Checks', `${failedChecks} failed; ${model.analysis.threshold} end the run`),
		fact('Waits for', waitText(view)),
		...(reason === '' || reason === view.waitingFor ? [] : [fact('Because', reason)]),
		...(problems === '' || view.waitingFor.includes(problems) ? [] : [fact('Wrong', problems)]),
		fact('Then', next),
	].join('');
};

const instantText = (instant: number): string | undefined =>
	instant === 0 ? undefined : new Date(instant).toISOString();

/** The same for programs: names as on the screen, texts whole, instants as such; what is not known is left out. */
const factsFor = ({view, events, commands, exits, possibilities}: Explained) => {
	const {name, namespace: place, state, phase, weight, failedChecks, model, reason, message, problems, next} = view;
	return {
		namespace: place,
		canary: name,
		state,
		phase,
		suspended: model.suspended,
		does: message,
		since: instantText(view.since),
		traffic: {
			canary: {name: model.target.name, weight},
			primary: {name: model.primary.name, weight: 100 - weight},
			steps: model.analysis.weights,
		},
		failedChecks,
		threshold: model.analysis.threshold,
		waitsFor: waitText(view),
		because: reason,
		wrong: problems,
		afterwards: next,
		events: events.map((event) => ({
			time: instantText(instantOfEvent(event)),
			type: plain(event['type']),
			message: plain(event['message']),
			count: typeof event['count'] === 'number' ? event['count'] : 1,
		})),
		commands: (commands ?? []).map(({metadata, spec, status}) => ({
			name: metadata.name,
			time: metadata.creationTimestamp,
			...spec,
			outcome: status?.['outcome'],
			message: status?.['message'],
		})),
		ends: exits,
		possible: possibilities.map(([what, command]) => ({what, command})),
	};
};

const textOf = ({view, events, commands, exits, possibilities}: Explained, terminal: Terminal): string => {
	const {colors} = terminal;
	const now = terminal.now();
	return [
		colors.bold(`${view.name} in ${view.namespace}\n`),
		factsOf(view, now),
		section(
			'What happened last',
			events.slice(-EVENTS_SHOWN).map((event) => eventLine(event, now)),
		),
		section(
			'What was asked',
			(commands ?? []).slice(-COMMANDS_SHOWN).map((command) => commandLine(command, now)),
		),
		section(`What ends the state ${view.state}`, exits),
		section(
			'What you can do now',
			possibilities.map(([what, command]) => `${what}\n    ${colors.cyan(command)}`),
		),
	].join('');
};

const explain = async (written: string, flags: Flags, terminal: Terminal): Promise<number> => {
	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const [{openReader}, words] = await Promise.all([import('../cluster-reader.ts'), import('../canary-view.ts')]);
	const reader = openReader({...flags, ...(chosen !== undefined && {namespace: chosen})});
	try {
		const canary = await reader.canary(reader.namespace, name);
		const [events, commands] = await Promise.all([reader.eventsOf(canary), reader.commandsOf(canary)]);
		const view = words.viewOf(canary, terminal.now());
		const explained = {
			view,
			events,
			commands,
			exits: words.exitsOf(view.state),
			possibilities: words.possibilities(view),
		};
		const {output} = flags;
		terminal.write(output === undefined ? textOf(explained, terminal) : await objectText(output, factsFor(explained)));
		return 0;
	} finally {
		await reader.close();
	}
};

/** Registers `explain`. */
export const registerExplain = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('explain')
		.description('say what a Canary does, what it waits for, and what you can do')
		.argument('<name>', 'NAME, or NAMESPACE/NAME')
		.addOption(namespace())
		.addOption(new Option('-o, --output <format>', 'another form, for programs').choices(['json', 'yaml']))
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText(
			'after',
			examples(
				'aviary explain podinfo -n test',
				'aviary explain test/podinfo',
				"aviary explain test/podinfo -o json | jq -r '.possible[].command'",
			),
		)
		.action(async (name: string, flags: Flags) => {
			end(await explain(name, flags, terminal));
		});
};
