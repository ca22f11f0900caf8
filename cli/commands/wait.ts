// `aviary wait`: follows a Canary until its run is over, and ends with the run's verdict; for pipelines.
import {Option, type Command} from 'commander';
import type {CanaryStatus} from '../../api/canary.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {providers} from '../../services/providers/index.ts';
import type {Access} from '../cluster-access.ts';
import {CommandError} from '../errors.ts';
import {context, duration, examples, kubeconfig, logLevel, namespace} from '../flags.ts';
import {nameOf} from '../names.ts';
import type {ObjectFormat} from '../object-text.ts';
import type {RunEnd} from '../run-end.ts';
import {plain, type Terminal} from '../terminal.ts';

type Flags = {
	readonly namespace?: string;
	readonly timeout?: number;
	readonly revision?: string;
	readonly output?: ObjectFormat;
	readonly kubeconfig?: string;
	readonly context?: string;
};

const NOT_PROMOTED = 1;
const TIMED_OUT = 3;
const UNKNOWN = 4;

const codes = `
Exit codes:
  0  the revision was promoted: the primary runs it
  1  the run failed and was rolled back, or another revision took its place
  2  the command line is wrong
  3  the run was not over within --timeout
  4  it cannot be told: no such Canary, no permission, no API server
`;

/** What is told of a Canary while one waits. */
const factsOf = ({metadata, status = {}}: KubeObject) => {
	const {phase, state, canaryWeight, failedChecks, waitingFor} = status as CanaryStatus;
	return {
		namespace: metadata.namespace ?? '',
		canary: metadata.name,
		state: plain(state) || plain(phase) || 'new',
		phase: plain(phase),
		weight: canaryWeight ?? 0,
		failedChecks: failedChecks ?? 0,
		waitingFor: plain(waitingFor),
	};
};

const lineOf = ({namespace: place, canary, state, weight, failedChecks, waitingFor}: ReturnType<typeof factsOf>) => {
	const checks = failedChecks === 0 ? '' : `, ${failedChecks} failed ${failedChecks === 1 ? 'check' : 'checks'}`;
	return `${place}/${canary}: ${state}, ${weight} %${checks}${waitingFor === '' ? '' : `; waits for ${waitingFor}`}`;
};

/** Tells for people, a line with the time, or for programs. */
const tellerOf = async ({output}: Flags, terminal: Terminal) => {
	const {streamText} = await import('../object-text.ts');
	const say = output === undefined ? undefined : await streamText(output);
	/** Without facts it is for people alone. */
	return (line: string, facts?: object): void => {
		if (say === undefined) {
			terminal.write(`${new Date(terminal.now()).toISOString().slice(11, 19)} ${line}\n`);
		} else if (facts !== undefined) {
			terminal.write(say(facts));
		}
	};
};

type Teller = Awaited<ReturnType<typeof tellerOf>>;

/** The target's revision as it is now; undefined where it cannot be read, or is of a kind of the daemon's own mappings. */
const targetRevision = async ({api}: Access, canary: KubeObject): Promise<string | undefined> => {
	const [{toModel}, {workloadsOf}, {getObject}, {ApiError}] = await Promise.all([
		import('../../api/model-of-canary.ts'),
		import('../../services/workloads/index.ts'),
		import('../../services/kubernetes/get-object.ts'),
		import('../../services/kubernetes/cluster.ts'),
	]);
	const {target, namespace: place} = toModel(canary, {meshProvider: 'istio', intervalMs: 10_000, speed: 1, providers});
	const workloads = workloadsOf(target);
	if (workloads === undefined) {
		return undefined;
	}

	try {
		const {resource} = workloads;
		const found = await getObject(api, {resource, namespace: place, name: target.name, patient: false});
		return found && workloads.read(found).revision;
	} catch (error) {
		if (error instanceof ApiError) {
			return undefined;
		}

		throw error;
	}
};

type Waited = {readonly access: Access; readonly name: string; readonly signal: AbortSignal};

