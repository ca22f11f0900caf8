// Reading values of unknown type, without trust: own properties only, and words about them that are safe to print.

/** An object that is no list. */
export type Bag = Readonly<Record<string, unknown>>;

/** Whether a value is an object that is no list. */
export const isBag = (value: unknown): value is Bag =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of own properties; undefined where the path ends early. `__proto__` is a key like others. */
export const at = (value: unknown, ...path: readonly string[]): unknown => {
	let found = value;
	for (const key of path) {
		if (!isBag(found) || !Object.hasOwn(found, key)) {
			return undefined;
		}

		found = found[key];
	}

	return found;
};

/** Whether a value counts as not written: absent, or `null` as YAML has it for a key without a value. */
export const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

/** Whether something is written at all: not absent, and neither an empty list, an empty text, `false` nor 0. */
export const isSet = (value: unknown): boolean =>
	!isAbsent(value) && value !== false && value !== '' && value !== 0 && !(Array.isArray(value) && value.length === 0);

const longestShown = 80;

// Control characters, line and paragraph separators and bidirectional marks would forge or reorder a line of output.
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A value as a person may read it in an event: bounded, on one line, nothing hidden; lists and objects by name. */
export const shown = (value: unknown): string => {
	if (isAbsent(value)) {
		return '';
	}

	if (Array.isArray(value)) {
		return value.every((item) => typeof item === 'number') ? clipped(`[${value.slice(0, 40).join(', ')}]`) : 'a list';
	}

	if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
		return clipped(String(value));
	}

	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

const clipped = (text: string): string => {
	const start = text
		.slice(0, longestShown + 1)
		.toWellFormed()
		.replaceAll(unprintable, escaped);
	return start.length > longestShown ? `${start.slice(0, longestShown)}…` : start;
};
