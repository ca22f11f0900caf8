// Label matchers, with Go's regular expressions as far as JavaScript's can stand in for them.
import type {Labels} from '../objects.ts';

export type Matcher = {readonly label: string; readonly operator: string; readonly value: string};

const unsupported = /\(\?(?:[=!]|<[=!])|\\[1-9]/u;

/** The anchored expression; throws when RE2 would refuse it. */
const anchored = (pattern: string): RegExp => {
	const outside = unsupported.exec(pattern);
	if (outside !== null) throw new Error(`invalid or unsupported Perl syntax: \`${outside[0]}\``);
	const flags = /^\(\?([is]+)\)/u.exec(pattern);
	const body = pattern.slice(flags?.[0].length ?? 0).replaceAll('(?P<', '(?<');
	// Without the flag `u`, which would refuse escapes such as `\-` that RE2 allows.
	return new RegExp(`^(?:${body})$`, flags?.[1]?.includes('i') === true ? 'si' : 's'); // oxlint-disable-line require-unicode-regexp
};

/** The one text that a matcher takes; undefined when there may be others. */
export const onlyValue = ({operator, value}: Matcher): string | undefined => {
	const isLiteral = operator === '=' || (operator === '=~' && /^[\w-]*$/u.test(value));
	return isLiteral && value !== '' ? value : undefined;
};

/** The test of one matcher; a label that is missing is as one that is empty. */
export const matcherTest = (matcher: Matcher): ((labels: Labels) => boolean) => {
	const {label, operator, value} = matcher;
	if (operator === '=' || onlyValue(matcher) !== undefined) return (labels) => (labels[label] ?? '') === value;
	if (operator === '!=') return (labels) => (labels[label] ?? '') !== value;
	const expression = anchored(value);
	const isWanted = operator === '=~';
	return (labels) => expression.test(labels[label] ?? '') === isWanted;
};
