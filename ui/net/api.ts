// Requests to the daemon that served this page. Addresses are relative to the page, whatever its prefix.
import type {CommandGiven, CommandRequest, RefusalView} from '../../api/http/requests.ts';

/** Why a request was refused, for people. */
export class Refused extends Error {
	readonly code: string;
	readonly remedy: string;

	constructor({code, message, remedy}: Pick<RefusalView, 'message' | 'remedy'> & {readonly code: string}) {
		super(message);
		this.code = code;
		this.remedy = remedy;
	}
}

// In memory alone: whoever finds this machine tomorrow finds no token in it.
let token = '';

export const setToken = (text: string): void => {
	token = text.trim();
};
export const hasToken = (): boolean => token !== '';

const addressOf = (path: string): URL => new URL(path, document.baseURI.split('#')[0]);

/** Sends a request with the token, if there is one; rejects with a Refused. */
export const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
	const headers = new Headers(init.headers);
	if (token !== '') {
		headers.set('authorization', `Bearer ${token}`);
	}

	const answer = await fetch(addressOf(path), {...init, headers}).catch((error: unknown) => {
		if (init.signal?.aborted === true) {
			throw error;
		}

		throw new Refused({
			code: 'unreachable',
			message: 'the daemon does not answer',
			remedy: 'is it running, and is kubectl port-forward?',
		});
	});
	if (!answer.ok) {
		const body = (await answer.json().catch(() => ({}))) as Partial<RefusalView>;
		const {code = 'failed', message = `the daemon answered ${answer.status}`, remedy = ''} = body;
		throw new Refused({code, message, remedy});
	}

	return answer;
};

/** One answer as JSON. The browser keeps it and asks whether it has changed. */
export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
	(await (await ask(path, signal === undefined ? {} : {signal})).json()) as T;

export type Which = {readonly namespace: string; readonly name: string; readonly kind: string};

export const pathOf = (
	{namespace, name, kind}: Which,
	rest = '',
	asked: Readonly<Record<string, string>> = {},
): string => {
	const path = `api/v1/canaries/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}${rest}`;
	const query = new URLSearchParams({...asked, ...(kind === 'Rollout' && {kind})}).toString();
	return query === '' ? path : `${path}?${query}`;
};

/** Gives a command as whoever the token is of. */
export const command = async (which: Which, request: CommandRequest): Promise<CommandGiven> => {
	const answer = await ask(pathOf(which, '/commands'), {
		method: 'POST',
		headers: {'content-type': 'application/json'},
		body: JSON.stringify(request),
	});
	return (await answer.json()) as CommandGiven;
};
