// What differs from run to run, or between kubectl's releases, and says nothing about the server.

// The alphabet of generated names: no vowels, so that no words arise.
const letter = '[bcdfghjklmnpqrstvwxz2456789]';
const age = String.raw`(?:\d+[smhd]){1,2}`;

const masks: ReadonlyArray<readonly [RegExp, string]> = [
	[/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gu, '<uid>'],
	[/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/gu, '<time>'],
	[/\b\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/gu, '<time>'],
	[/(resourceVersion(?:\\?": ?\\?"|: "))\d+/gu, '$1<version>'],
	[/(Resource Version: +)\d+/gu, '$1<version>'],
	[/\b10\.\d+\.\d+\.\d+\b/gu, '<ip>'],
	[new RegExp(String.raw`(-${letter}{8,10})-${letter}{5}\b`, 'gu'), '$1-<id>'],
	[new RegExp(String.raw`-${letter}{8,10}(?=\b|-)`, 'gu'), '-<hash>'],
	[new RegExp(String.raw`(pod-template-hash[=:] ?)"?${letter}+"?`, 'gu'), '$1<hash>'],
	[/\b(?:e2e-node|sandbox)(?=\/10\.|\/<ip>|\s)/gu, '<node>'],
	// Ages stand between spaces, or at an end of the line.
	[new RegExp(String.raw`(?<=^|\s)${age}(?=\s|$)`, 'gmu'), '<age>'],
	[new RegExp(String.raw`\(x(\d+) over ${age}\)`, 'gu'), '(x$1 over <age>)'],
	// How much of a rollout kubectl sees is chance.
	[/^Waiting for (?:deployment|\d+ pods).*\n/gmu, ''],
	// kubectl 1.34 began to say from where.
	[/^(.* deleted) from \S+ namespace$/gmu, '$1'],
	// Nor did older ones name ports, or warn of an undo.
	[/^(\s*(?:Host )?Port:\s+\d+\/TCP) \(\w+\)$/gmu, '$1'],
	[/^! Warning: resource \S+ was previously managed with 'kubectl apply'.*\n/gmu, ''],
	// Columns are as wide as their widest cell, masked or not.
	[/(?<=\S) {2,}/gu, '   '],
	[/[ \t]+$/gmu, ''],
];

/** The text with stand-ins. */
export const masked = (text: string, namespace: string): string =>
	masks.reduce((done, [pattern, mask]) => done.replaceAll(pattern, mask), text).replaceAll(namespace, 'NAMESPACE');
