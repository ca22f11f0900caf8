// Selectors, windows and numbers of a query.
import type {SyntaxNode} from '@lezer/common';
import type {Range, Selector} from './expression.ts';
import {matcherTest, unquote, type Matcher} from './matchers.ts';
import {NAME} from './samples.ts';
import {children, type Source} from './source.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const UNIT_MS: Readonly<Record<string, number>> = {
	ms: 1,
	s: SECOND,
	m: 60 * SECOND,
	h: 3600 * SECOND,
	d: DAY,
	w: 7 * DAY,
	y: 365 * DAY,
};

const readMilliseconds = (source: Source, node: SyntaxNode): number => {
	const text = source.text(node).trim().replace(/^[+-]/u, '');
	if (/^\d+(?:\.\d+)?$/u.test(text)) return Number(text) * SECOND;
	if (!/^(?:\d+(?:ms|[smhdwy]))+$/u.test(text)) return source.fail(node, `bad number or duration syntax: "${text}"`);
	return [...text.matchAll(/(\d+)(ms|[smhdwy])/gu)].reduce(
		(sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0),
		0,
	);
};

/** A number as written; a duration stands for its seconds. */
export const readNumber = (source: Source, node: SyntaxNode): number => {
	const text = source.text(node).replaceAll('_', '').toLowerCase();
	const named = /^([+-]?)(inf|nan)$/u.exec(text);
	if (named?.[2] === 'nan') return Number.NaN;
	const sign = text.startsWith('-') ? -1 : 1;
	if (named !== null) return sign * Infinity;
	const number = Number(text.replace(/^[+-]/u, ''));
	return sign * (Number.isNaN(number) ? readMilliseconds(source, node) / SECOND : number);
};

const readMatcher = (source: Source, node: SyntaxNode): Matcher => {
	if (node.name === 'QuotedLabelName') return {label: NAME, operator: '=', value: unquote(source.text(node).trim())};
	const [label, operator, value] = children(node);
	if (label === undefined || operator === undefined || value === undefined) return source.fail(node, 'bad matcher');
	const name = source.text(label);
	return {
		label: name.startsWith('"') ? unquote(name) : name,
		operator: source.text(operator),
		value: unquote(source.text(value)),
	};
};

/** `name{label="value"}`: its matchers as one test. */
export const readSelector = (source: Source, node: SyntaxNode): Selector => {
	const identifier = node.getChild('Identifier');
	const list = node.getChild('LabelMatchers');
	const given = list === null ? [] : children(list).map((child) => readMatcher(source, child));
	const named = identifier === null ? [] : [{label: NAME, operator: '=', value: source.text(identifier)}];
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

	const equal = matchers.filter(({operator, label}) => operator === '=' && label !== NAME);
	return {
		kind: 'selector',
		name: matchers.find(({label, operator}) => label === NAME && operator === '=')?.value,
		test: (labels) => tests.every((test) => test(labels)),
		equal: Object.fromEntries(equal.map(({label, value}) => [label, value])),
	};
};

/** `selector[1m]`. */
export const readRange = (source: Source, node: SyntaxNode): Range => {
	const [inner, duration] = children(node);
	if (inner?.name !== 'VectorSelector') return source.fail(node, 'ranges only allowed for vector selectors');
	if (duration === undefined) return source.fail(node, 'missing duration');
	const ms = readMilliseconds(source, duration);
	if (ms <= 0) source.fail(duration, 'duration must be greater than 0');
	return {kind: 'range', selector: readSelector(source, inner), ms};
};
