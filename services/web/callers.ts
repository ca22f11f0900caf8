// Acting as the caller: with the caller's token and nothing of the daemon's own, neither its token nor its certificate.
import type {Clock} from '../clock.ts';
import type {Door, TlsOptions} from '../http/door.ts';
import {createApi} from '../kubernetes/api.ts';
import type {Api} from '../kubernetes/api.ts';
import {ApiError} from '../kubernetes/cluster.ts';
import {commandName, commandObject, type AskedCommand} from '../kubernetes/command-object.ts';
import type {Connection} from '../kubernetes/connection.ts';
import {resourceName} from '../kubernetes/objects.ts';
import {canaryCommands, pathOf, selfSubjectReviews} from '../kubernetes/resources.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import {Refusal} from './refusal.ts';

export type CallersOptions = {
	/** The daemon's: where the API server is, and how it is trusted. */
	readonly connection: Connection;
	readonly door: Door;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
};

/** A command without who asks. */
export type Asked = Omit<AskedCommand, 'requestedBy'> & {readonly namespace: string};

export type Callers = {
	/** Creates the CanaryCommand as whoever has the token. Rejects with Refusal. */
	command(token: string, asked: Asked): Promise<{readonly name: string; readonly requestedBy: string}>;
};

const ANSWER_MS = 10_000;
const UNDER_WAY_MAX = 8;

/** What the server is trusted by, without who the daemon is; one object for one, for the door has a pool for each. */
const trusted = new WeakMap<TlsOptions, TlsOptions>();
const trustOf = (tls: TlsOptions): TlsOptions => {
	const {ca, servername, rejectUnauthorized} = tls;
	const known = trusted.get(tls) ?? {ca, servername, rejectUnauthorized};
	trusted.set(tls, known);
	return known;
};

/** The daemon's connection with another's token. */
const asCaller = (connection: Connection, token: string): Connection => ({
	server: connection.server,
	namespace: undefined,
	async credentials() {
		const {tls} = await connection.credentials();
		return {headers: {authorization: `Bearer ${token}`}, tls: tls && trustOf(tls)};
	},
	renew() {},
});

/** What an admission policy said, as text and remedy. */
const denialOf = ({message}: ApiError): Refusal | undefined => {
	const [, words = ''] = /ValidatingAdmissionPolicy '[^']+'.* denied request: (.+)$/s.exec(message) ?? [];
	const [text = '', ...remedy] = words.split('; ');
	return text === '' ? undefined : new Refusal('forbidden', text, remedy.join('; '));
};

const refusalOf = (error: unknown, what: string): unknown => {
	if (!(error instanceof ApiError)) {
		return error;
	}

	const {code, message} = error;
	switch (code) {
		case 401: {
			return new Refusal('unauthenticated', 'the API server does not know this token', 'log in again', {
				'www-authenticate': 'Bearer error="invalid_token"',
			});
		}

		case 403: {
			const remedy = `ask for the right to ${what}: the ClusterRole aviary-releaser gives it`;
			return denialOf(error) ?? new Refusal('forbidden', message, remedy);
		}

		case 404: {
			return new Refusal('not-found', message, 'install the CRDs: kubectl apply -f artifacts/crds');
		}

		case 409: {
			return new Refusal('conflict', message, 'ask again');
		}

		case 400:
		case 422: {
			return denialOf(error) ?? new Refusal('invalid', message, 'mend what it names, and ask again');
		}

		case 429: {
			return new Refusal('too-many', message, 'ask again in a moment', {'retry-after': '1'});
		}

		default: {
			return new Refusal('api-server', message, 'look whether the command was given before you ask again');
		}
	}
};

const callerOf = async (api: Api): Promise<string> => {
	const {group, version, kind} = selfSubjectReviews;
	const answer = (await api.request({
		verb: 'create',
		resource: resourceName(selfSubjectReviews),
		path: pathOf(selfSubjectReviews),
		body: {apiVersion: `${group}/${version}`, kind},
		timeoutMs: ANSWER_MS,
		patient: false,
	})) as {readonly status?: {readonly userInfo?: {readonly username?: unknown}}} | undefined;
	const username = answer?.status?.userInfo?.username;
	if (typeof username !== 'string' || username === '') {
		throw new Refusal('api-server', 'the API server does not say who you are', 'use kubectl aviary');
	}

	return username;
};

/** Callers, a few at a time. */
export const createCallers = (options: CallersOptions): Callers => {
	const {connection, random} = options;
	let underWay = 0;

	const give = async (token: string, {namespace, revision, ...asked}: Asked) => {
		const {verb} = asked;
		const api = createApi({...options, connection: asCaller(connection, token)});
		const requestedBy = await callerOf(api).catch((error: unknown) => {
			throw refusalOf(error, 'create selfsubjectreviews.authentication.k8s.io');
		});
		const name = commandName(asked, random);
		const isBound = revision !== undefined && revision !== '';
		const command = commandObject({name, namespace}, {...asked, ...(isBound && {revision}), requestedBy});
		const resource = resourceName(canaryCommands);
		const path = pathOf(canaryCommands, namespace);
		try {
			const request = {verb: 'create', resource, path, about: name, body: command} as const;
			await api.request({...request, timeoutMs: ANSWER_MS, patient: false});
		} catch (error) {
			throw refusalOf(error, `create ${resource} and ${verb} canaries.flagger.app`);
		}

		return {name, requestedBy};
	};

	return {
		async command(token, asked) {
			if (underWay >= UNDER_WAY_MAX) {
				throw new Refusal('too-many', 'too many commands are being given', 'ask again in a moment', {
					'retry-after': '1',
				});
			}

			underWay += 1;
			try {
				return await give(token, asked);
			} finally {
				underWay -= 1;
			}
		},
	};
};
