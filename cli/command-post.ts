// Giving a CanaryCommand as the caller, and waiting for what comes of it.
import type {Verb} from '../api/model.ts';
import {sleep, wallClock} from '../services/clock.ts';
import {HttpError} from '../services/http/errors.ts';
import {ApiError, type KubeObject} from '../services/kubernetes/cluster.ts';
import {commandName, commandObject, type AskedCommand} from '../services/kubernetes/command-object.ts';
import {isAbsent} from '../services/kubernetes/failures.ts';
import {resourceName} from '../services/kubernetes/objects.ts';
import {canaryCommands, pathOf, selfSubjectReviews} from '../services/kubernetes/resources.ts';
import {readEvent} from '../services/kubernetes/watch-lines.ts';
import {systemRandom} from '../services/random.ts';
import {ANSWER_MS, type Access} from './cluster-access.ts';
import {CommandError} from './errors.ts';

export type Asked = AskedCommand & {readonly namespace: string};

const RESOURCE = resourceName(canaryCommands);
const PAUSE_MS = 500;

/** The object, under a name of its own. */
export const namedCommand = ({namespace, ...asked}: Asked): KubeObject =>
	commandObject({name: commandName(asked, systemRandom), namespace}, asked);

/** Who the API server takes the caller for; where it does not tell (before 1.28), the kubeconfig's word. */
export const callerOf = async (access: Access): Promise<string> => {
	const {group, version, kind} = selfSubjectReviews;
	const answer = (await access.request(
		{
			verb: 'create',
			resource: resourceName(selfSubjectReviews),
			path: pathOf(selfSubjectReviews),
			body: {apiVersion: `${group}/${version}`, kind},
			expected: ({status}) => status === 403 || status === 404,
		},
		'create selfsubjectreviews.authentication.k8s.io',
	)) as {status?: {userInfo?: {username?: unknown}}} | undefined;
	const username = answer?.status?.userInfo?.username;
	if (typeof username === 'string' && username !== '') {
		return username;
	}

	if (access.user === undefined) {
		throw new CommandError(
			'neither the API server nor the kubeconfig says who you are',
			'name a user in the kubeconfig',
		);
	}

	return access.user;
};

/** What an admission policy said, as text and remedy; undefined when it was no policy that refused. */
const denialOf = ({message}: ApiError): CommandError | undefined => {
	const said = /ValidatingAdmissionPolicy '([^']+)'.* denied request: (.+)$/s.exec(message);
	if (said === null) {
		return undefined;
	}

	const [, policy = '', words = ''] = said;
	const [text = '', ...remedy] = words.split('; ');
	return new CommandError(text, remedy.join('; ') || `ask who keeps the policy ${policy}`);
};

const refusalOf = (error: ApiError, verb: Verb): unknown => {
	const denial = denialOf(error);
	if (denial !== undefined) {
		return denial;
	}

	return error.code === 422 || error.code === 400
		? new CommandError(error.message, 'mend what it names, and ask again', {cause: error})
		: new CommandError(
				error.message,
				error.code === 403
					? `ask for create on ${RESOURCE} and ${verb} on canaries.flagger.app: the ClusterRole aviary-releaser gives both`
					: 'look at aviary explain before you ask again',
				{cause: error},
			);
};

/** Creates it, and answers it as stored. A lost answer is looked up by the name: nothing is asked twice. */
export const giveCommand = async (access: Access, command: KubeObject, verb: Verb): Promise<KubeObject> => {
	const {namespace, name} = command.metadata;
	const right = `get ${RESOURCE}`;
	try {
		const path = pathOf(canaryCommands, namespace);
		const request = {verb: 'create', resource: RESOURCE, path, about: name, body: command} as const;
		return (await access.api.request({...request, timeoutMs: ANSWER_MS, patient: false})) as KubeObject;
	} catch (error) {
		if (!(error instanceof ApiError)) {
			throw error;
		}

		if (error.outcome === 'refused') {
			throw [0, 401, 404].includes(error.code)
				? await access.explained(Promise.reject(error), right)
				: refusalOf(error, verb);
		}

		const path = pathOf(canaryCommands, namespace, name);
		const expected = (answer: Parameters<typeof isAbsent>[0]): boolean => isAbsent(answer, name);
		const found = await access.request({verb: 'get', resource: RESOURCE, path, about: name, expected}, right);
		if (found === undefined) {
			throw new CommandError(`the command was not given: ${error.message}`, 'ask again', {cause: error});
		}

		return found as KubeObject;
	}
};

/** What came of a command, as its status has it; undefined before the daemon has answered. */
export const outcomeOf = ({status}: KubeObject): {readonly outcome: string; readonly message: string} | undefined => {
	const {outcome, message} = status ?? {};
	return typeof outcome === 'string' ? {outcome, message: typeof message === 'string' ? message : ''} : undefined;
};

/** One watch, until it ends or brings the command with an answer. */
const watchOnce = async (
	access: Access,
	{namespace, name}: KubeObject['metadata'],
	since: string | undefined,
	signal: AbortSignal,
): Promise<KubeObject | undefined> => {
	const fieldSelector = `metadata.name=${name}`;
	const query = {watch: 'true', fieldSelector, ...(since !== undefined && {resourceVersion: since})};
	const path = pathOf(canaryCommands, namespace);
	const idleMs = 60_000;
	const {lines} = await access.api.stream({verb: 'watch', resource: RESOURCE, path, query, signal, idleMs});
	for await (const batch of lines) {
		for (const line of batch) {
			const event = readEvent(line, canaryCommands, namespace, `WATCH ${RESOURCE}`);
			if (event.type === 'gone') {
				throw new CommandError(`the command ${name} was deleted before it was answered`, 'ask who deleted it');
			}

			if (event.type === 'put' && outcomeOf(event.object) !== undefined) {
				return event.object;
			}
		}
	}

	return undefined;
};

/** The command with its first answer; undefined when none came in `ms`. Rejects with CommandError. */
export const awaitAnswer = async (access: Access, command: KubeObject, ms: number): Promise<KubeObject | undefined> => {
	if (outcomeOf(command) !== undefined) {
		return command;
	}

	const signal = AbortSignal.timeout(ms);
	let since = command.metadata.resourceVersion;
	while (!signal.aborted) {
		try {
			const answered = await watchOnce(access, command.metadata, since, signal);
			if (answered !== undefined) {
				return answered;
			}
		} catch (error) {
			const isLasting = error instanceof ApiError && [401, 403, 404].includes(error.code);
			if (isLasting) {
				const {name} = command.metadata;
				throw new CommandError(
					`the command ${name} was given, but its answer cannot be read: ${error.message}`,
					`ask for the right to watch ${RESOURCE}, or use --no-wait`,
					{cause: error},
				);
			}

			if (!(error instanceof ApiError || error instanceof HttpError || signal.aborted)) {
				throw error;
			}
		}

		// The next one begins with what there is.
		since = undefined;
		await sleep(wallClock, PAUSE_MS, signal).catch(() => {});
	}

	return undefined;
};
