// Putting values into PromQL so that they stay values.

/** A string literal of PromQL. */
export const quoted = (value: string): string =>
	`"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** A string literal with the regular expression (RE2) that matches `value` alone; names of letters, digits and dashes
 * come out as they are. */
export const quotedPattern = (value: string): string => quoted(value.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&'));
