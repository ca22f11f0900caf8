// One text for one value, so that two digests are equal exactly when two values are.
import {hash} from 'node:crypto';

/**
 * JSON with sorted keys and without white space. As with JSON.stringify, members that are undefined (or functions)
 * are left out and become null in lists. It takes plain data; it does not call `toJSON`, and it does not recurse,
 * for a manifest may be nested ten thousand levels deep.
 */
export const canonicalJson = (value: unknown): string => {
	const written: string[] = [];
	const open: Piece[] = [{value}];
	for (let piece = open.pop(); piece !== undefined; piece = open.pop()) {
		if ('text' in piece) {
			written.push(piece.text);
		} else if (typeof piece.value === 'object' && piece.value !== null) {
			// One by one: a spread of a hundred thousand arguments overflows the stack.
			for (const part of piecesOf(piece.value)) {
				open.push(part);
			}
		} else {
			written.push(scalar(piece.value));
		}
	}

	return written.join('');
};

/** The first 32 hex digits of the SHA-256 of the canonical JSON. */
export const digest = (value: unknown): string => hash('sha256', canonicalJson(value), 'hex').slice(0, 32);

type Piece = {readonly text: string} | {readonly value: unknown};

const isAbsent = (value: unknown): boolean =>
	value === undefined || typeof value === 'function' || typeof value === 'symbol';

const scalar = (value: unknown): string => {
	if (isAbsent(value)) {
		return 'null';
	}

	return JSON.stringify(typeof value === 'bigint' ? value.toString() : value);
};

/** An object's or a list's pieces, last first, since they are taken from the end. */
const piecesOf = (value: object): Piece[] => {
	const isList = Array.isArray(value);
	const pieces: Piece[] = [{text: isList ? '[' : '{'}];
	let separator = '';
	for (const [key, member] of membersOf(value)) {
		pieces.push({text: isList ? separator : `${separator}${JSON.stringify(key)}:`}, {value: member});
		separator = ',';
	}

	pieces.push({text: isList ? ']' : '}'});
	return pieces.toReversed();
};

const membersOf = (value: object): ReadonlyArray<readonly [string, unknown]> =>
	Array.isArray(value)
		? value.map((member: unknown, index) => [String(index), member] as const)
		: Object.entries(value)
				.filter(([, member]) => !isAbsent(member))
				.sort(([a], [b]) => (a < b ? -1 : 1));
