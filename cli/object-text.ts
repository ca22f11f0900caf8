// Objects as text, the same for every command with `-o`.

export type ObjectFormat = 'json' | 'yaml';

/** JSON of several lines, or YAML as kubectl reads it (1.1, so that what looks like its booleans is quoted). */
export const objectText = async (format: ObjectFormat, value: unknown): Promise<string> => {
	if (format === 'json') {
		return `${JSON.stringify(value, null, 2)}\n`;
	}

	const {stringify} = await import('yaml');
	return stringify(value, {version: '1.1', aliasDuplicateObjects: false, lineWidth: 0});
};

/** Several objects as one. */
export const listOf = (items: readonly unknown[]) => ({apiVersion: 'v1', kind: 'List', metadata: {}, items});
