// Why a request of the HTTP interface is refused, in words for whoever sent it.
import {refusalStatuses, type RefusalCode, type RefusalView} from '../../api/http/requests.ts';

/** Thrown anywhere on the way to an answer. */
export class Refusal extends Error {
	readonly code: RefusalCode;
	readonly remedy: string;
	readonly headers: Readonly<Record<string, string>>;

	constructor(code: RefusalCode, message: string, remedy = '', headers: Readonly<Record<string, string>> = {}) {
		super(message);
		this.name = 'Refusal';
		this.code = code;
		this.remedy = remedy;
		this.headers = headers;
	}

	get status(): number {
		return refusalStatuses[this.code];
	}

	view(): RefusalView {
		const {code, message, remedy} = this;
		return {code, message, remedy};
	}
}
