// Why an HTTP request had no answer.

/**
 * `refused`, `untrusted` and `fenced` (by our own loss of leadership): surely never sent. `timed out`, `reset`,
 * `aborted`, `too large` and `malformed`: the server may have acted on it.
 */
export type HttpErrorKind =
	| 'timed out'
	| 'refused'
	| 'untrusted'
	| 'fenced'
	| 'reset'
	| 'too large'
	| 'aborted'
	| 'malformed';

/** A request that got no usable answer. */
export class HttpError extends Error {
	readonly kind: HttpErrorKind;

	constructor(kind: HttpErrorKind, message: string, cause?: unknown) {
		super(message, {cause});
		this.name = 'HttpError';
		this.kind = kind;
	}
}
