// `aviary pause`, `resume`, `promote`, `rollback`, `retry`, `skip` and `set-weight`: CanaryCommands, given as the caller.
import {InvalidArgumentError, Option, type Command} from 'commander';
import type {Verb} from '../../api/model.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Access} from '../cluster-access.ts';
import {CommandError} from '../errors.ts';
import {context, duration, examples, kubeconfig, logLevel, namespace, wholeNumber} from '../flags.ts';
import {nameOf} from '../names.ts';
import {plain, type Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly reason: string;
	readonly revision?: string;
	readonly anyRevision?: boolean;
	readonly wait: boolean;
	readonly timeout: number;
	readonly dryRun?: boolean;
	readonly output?: 'json' | 'yaml' | 'name';
	readonly kubeconfig?: string;
	readonly context?: string;
};

type Steering = {
	readonly verb: Verb;
	readonly description: string;
	/** What is about to be asked, with the Canary's name to follow. */
	readonly about: string;
	/** A reason as somebody might give it. */
	readonly why: string;
	readonly isWeighted?: boolean;
};

const steerings: readonly Steering[] = [
	{
		verb: 'pause',
		description: 'hold the weight where it is until somebody resumes; failing checks still end the run',
		about: 'pause',
		why: 'checkout is slow',
	},
	{verb: 'resume', description: 'let a paused run go on', about: 'resume', why: 'checkout is fine again'},
	{
		verb: 'promote',
		description: 'promote without further analysis, also a run that is paused',
		about: 'promote without further analysis',
		why: 'the mend is urgent',
	},
	{
		verb: 'rollback',
		description: 'give the primary all traffic and end the run',
		about: 'roll back',
		why: 'checkout fails',
	},
	{
		verb: 'retry',
		description: 'start a new run of a revision that has failed',
		about: 'retry',
		why: 'the database is back',
	},
	{
		verb: 'skip',
		description: 'promote without further analysis; a paused run waits for its resume first',
		about: 'skip the analysis of',
		why: 'it was analysed in another cluster',
	},
	{
		verb: 'set-weight',
		description: 'give the canary this much of the traffic; the steps go on above it',
		about: 'set the weight of',
		why: 'more load for the test',
		isWeighted: true,
	},
];

const REASON_MAX = 500;

const reasonText = (text: string): string => {
	const reason = text.trim();
	if (reason === '' || reason.length > REASON_MAX) {
		throw new InvalidArgumentError(`Say why, in 1 to ${REASON_MAX} characters; everybody reads it in the status.`);
	}

	return reason;
};

const printed = async (object: KubeObject, {output}: Flags): Promise<string> => {
	switch (output) {
		case 'json': {
			return `${JSON.stringify(object, null, 2)}\n`;
		}

		case 'name': {
			return `canarycommand.aviary.dev/${object.metadata.name}\n`;
		}

		default: {
			const {stringify} = await import('yaml');
			return stringify(object, {version: '1.1', aliasDuplicateObjects: false, lineWidth: 0});
		}
	}
};

const revisionOf = ({status}: KubeObject, {revision, anyRevision}: Flags): string | undefined => {
	if (revision !== undefined || anyRevision === true) {
		return revision;
	}

	return plain(status?.['canaryRevision']) || undefined;
};

const aboutText = ({about, isWeighted}: Steering, command: KubeObject, {metadata, status}: KubeObject): string => {
	const {revision, weight, requestedBy} = command.spec ?? {};
	const state = plain(status?.['state']) || plain(status?.['phase']) || 'not begun';
	const bound = typeof revision === 'string' ? `revision ${revision}` : 'any revision';
	const traffic = `${plain(status?.['canaryWeight']) || '0'} % of the traffic`;
	const to = isWeighted === true ? ` to ${plain(weight)} %` : '';
	return `${plain(requestedBy)} asks to ${about} ${metadata.namespace ?? ''}/${metadata.name}${to} (${bound}, ${state}, ${traffic})\n`;
};

type Given = {readonly steering: Steering; readonly canary: KubeObject; readonly command: KubeObject};

