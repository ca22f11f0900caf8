// Whether a command's output is what the page shows.
//
// The page's lines stand in the output one after another, as whole lines; anything may be before and after them. A line
// that is only `…` stands for any lines, `…` within a line for any text. Times, ages, digests, fractions and the width
// of columns are not compared.

const masks: ReadonlyArray<readonly [RegExp, string]> = [
	[/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/gu, '#'],
	[/\b\d\d:\d\d:\d\d\b/gu, '#'],
	[/\b[\da-f]{32}\b/gu, '#'],
	[/(?<![\d.])\d+\.\d+(?=%|m?s\b|\s|$)/gmu, '#'],
	[/(?<=^|\s)(?:\d+[smhd]){1,2}(?=\s|$)/gmu, '#'],
	[/[ \t]+/gu, ' '],
	[/^ | $/gmu, ''],
];

const plain = (text: string): string => masks.reduce((done, [pattern, mask]) => done.replaceAll(pattern, mask), text);

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);

const patternOf = (shown: string): RegExp => {
	const lines = plain(shown.trim())
		.split('\n')
		.map((line) => (line === '…' ? '(?:.*\n)*?' : `${line.split('…').map(escaped).join('.*')}\n`));
	return new RegExp(`^${lines.join('')}`, 'mu');
};

/** True when the output holds what is shown. */
export const isShown = (shown: string, output: string): boolean => patternOf(shown).test(`${plain(output)}\n`);
