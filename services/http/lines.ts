// Bytes to lines of text: chunks may end anywhere, also within a character.
import {HttpError} from './errors.ts';

/** Takes chunks, gives the lines that each completes; blank lines are left out. */
export type LineSplitter = {
	/** Throws HttpError `too large` when a line outgrows its limit. */
	take(chunk: Uint8Array): string[];
	/** What was left without a line end. */
	rest(): string;
};

/** `maxLine` in UTF-16 units; an unfinished line is kept in pieces, so that a long one costs no quadratic copying. */
export const createLineSplitter = (maxLine: number): LineSplitter => {
	const decoder = new TextDecoder('utf-8');
	let pieces: string[] = [];
	let length = 0;

	const hold = (piece: string): void => {
		length += piece.length;
		if (length > maxLine) {
			throw new HttpError('too large', `a line of more than ${maxLine} characters`);
		}

		pieces.push(piece);
	};

	const finish = (): string => {
		const line = pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('');
		pieces = [];
		length = 0;
		return line.endsWith('\r') ? line.slice(0, -1) : line;
	};

	return {
		take(chunk) {
			const text = decoder.decode(chunk, {stream: true});
			const lines: string[] = [];
			let from = 0;
			for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
				hold(text.slice(from, end));
				const line = finish();
				if (line !== '') {
					lines.push(line);
				}

				from = end + 1;
			}

			if (from < text.length) {
				hold(text.slice(from));
			}

			return lines;
		},
		rest: () => finish(),
	};
};
