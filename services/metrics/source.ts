// What a metric source is: one file for one kind of server, which asks it one question and reads one number out of it.
import type {Instant} from '../../api/model.ts';
import type {Answer} from './metrics.ts';

/** Where a source is asked, and as whom. */
export type Endpoint = {
	/** Empty where the source's own address counts. */
	readonly address: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** The keys of its Secret with their values. */
	readonly credentials?: Readonly<Record<string, string>>;
	/** How TLS is spoken; one object for one way, for each is a connection pool. */
	readonly tls?: {readonly rejectUnauthorized: boolean};
	readonly region?: string;
};

/** The stretch of time that a question is about: `intervalMs` up to `now`. */
export type Window = {readonly now: Instant; readonly intervalMs: number};

export type SourceRequest = {
	readonly url: string;
	readonly method?: 'GET' | 'POST';
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
};

export type SourceResponse = {readonly status: number; readonly body: string};

/** One bounded request, by the endpoint's own TLS. Rejects where no answer comes, which becomes an Answer by itself. */
export type Exchange = (request: SourceRequest) => Promise<SourceResponse>;

export type Source = {
	/** Where it is asked when nobody says where; undefined: it has to be said. */
	readonly address?: string;
	/** The keys that its Secret must have: one of these sets, the first being what is asked for. */
	readonly keys: readonly [readonly string[], ...ReadonlyArray<readonly string[]>];
	/** It answers nobody without a Secret. */
	readonly isClosed?: boolean;
	/** A query as it is sent: without what the source would not take for part of it. */
	readonly prepare?: (query: string) => string;
	/** What keeps a query, whole and ready, from being understood, as the end of a sentence; undefined for nothing. */
	readonly flawOf?: (query: string) => string | undefined;
	/** Rejects only as `exchange` does; every other failure is an Answer. */
	ask(query: string, endpoint: Endpoint, window: Window, exchange: Exchange): Promise<Answer>;
};
