// Painted text that can be cut to the width of a terminal.
import cliTruncate from 'cli-truncate';

/** A text and its paint. */
export type Piece = readonly [text: string, paint?: (text: string) => string];

/** Columns that the pieces take, where all of them are plain letters. */
export const width = (pieces: readonly Piece[]): number => pieces.reduce((sum, [text]) => sum + text.length, 0);

/** The pieces on one line of at most `columns`, the end cut where it does not fit. */
export const fit = (pieces: readonly Piece[], columns: number): string =>
	cliTruncate(pieces.map(([text, paint = (one: string) => one]) => paint(text)).join(''), columns);
