// Reads server-sent events from pieces of text. EventSource would do, but it sends no token.

export type Message = {readonly id: string; readonly event: string; readonly data: string};

export class EventLines {
	/** Pieces of a line that has not ended: with thousands of Canaries one line comes in hundreds of pieces. */
	#line: string[] = [];
	#id = '';
	#event = 'message';
	#data: string[] = [];

	/** The messages that a piece completes; comments are left out. */
	push(piece: string): readonly Message[] {
		this.#line.push(piece);
		if (!piece.includes('\n')) {
			return [];
		}

		const lines = this.#line.join('').split('\n');
		this.#line = [lines.pop() ?? ''];
		return lines.flatMap((line) => this.#take(line.replace(/\r$/, '')));
	}

	#take(line: string): readonly Message[] {
		if (line === '') {
			return this.#end();
		}

		const colon = line.indexOf(':');
		const field = colon === -1 ? line : line.slice(0, colon);
		const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
		if (field === 'data') {
			this.#data.push(value);
		} else if (field === 'id') {
			this.#id = value;
		} else if (field === 'event') {
			this.#event = value;
		}

		return [];
	}

	/** An empty line ends a message, if there is one. */
	#end(): readonly Message[] {
		const message = {id: this.#id, event: this.#event, data: this.#data.join('\n')};
		const isOne = this.#data.length > 0;
		[this.#id, this.#event, this.#data] = ['', 'message', []];
		return isOne ? [message] : [];
	}
}
