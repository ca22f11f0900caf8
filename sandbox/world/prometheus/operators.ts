// Binary operators between scalars and vectors.
import type {Labels} from '../objects.ts';
import type {Binary, Matching} from './expression.ts';
import {executionError} from './query-error.ts';
import {keyOf, NAME} from './samples.ts';
import {only, unnamed, vector, without, type Sample, type Value} from './values.ts';

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
	'+': (left, right) => left + right,
	'-': (left, right) => left - right,
	'*': (left, right) => left * right,
	'/': (left, right) => left / right,
	'%': (left, right) => left % right,
	'^': (left, right) => left ** right,
};

const COMPARISON: Readonly<Record<string, (left: number, right: number) => boolean>> = {
	'==': (left, right) => left === right,
	'!=': (left, right) => left !== right,
	'>': (left, right) => left > right,
	'<': (left, right) => left < right,
	'>=': (left, right) => left >= right,
	'<=': (left, right) => left <= right,
};

type Operation = Pick<Binary, 'operator' | 'isBool' | 'matching'>;

/** The operator's result; undefined when a comparison filters the pair out. `kept` is what a filter lets through. */
const apply = ({operator, isBool}: Operation, left: number, right: number, kept: number): number | undefined => {
	const compare = COMPARISON[operator];
	if (compare === undefined) return ARITHMETIC[operator]?.(left, right);
	const isTrue = compare(left, right);
	if (isBool) return isTrue ? 1 : 0;
	return isTrue ? kept : undefined;
};

const keepsName = ({operator, isBool}: Operation): boolean => operator in COMPARISON && !isBool;

const signature = (labels: Labels, {isOn, labels: names}: Matching): Labels =>
	isOn ? only(labels, names) : without(labels, [NAME, ...names]);

const bySignature = (samples: readonly Sample[], matching: Matching, side: string): Map<string, Sample> => {
	const found = new Map<string, Sample>();
	for (const sample of samples) {
		const group = signature(sample.labels, matching);
		const key = keyOf(group);
		if (found.has(key)) {
			const pairs = Object.entries(group).map(([name, value]) => `${name}="${value}"`);
			throw executionError(
				`found duplicate series for the match group {${pairs.join(', ')}} on the ${side} hand-side of the ` +
					'operation; many-to-many matching not allowed: matching labels must be unique on one side',
			);
		}

		found.set(key, sample);
	}

	return found;
};

const setOperation = ({operator, matching}: Operation, left: readonly Sample[], right: readonly Sample[]): Value => {
	const keys = (samples: readonly Sample[]): Set<string> =>
		new Set(samples.map(({labels}) => keyOf(signature(labels, matching))));
	const isIn = (sample: Sample, known: Set<string>): boolean => known.has(keyOf(signature(sample.labels, matching)));
	const others = keys(operator === 'or' ? left : right);
	if (operator === 'or') return vector([...left, ...right.filter((sample) => !isIn(sample, others))]);
	return vector(left.filter((sample) => isIn(sample, others) === (operator === 'and')));
};

const betweenVectors = (operation: Operation, left: readonly Sample[], right: readonly Sample[]): Value => {
	const {matching} = operation;
	const others = bySignature(right, matching, 'right');
	const results: Sample[] = [];
	for (const [key, sample] of bySignature(left, matching, 'left')) {
		const other = others.get(key);
		const value = other && apply(operation, sample.value, other.value, sample.value);
		if (value === undefined) continue;
		const named = keepsName(operation) ? sample.labels : unnamed(sample.labels);
		const labels = matching.isOn ? only(named, matching.labels) : without(named, matching.labels);
		results.push({labels, value});
	}

	return vector(results);
};

const SET_OPERATORS = new Set(['and', 'or', 'unless']);

/** Computes `left operator right`. */
export const operate = (operation: Operation, left: Value, right: Value): Value => {
	if (left.type === 'vector' && right.type === 'vector') {
		const isSet = SET_OPERATORS.has(operation.operator);
		return (isSet ? setOperation : betweenVectors)(operation, left.samples, right.samples);
	}

	const each = (samples: readonly Sample[], compute: (value: number) => number | undefined): Value =>
		vector(
			samples.flatMap(({labels, value}) => {
				const result = compute(value);
				return result === undefined ? [] : [{labels: keepsName(operation) ? labels : unnamed(labels), value: result}];
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
