// What judges a canary's behaviour: a source answers a query with one number, or says why it cannot.
import type {CanaryModel, Instant, Metric} from '../../api/model.ts';

/** One source's answer to one query. Only `value` is a number one may compare, and only when it is finite. */
export type Answer =
	| {readonly kind: 'value'; readonly value: number; readonly at?: Instant}
	| {readonly kind: 'no data'}
	| {readonly kind: 'several series'; readonly count: number}
	| {readonly kind: 'timed out'; readonly afterMs: number}
	| {readonly kind: 'provider failed' | 'not understood'; readonly text: string};

/** Why there is no value. */
export type NoAnswer = Exclude<Answer, {readonly kind: 'value'}>;

/** The HTTP door as metrics need it: one bounded GET. Rejects with an error whose `kind` is `timed out` on time-out. */
export type FetchText = (
	url: string,
	options: {readonly timeoutMs: number; readonly signal?: AbortSignal; readonly maxBytes: number},
) => Promise<{readonly status: number; readonly body: string}>;

/** What a metric asks for, ready to be sent. */
export type Question = {
	readonly query: string;
	/** What the answer is multiplied by: 1000 for seconds that are compared in milliseconds. */
	readonly factor: number;
	/** For a rate: how much traffic there is at all, asked when the rate itself has no data. */
	readonly traffic?: string;
};

/** Whom a question is about: the new revision, or what users had before it. */
export type Side = 'canary' | 'primary';

/** Which queries a mesh's built-in metrics are, asked about one side. Throws RangeError when the metric has none. */
export type Questions = (model: CanaryModel, metric: Metric, side: Side) => Question;

/** The workload of a side, by the name that metrics know it by. */
export const workloadOf = ({target, primary}: Pick<CanaryModel, 'target' | 'primary'>, side: Side): string =>
	side === 'canary' ? target.name : primary.name;
