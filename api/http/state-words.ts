// States in words: their names in the chart are identifiers.

/** The outermost state of a path, which the status shows: `halted` of `halted.failedCheck`. */
export const outermost = (path: string): string => path.split('.')[0] ?? '';

/** A state's own name as people read it: `failedCheck` is `failed check`. */
export const stateWords = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** A state's path as people read it: `progressing.scalingUp` is `progressing › scaling up`. */
export const pathWords = (path: string): string => path.split('.').map(stateWords).join(' › ');
