// Binary operators between scalars and vectors.
import type {Binary} from './expression.ts';
import {goPow} from './go-numbers.ts';
import {matchVectors, setOperation} from './matching.ts';
import {unnamed} from './labels.ts';
import {executionError} from './query-error.ts';
import {vector, type Sample, type Value} from './values.ts';

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
	'+': (left, right) => left + right,
	'-': (left, right) => left - right,
	'*': (left, right) => left * right,
	'/': (left, right) => left / right,
	'%': (left, right) => left % right,
	'^': goPow,
};

const COMPARISON: Readonly<Record<string, (left: number, right: number) => boolean>> = {
	'==': (left, right) => left === right,
	'!=': (left, right) => left !== right,
	'>': (left, right) => left > right,
	'<': (left, right) => left < right,
	'>=': (left, right) => left >= right,
	'<=': (left, right) => left <= right,
};

/** The operator's result; undefined when a comparison filters the pair out. `kept` is what a filter lets through. */
const apply = ({operator, isBool}: Binary, left: number, right: number, kept: number): number | undefined => {
	const compare = COMPARISON[operator];
	if (compare === undefined) return ARITHMETIC[operator]?.(left, right);
	const isTrue = compare(left, right);
	if (isBool) return isTrue ? 1 : 0;
	return isTrue ? kept : undefined;
};

/** Only a comparison that filters leaves samples what they are. */
const keepsName = ({operator, isBool}: Binary): boolean => operator in COMPARISON && !isBool;

const SET_OPERATORS = new Set(['and', 'or', 'unless']);

/** Computes `left operator right`. */
export const operate = (operation: Binary, left: Value, right: Value): Value => {
	const isNamed = keepsName(operation);
	if (left.type === 'vector' && right.type === 'vector') {
		if (SET_OPERATORS.has(operation.operator)) return setOperation(operation, left.samples, right.samples);
		// What a filter lets through is the left side's value, as Prometheus has it, whichever side is the many.
		const compute = (ours: number, theirs: number): number | undefined => apply(operation, ours, theirs, ours);
		return matchVectors(operation.matching, {left: left.samples, right: right.samples, compute, isNamed});
	}

	const each = (samples: readonly Sample[], compute: (value: number) => number | undefined): Value =>
		vector(
			samples.flatMap(({labels, value}) => {
				const result = compute(value);
				return result === undefined ? [] : [{labels: isNamed ? labels : unnamed(labels), value: result}];
			}),
		);
	if (left.type === 'vector' && right.type === 'scalar') {
		return each(left.samples, (value) => apply(operation, value, right.value, value));
	}

	if (left.type === 'scalar' && right.type === 'vector') {
		return each(right.samples, (value) => apply(operation, left.value, value, value));
	}

	if (left.type === 'scalar' && right.type === 'scalar') {
		return {type: 'scalar', value: apply(operation, left.value, right.value, left.value) ?? Number.NaN};
	}

	throw executionError('binary expression must contain only scalar and instant vector types');
};