const give = async (access: Access, {steering, canary, command}: Given, flags: Flags, terminal: Terminal) => {
	const {giveCommand, awaitAnswer, outcomeOf} = await import('../command-post.ts');
	const isText = flags.output === undefined;
	if (isText) {
		terminal.write(aboutText(steering, command, canary));
	}

	const stored = await giveCommand(access, command, steering.verb);
	const {name, namespace = ''} = stored.metadata;
	const answered = flags.wait ? await awaitAnswer(access, stored, flags.timeout) : undefined;
	const answer = answered && outcomeOf(answered);
	if (!isText) {
		terminal.write(await printed(answered ?? stored, flags));
	} else if (!flags.wait) {
		terminal.write(`canarycommand.aviary.dev/${name} created\n`);
	}

	if (flags.wait && answer === undefined) {
		throw new CommandError(
			`the daemon has not answered ${name} within ${flags.timeout / 1000} s`,
			`is it running? The command stays: kubectl -n ${namespace} get canarycommand ${name}`,
		);
	}

	if (answer?.outcome === 'Refused') {
		throw new CommandError(
			`refused: ${plain(answer.message)}`,
			`see aviary explain ${namespace}/${canary.metadata.name}`,
		);
	}

	if (isText && answer !== undefined) {
		terminal.write(`${plain(answer.outcome)}: ${plain(answer.message)}\n`);
	}
};

const steer = async (
	steering: Steering,
	written: string,
	weight: number | undefined,
	flags: Flags,
	terminal: Terminal,
): Promise<number> => {
	if (flags.revision !== undefined && flags.anyRevision === true) {
		throw new CommandError('--revision and --any-revision exclude each other', 'leave one of them out', {exitCode: 2});
	}

	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const [{openAccess}, {readCanary}, {callerOf, namedCommand}] = await Promise.all([
		import('../cluster-access.ts'),
		import('../cluster-reader.ts'),
		import('../command-post.ts'),
	]);
	const access = openAccess({...flags, ...(chosen !== undefined && {namespace: chosen})});
	try {
		const canary = await readCanary(access, access.namespace, name);
		const command = namedCommand({
			namespace: access.namespace,
			canary: name,
			verb: steering.verb,
			weight,
			revision: revisionOf(canary, flags),
			reason: flags.reason,
			requestedBy: await callerOf(access),
		});
		if (flags.dryRun === true) {
			terminal.write(await printed(command, flags));
		} else {
			await give(access, {steering, canary, command}, flags, terminal);
		}

		return 0;
	} finally {
		await access.close();
	}
};

/** Registers the commands that steer. */
export const registerSteering = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	for (const steering of steerings) {
		const {verb, description, why, isWeighted} = steering;
		const command = program.command(verb).description(description).argument('<name>', 'NAME, or NAMESPACE/NAME');
		if (isWeighted === true) {
			command.argument('<weight>', 'percent of the traffic, 1 to 100', wholeNumber(1, 100));
		}

		const example = `aviary ${verb} podinfo${isWeighted === true ? ' 20' : ''} -n test --reason`;
		command
			.addOption(namespace())
			.addOption(
				new Option('--reason <text>', 'why, for everybody who reads of it; required')
					.argParser(reasonText)
					.makeOptionMandatory(),
			)
			.option('--revision <revision>', 'the revision that it is meant for (default: the one that the status shows now)')
			.option('--any-revision', 'whatever revision is there when it arrives')
			.option('--no-wait', 'do not wait for the daemon’s answer')
			.addOption(new Option('--timeout <duration>', 'how long to wait').argParser(duration).default(30_000, '30s'))
			.option('--dry-run', 'print the command instead of giving it')
			.addOption(new Option('-o, --output <format>', 'print the object').choices(['json', 'yaml', 'name']))
			.addOption(kubeconfig())
			.addOption(context())
			.addOption(logLevel())
			.addHelpText('after', examples(`${example} '${why}'`))
			.action(async (name: string, ...rest: readonly unknown[]) => {
				const [first, second] = rest;
				const flags = (isWeighted === true ? second : first) as Flags;
				end(await steer(steering, name, isWeighted === true ? (first as number) : undefined, flags, terminal));
			});
	}
};
