// Selectors, windows and numbers of a query.
import type {SyntaxNode} from '@lezer/common';
import type {Range, Selector} from './expression.ts';
import {NAME} from './labels.ts';
import {durationMs, numberOf, unquote} from './literals.ts';
import {matcherTest, onlyValue, type Matcher} from './matchers.ts';
import {QueryError} from './query-error.ts';
import {SHELVED_BY} from './series.ts';
import {children, type Source} from './source.ts';

const SECOND = 1000;

/** The text of a string literal. */
export const readString = (source: Source, node: SyntaxNode): string => {
	try {
		return unquote(source.text(node).trim());
	} catch (error) {
		if (error instanceof QueryError) return source.fail(node, error.message);
		throw error;
	}
};

const readMilliseconds = (source: Source, node: SyntaxNode): number => {
	const text = source.text(node).trim();
	const seconds = numberOf(text);
	const ms = durationMs(text) ?? (seconds === undefined ? undefined : seconds * SECOND);
	return ms ?? source.fail(node, `bad number or duration syntax: "${text}"`);
};

/** A number as written; a duration stands for its seconds. */
export const readNumber = (source: Source, node: SyntaxNode): number => {
	const text = source.text(node).trim();
	const [, sign = '', unsigned = ''] = /^([+-]?)(.*)$/su.exec(text) ?? [];
	const ms = durationMs(unsigned);
	const value = numberOf(unsigned) ?? (ms === undefined ? undefined : ms / SECOND);
	if (value === undefined) return source.fail(node, `bad number or duration syntax: "${text}"`);
	return sign === '-' ? -value : value;
};

const readMatcher = (source: Source, node: SyntaxNode): Matcher => {
	if (node.name === 'QuotedLabelName') return {label: NAME, operator: '=', value: readString(source, node)};
	const [label, operator, value] = children(node);
	if (label === undefined || operator === undefined || value === undefined) return source.fail(node, 'bad matcher');
	const isQuoted = source.text(label).startsWith('"');
	return {
		label: isQuoted ? readString(source, label) : source.text(label),
		operator: source.text(operator),
		value: readString(source, value),
	};
};

const refuseTwoNames = (source: Source, node: SyntaxNode, name: string, given: readonly Matcher[]): void => {
	const other = given.find(({label}) => label === NAME);
	if (other !== undefined) source.fail(node, `metric name must not be set twice: "${name}" or "${other.value}"`);
};

/** `name{label="value"}`: its matchers as one test. */
export const readSelector = (source: Source, node: SyntaxNode): Selector => {
	const identifier = node.getChild('Identifier');
	const list = node.getChild('LabelMatchers');
	const given = list === null ? [] : children(list).map((child) => readMatcher(source, child));
	const named = identifier === null ? [] : [{label: NAME, operator: '=', value: source.text(identifier)}];
	if (identifier !== null) refuseTwoNames(source, node, source.text(identifier), given);
	const matchers = [...named, ...given];
	const tests = matchers.map((matcher) => {
		try {
			return matcherTest(matcher);
		} catch (error) {
			return source.fail(node, `error parsing regexp: ${(error as Error).message}`);
		}
	});
	if (tests.every((test) => test({}))) {
		source.fail(node, 'vector selector must contain at least one non-empty matcher');
	}

	const shelving = matchers.find((matcher) => matcher.label === SHELVED_BY && onlyValue(matcher) !== undefined);
	return {
		kind: 'selector',
		shelf: shelving && onlyValue(shelving),
		name: matchers.find(({label, operator}) => label === NAME && operator === '=')?.value,
		test: (labels) => tests.every((test) => test(labels)),
		matchers,
	};
};

/** `selector[1m]`. */
export const readRange = (source: Source, node: SyntaxNode): Range => {
	const [inner, duration] = children(node);
	if (inner?.name !== 'VectorSelector') return source.fail(node, 'ranges only allowed for vector selectors');
	if (duration === undefined) return source.fail(node, 'missing duration');
	const ms = readMilliseconds(source, duration);
	if (!(ms > 0)) source.fail(duration, 'duration must be greater than 0');
	return {kind: 'range', selector: readSelector(source, inner), ms};
};
