// The caller's way to the API server: the kubeconfig's own credentials, and for every refusal what to do about it.
// Loaded only by commands that need it: a kubeconfig's library is large.
import {wallClock} from '../services/clock.ts';
import {createDoor} from '../services/http/door.ts';
import {createApi, type Api, type ApiRequest} from '../services/kubernetes/api.ts';
import {ApiError} from '../services/kubernetes/cluster.ts';
import {loadConnection, openConnection, type Connection} from '../services/kubernetes/connection.ts';
import {silentLog} from '../services/log.ts';
import {systemRandom} from '../services/random.ts';
import {daemonAddress} from './daemon-address.ts';
import {CommandError} from './errors.ts';

export const ANSWER_MS = 15_000;

export type AccessOptions = {readonly kubeconfig?: string; readonly context?: string; readonly namespace?: string};

export type Access = {
	readonly api: Api;
	/** The daemon's own interface, where the kubeconfig says that one answers on this machine. */
	readonly daemon: Api | undefined;
	/** The namespace asked for, else the kubeconfig's, else `default`. */
	readonly namespace: string;
	/** What the kubeconfig calls its user; the API server may know it by another name. */
	readonly user: string | undefined;
	/** Rejects with CommandError instead of ApiError; `right` is what a 403 lacks. */
	explained<T>(asked: Promise<T>, right: string): Promise<T>;
	/** One request with an end, which asks once. */
	request(request: Omit<ApiRequest, 'timeoutMs' | 'patient'>, right: string): ReturnType<Api['request']>;
	close(): Promise<void>;
};

const connect = ({kubeconfig, context}: AccessOptions): Connection => {
	try {
		return loadConnection({clock: wallClock, kubeconfig, context});
	} catch (error) {
		const text = error instanceof Error ? error.message : String(error);
		throw new CommandError(`cannot use the kubeconfig: ${text}`, 'name another one by --kubeconfig', {cause: error});
	}
};

/** What to do about an API server's refusal. */
const remedyOf = ({code, reason}: ApiError, server: string, right: string): string => {
	if (code === 0) {
		return reason === 'Untrusted'
			? `check the certificate authority that your kubeconfig names for ${server}`
			: `check that the API server at ${server} runs, or name another kubeconfig by --kubeconfig`;
	}

	switch (code) {
		case 401: {
			return 'log in again, or name another kubeconfig by --kubeconfig';
		}

		case 403: {
			return `ask for the right to ${right}`;
		}

		case 404: {
			return 'install the CRDs: kubectl apply -f artifacts/crds';
		}

		default: {
			return 'try again in a moment';
		}
	}
};

/** Opens the way to the API server. Throws CommandError when the kubeconfig is of no use. */
export const openAccess = (options: AccessOptions): Access => {
	const connection = connect(options);
	const door = createDoor({clock: wallClock, log: silentLog, userAgent: 'aviary-cli'});
	const apiOf = (to: Connection): Api =>
		createApi({connection: to, door, clock: wallClock, random: systemRandom, log: silentLog});
	const api = apiOf(connection);
	const address = daemonAddress(options);
	const explained: Access['explained'] = async (asked, right) => {
		try {
			return await asked;
		} catch (error) {
			if (error instanceof ApiError) {
				throw new CommandError(error.message, remedyOf(error, connection.server, right), {cause: error});
			}

			throw error;
		}
	};

	return {
		api,
		daemon: address === undefined ? undefined : apiOf(openConnection(address)),
		namespace: options.namespace ?? connection.namespace ?? 'default',
		user: connection.user,
		explained,
		request: (request, right) => explained(api.request({...request, timeoutMs: ANSWER_MS, patient: false}), right),
		close: () => door.close(),
	};
};
