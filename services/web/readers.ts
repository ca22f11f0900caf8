// Who may read, by the API server's word: a TokenReview tells whose a token is, a SubjectAccessReview whether that user
// may get Canaries in a namespace. Both are remembered for a moment.
import {createHash} from 'node:crypto';
import type {Clock} from '../clock.ts';
import type {Api} from '../kubernetes/api.ts';
import {ApiError} from '../kubernetes/cluster.ts';
import type {Resource} from '../kubernetes/cluster.ts';
import {resourceName} from '../kubernetes/objects.ts';
import {canaries, pathOf, subjectAccessReviews, tokenReviews} from '../kubernetes/resources.ts';
import {BriefMemory} from './brief-memory.ts';
import {Refusal} from './refusal.ts';

/** Somebody who reads. */
export type Reader = {
	/** Whether Canaries of a namespace may be read. Rejects with Refusal where that cannot be told. */
	mayRead(namespace: string): Promise<boolean>;
	/** Why this reader may read no longer, such as for a token that has ended; undefined for one that may. */
	whyOver(): Promise<string | undefined>;
};

export type Readers = {
	/** Rejects with Refusal for a token that is none, or that the API server does not know. */
	readerOf(token: string | undefined): Promise<Reader>;
};

/** Everybody may read everything. */
export const everybody: Readers = {
	readerOf: () => Promise.resolve({mayRead: () => Promise.resolve(true), whyOver: () => Promise.resolve(undefined)}),
};

type User = {
	readonly username?: string;
	readonly uid?: string;
	readonly groups?: readonly string[];
	readonly extra?: Readonly<Record<string, unknown>>;
};
type Review = {readonly status?: {readonly authenticated?: boolean; readonly user?: User; readonly allowed?: boolean}};

const TOKEN_MS = 60_000;
const UNKNOWN_TOKEN_MS = 10_000;
const ACCESS_MS = 30_000;
const REMEMBERED_MAX = 2000;
const ANSWER_MS = 5000;
/** Reviews that are under way: whoever sends random tokens must not keep the API server busy. */
const UNDER_WAY_MAX = 16;

const unknown = (): Refusal =>
	new Refusal('unauthenticated', 'the API server does not know this token', 'log in again', {
		'www-authenticate': 'Bearer error="invalid_token"',
	});

/** Asks the API server for reviews, a few at a time. Rejects with Refusal where it gives none. */
const createReviewer = (api: Api) => {
	let underWay = 0;

	return async (kind: Resource, spec: unknown): Promise<Review> => {
		if (underWay >= UNDER_WAY_MAX) {
			throw new Refusal('too-many', 'too many tokens are being reviewed', 'ask again in a moment', {
				'retry-after': '1',
			});
		}

		underWay += 1;
		try {
			const answer = await api.request({
				verb: 'create',
				resource: resourceName(kind),
				path: pathOf(kind),
				body: {apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind, spec},
				timeoutMs: ANSWER_MS,
				patient: false,
			});
			return (answer ?? {}) as Review;
		} catch (error) {
			if (!(error instanceof ApiError)) {
				throw error;
			}

			throw error.code === 403
				? new Refusal(
						'api-server',
						`the daemon may not create ${resourceName(kind)}, so nobody can read with a token`,
						'apply artifacts/page-tokens, or run it with --ui-auth open',
					)
				: new Refusal('api-server', error.message, 'ask again in a moment');
		} finally {
			underWay -= 1;
		}
	};
};

/** Readers by token; `api` is the daemon's own way to the API server. */
export const createReaders = (api: Api, clock: Clock): Readers => {
	const users = new BriefMemory<Review>({
		clock,
		lastingMs: ({status}) => (status?.authenticated === true ? TOKEN_MS : UNKNOWN_TOKEN_MS),
		most: REMEMBERED_MAX,
	});
	const rights = new BriefMemory<Review>({clock, lastingMs: () => ACCESS_MS, most: REMEMBERED_MAX});
	const review = createReviewer(api);

	const userOf = async (token: string): Promise<User | undefined> => {
		// The token itself is kept nowhere.
		const key = createHash('sha256').update(token).digest('base64url');
		const {status} = await users.get(key, () => review(tokenReviews, {token}));
		return status?.authenticated === true ? (status.user ?? {}) : undefined;
	};

	const isAllowed = async (user: User, namespace: string): Promise<boolean> => {
		const {username, uid, groups, extra} = user;
		const ask = (): Promise<Review> =>
			review(subjectAccessReviews, {
				user: username,
				uid,
				groups,
				extra,
				// An empty namespace: all of them.
				resourceAttributes: {verb: 'get', group: canaries.group, resource: canaries.plural, namespace},
			});
		const {status} = await rights.get(JSON.stringify([user, namespace]), ask);
		return status?.allowed === true;
	};

	return {
		async readerOf(token) {
			if (token === undefined) {
				throw new Refusal('unauthenticated', 'reading needs a token', 'send Authorization: Bearer TOKEN', {
					'www-authenticate': 'Bearer',
				});
			}

			const user = await userOf(token);
			if (user === undefined) {
				throw unknown();
			}

			return {
				mayRead: async (namespace) => (await isAllowed(user, '')) || isAllowed(user, namespace),
				whyOver: async () => ((await userOf(token)) === undefined ? unknown().message : undefined),
			};
		},
	};
};
