// Changes a real cluster as the scenarios and their user ask for it.
import {sleep, wallClock} from '../../services/clock.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {collectionPath} from '../scenario/changes.ts';
import type {Hands} from '../scenario/hands.ts';
import {ApiError, type Client} from './control-plane/client.ts';

/** A kind is served some time after its definition was taken, and a namespace known. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 100;

const messageOf = (error: unknown): Error => {
	const body = error instanceof ApiError ? /\{.*\}$/su.exec(error.message)?.[0] : undefined;
	return body === undefined ? (error as Error) : new Error((JSON.parse(body) as {message: string}).message);
};

const isEarly = (error: unknown): boolean => error instanceof ApiError && (error.code === 404 || error.code === 429);

/** Tries until it succeeds, is refused for good, or patience ends. */
const patiently = async <T>(attempt: () => Promise<T>): Promise<T> => {
	const until = wallClock.monotonic() + PATIENCE_MS;
	for (;;) {
		try {
			return await attempt();
		} catch (error) {
			if (!isEarly(error) || wallClock.monotonic() > until) {
				throw error;
			}

			await sleep(wallClock, RETRY_MS);
		}
	}
};

/** An administrator's hands. */
export const createHands = (client: Client): Hands => {
	const send = async (method: string, path: string, contentType: string, body?: unknown): Promise<unknown> =>
		client.call(method as 'GET', path, body, contentType);
	const create = async (object: KubeObject): Promise<void> => {
		const {apiVersion, kind, metadata} = object;
		const path = await patiently(async () => collectionPath({send}, {apiVersion, kind, ...metadata}));
		const attempt = async (): Promise<unknown> =>
			send('POST', `${path}?fieldManager=sandbox`, 'application/json', object);
		await patiently(attempt).catch((error: unknown) => {
			// It is there already, and stays as it is.
			if (!(error instanceof ApiError && error.code === 409)) {
				throw error;
			}
		});
	};

	return {
		async apply(objects) {
			for (const object of objects) {
				await create(object).catch((error: unknown) => {
					throw messageOf(error);
				});
			}
		},
		async send(...request) {
			return send(...request).catch((error: unknown) => {
				throw messageOf(error);
			});
		},
	};
};
