// What a notifier is: one file for one kind of receiver, which words a notice for it and posts it.
import type {NoticeKind, Severity} from '../../api/model.ts';

export type Fact = {readonly title: string; readonly value: string};

/** One thing that people are told, with the report of the run that it is about. */
export type Notice = {
	/** The same on each repetition: `test/podinfo/7f3a…-20260102T030405Z/failed`. */
	readonly key: string;
	readonly kind: NoticeKind;
	readonly severity: Severity;
	readonly text: string;
	/** When it happened, in ms. */
	readonly at: number;
	readonly canary: {
		readonly apiVersion: string;
		readonly kind: string;
		readonly name: string;
		readonly namespace: string;
	};
	readonly phase: string;
	readonly run: string;
	readonly revision: string;
	/** The run's report, in the order in which it is shown. */
	readonly facts: readonly Fact[];
	/** The page of the Canary, where there is one. */
	readonly link?: string;
};

/** Where it goes, and as whom: an AlertProvider with its Secret, or the daemon's flags. */
export type Receiver = {
	readonly type: string;
	readonly address: string;
	/** Empty where it is not written. */
	readonly channel: string;
	readonly username: string;
	readonly token?: string;
	readonly proxy?: string;
};

export type ReceiverRequest = {
	/** Of the receiver's own origin; anything else is refused. */
	readonly url: string;
	readonly method?: 'GET' | 'POST';
	readonly headers?: Readonly<Record<string, string>>;
	/** Sent as JSON. */
	readonly body?: unknown;
};

/** Sends a request and gives the body of a 2xx; rejects with Undelivered for any other answer, and for none. */
export type SendRequest = (request: ReceiverRequest) => Promise<string>;

export type Notifier = {
	/** Good news ends what bad news has begun there: it hears both, whatever the severity. */
	readonly hearsAll?: boolean;
	/** Rejects with Undelivered. Called again with the same notice after a failure, and after a crash. */
	send(notice: Notice, receiver: Receiver, request: SendRequest): Promise<void>;
};

/** It did not arrive, or nobody knows. The message is for people and names no more of the address than its host. */
export class Undelivered extends Error {
	/** How long the receiver asks to be left alone. */
	readonly retryAfterMs: number | undefined;

	constructor(message: string, retryAfterMs?: number, cause?: unknown) {
		super(message, {cause});
		this.name = 'Undelivered';
		this.retryAfterMs = retryAfterMs;
	}
}

/** `podinfo.test`, as events and the peer's messages call a Canary. */
export const nameOf = ({canary: {name, namespace}}: Notice): string => `${name}.${namespace}`;

/** The facts, and the link as the last of them, for receivers that know no other. */
export const factsOf = ({facts, link}: Notice): readonly Fact[] =>
	link === undefined ? facts : [...facts, {title: 'Page', value: link}];

/** `Authorization` by the receiver's token. */
export const bearer = ({token}: Receiver): Readonly<Record<string, string>> =>
	token === undefined ? {} : {authorization: `Bearer ${token}`};

/** What a JSON text holds; undefined for what is none. */
export const parsed = (text: string): unknown => {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
};
