// Objects as text, the same for every command with `-o`.

export type ObjectFormat = 'json' | 'yaml';

const asKubectl = {version: '1.1', aliasDuplicateObjects: false, lineWidth: 0} as const;

/** JSON of several lines, or YAML as kubectl reads it (1.1, so that what looks like its booleans is quoted). */
export const objectText = async (format: ObjectFormat, value: unknown): Promise<string> => {
	if (format === 'json') {
		return `${JSON.stringify(value, null, 2)}\n`;
	}

	const {stringify} = await import('yaml');
	return stringify(value, asKubectl);
};

/** How one object after another is told: JSON, a line each, or YAML documents. */
export const streamText = async (format: ObjectFormat): Promise<(value: unknown) => string> => {
	if (format === 'json') {
		return (value) => `${JSON.stringify(value)}\n`;
	}

	const {stringify} = await import('yaml');
	return (value) => `---\n${stringify(value, asKubectl)}`;
};

/** Several objects as one. */
export const listOf = (items: readonly unknown[]) => ({apiVersion: 'v1', kind: 'List', metadata: {}, items});
