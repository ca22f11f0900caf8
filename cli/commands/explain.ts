// `aviary explain`: one Canary in words, for whoever asks why it does not go on.
import {Option, type Command} from 'commander';
import {instantOf} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {CanaryDetail, CheckView} from '../../api/http/canary-views.ts';
import {limitText, unitOf} from '../../api/http/limit-words.ts';
import {weightsOf} from '../../api/plan.ts';
import {instantOfEvent} from '../event-time.ts';
import {waitText, type Explained} from '../explained.ts';
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
type Whole = Explained & {
	/** Oldest first. */
	readonly events: readonly KubeObject[];
	/** Oldest first; undefined where they may not be read. */
	readonly commands: readonly KubeObject[] | undefined;
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

const rounded = (value: number): string => String(Math.round(value * 100) / 100);

/** `✗ request-success-rate 61 %, at least 99 % (primary 99.9 %)`. */
const checkLine = (check: CheckView, {colors}: Terminal): string => {
	const {metric, outcome, value, primary, text} = check;
	const unit = unitOf(check);
	const limits = limitText(check);
	if (outcome === '') {
		return `${colors.dim('·')} ${plain(metric)}: not asked yet`;
	}

	if (value === undefined) {
		return `${colors.yellow('?')} ${plain(metric)}: ${plain(`${outcome}${text === '' ? '' : `, ${text}`}`)}`;
	}

	const mark = outcome === 'passed' ? colors.green('✓') : colors.red('✗');
	const beside = primary === undefined ? '' : ` (primary ${rounded(primary)}${unit})`;
	return `${mark} ${plain(`${metric} ${rounded(value)}${unit}${limits === '' ? '' : `, ${limits}`}${beside}`)}`;
};

const checksOf = ({detail}: Whole, terminal: Terminal): string => {
	const {verdict, checks = []} = detail ?? {};
	return verdict === undefined
		? ''
		: section(
				`The last round of checks, ${plain(verdict.at).slice(0, 19)}Z: ${plain(verdict.outcome)}`,
				checks.map((check) => checkLine(check, terminal)),
			);
};

const instantText = (instant: number): string | undefined =>
	instant === 0 ? undefined : new Date(instant).toISOString();

/** What only the daemon tells. */
const toldBy = (detail: CanaryDetail | undefined) => {
	if (detail === undefined) {
		return {toldBy: 'status'};
	}

	const {path, wait, checks, verdict} = detail;
	const {until, untilWhat} = wait;
	return {
		toldBy: 'daemon',
		path,
		...(until !== undefined && {until, untilWhat}),
		checks,
		...(verdict !== undefined && {verdict}),
	};
};

/** The same for programs: names as on the screen, texts whole, instants as such; what is not known is left out. */
const factsFor = ({view, detail, events, commands, exits, possible}: Whole) => {
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
			steps: weightsOf(model.analysis.plan),
		},
		failedChecks,
		threshold: model.analysis.threshold,
		waitsFor: waitText(view),
		because: reason,
		wrong: problems,
		afterwards: next,
		...toldBy(detail),
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
		possible,
	};
};

const textOf = (whole: Whole, terminal: Terminal): string => {
	const {view, detail, facts, events, commands, exits, possible} = whole;
	const {colors} = terminal;
	const now = terminal.now();
	return [
		colors.bold(`${view.name} in ${view.namespace}\n`),
		...facts.map(({title, text}) => fact(title, text)),
		checksOf(whole, terminal),
		section(
			'What happened last',
			events.slice(-EVENTS_SHOWN).map((event) => eventLine(event, now)),
		),
		section(
			'What was asked',
			(commands ?? []).slice(-COMMANDS_SHOWN).map((command) => commandLine(command, now)),
		),
		section(
			detail === undefined
				? `What ends the state ${view.state}, wherever in it the run is`
				: `What ends the state ${view.state}`,
			exits,
		),
		section(
			'What you can do now',
			possible.map(({what, command}) => `${what}\n    ${colors.cyan(command)}`),
		),
	].join('');
};

const explain = async (written: string, flags: Flags, terminal: Terminal): Promise<number> => {
	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const [{openReader}, {viewOf}, {explainedOf}] = await Promise.all([
		import('../cluster-reader.ts'),
		import('../canary-view.ts'),
		import('../explained.ts'),
	]);
	const reader = openReader({...flags, ...(chosen !== undefined && {namespace: chosen})});
	try {
		const canary = await reader.canary(reader.namespace, name);
		const [events, commands, detail] = await Promise.all([
			reader.eventsOf(canary),
			reader.commandsOf(canary),
			reader.detailOf(reader.namespace, name),
		]);
		const now = terminal.now();
		const explained = {...explainedOf(viewOf(canary, now), detail, now, commands), events, commands};
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