const untilOver = async ({access, name, signal}: Waited, flags: Flags, tell: Teller): Promise<RunEnd | undefined> => {
	const [{follow}, {isAtRest, runEnd, runUnderWay}, {canaries}, {READING}] = await Promise.all([
		import('../following.ts'),
		import('../run-end.ts'),
		import('../../services/kubernetes/resources.ts'),
		import('../cluster-reader.ts'),
	]);
	const {revision: wanted} = flags;
	let told = '';
	let seen: string | undefined;
	const hear = async (canary: KubeObject): Promise<RunEnd | undefined> => {
		const facts = factsOf(canary);
		const text = flags.output === undefined ? lineOf(facts) : JSON.stringify(facts);
		if (text !== told) {
			told = text;
			tell(lineOf(facts), facts);
		}

		const status = (canary.status ?? {}) as CanaryStatus;
		const target = isAtRest(status) && wanted === undefined ? await targetRevision(access, canary) : undefined;
		const end = runEnd({status, wanted, target, seen});
		seen = runUnderWay(status) ?? seen;
		return end;
	};

	const place = access.namespace;
	const gone = (): CommandError =>
		new CommandError(`there is no Canary ${name} in the namespace ${place}`, 'see aviary get -A', {exitCode: UNKNOWN});
	const changes = follow(access, {
		resource: canaries,
		namespace: place,
		fieldSelector: `metadata.name=${name}`,
		signal,
		right: READING,
		onSilence(text) {
			tell(`no connection (${plain(text)}); it is tried again`);
		},
	});
	for await (const change of changes) {
		const canary = change.type === 'all' ? change.objects[0] : change.object;
		if (change.type === 'gone' || canary === undefined) {
			throw gone();
		}

		const end = await hear(canary);
		if (end !== undefined) {
			return end;
		}
	}

	return undefined;
};

const wait = async (written: string, flags: Flags, terminal: Terminal): Promise<number> => {
	const {name, namespace: chosen} = nameOf(written, flags.namespace);
	const {openAccess} = await import('../cluster-access.ts');
	const access = openAccess({...flags, ...(chosen !== undefined && {namespace: chosen})});
	const tell = await tellerOf(flags, terminal);
	const {timeout} = flags;
	const signal = timeout === undefined ? new AbortController().signal : AbortSignal.timeout(timeout);
	try {
		const end = await untilOver({access, name, signal}, flags, tell);
		if (end === undefined) {
			throw new CommandError(
				`the run of ${access.namespace}/${name} was not over within ${(timeout ?? 0) / 1000} s`,
				`see aviary explain ${access.namespace}/${name}, or wait longer by --timeout`,
				{exitCode: TIMED_OUT},
			);
		}

		tell(`${access.namespace}/${name}: ${end.text}`, {namespace: access.namespace, canary: name, ...end});
		return end.outcome === 'promoted' ? 0 : NOT_PROMOTED;
	} catch (error) {
		if (error instanceof CommandError && error.exitCode === 1) {
			throw new CommandError(error.message, error.remedy, {exitCode: UNKNOWN, cause: error});
		}

		throw error;
	} finally {
		await access.close();
	}
};

/** Registers `wait`. */
export const registerWait = (program: Command, terminal: Terminal, end: (code: number) => void): void => {
	program
		.command('wait')
		.description('wait until the run of a Canary is over, and end with its verdict')
		.argument('<name>', 'NAME, or NAMESPACE/NAME')
		.addOption(namespace())
		.addOption(new Option('--timeout <duration>', 'how long to wait (default: for ever)').argParser(duration))
		.option('--revision <revision>', 'the run of this revision (default: the one that the target has now)')
		.addOption(new Option('-o, --output <format>', 'an object a line, or a document each').choices(['json', 'yaml']))
		.addOption(kubeconfig())
		.addOption(context())
		.addOption(logLevel())
		.addHelpText(
			'after',
			codes +
				examples(
					'kubectl -n test set image deployment/podinfo podinfod=podinfo:6.0.1 && aviary wait test/podinfo --timeout 30m',
					'aviary wait podinfo -n test -o json',
				),
		)
		.action(async (name: string, flags: Flags) => {
			end(await wait(name, flags, terminal));
		});
};
