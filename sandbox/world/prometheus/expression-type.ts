// What kind of value an expression has.
import type {Expression, ValueType} from './expression.ts';
import {FUNCTIONS} from './functions.ts';

const FIXED: Readonly<Partial<Record<Expression['kind'], ValueType>>> = {
	number: 'scalar',
	string: 'string',
	range: 'range vector',
	selector: 'instant vector',
	aggregate: 'instant vector',
};

/** The type of the expression's value, known before it is evaluated. */
export const typeOf = (expression: Expression): ValueType => {
	if (expression.kind === 'negation') return typeOf(expression.inner);
	if (expression.kind === 'call') return FUNCTIONS[expression.name]?.result ?? 'instant vector';
	if (expression.kind === 'binary') {
		const isScalar = [expression.left, expression.right].every((side) => typeOf(side) === 'scalar');
		return isScalar ? 'scalar' : 'instant vector';
	}

	return FIXED[expression.kind] ?? 'instant vector';
};
