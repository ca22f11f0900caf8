// How the samples of two vectors find each other (promql/engine.go, `VectorBinop` and the set operators).
import type {Labels} from '../objects.ts';
import type {Binary, Matching} from './expression.ts';
import {keyOf, NAME, oncePerLabels, only, tidied, unnamed, without, written} from './labels.ts';
import {executionError} from './query-error.ts';
import {vector, type Sample, type Value} from './values.ts';

const signatures = new WeakMap<Matching, (labels: Labels) => Labels>();

/** The labels by which a sample is paired; one function for each matching, which remembers. */
const signatureOf = (matching: Matching): ((labels: Labels) => Labels) => {
	const {isOn, labels: names} = matching;
	const known =
		signatures.get(matching) ??
		oncePerLabels((labels) => (isOn ? only(labels, names) : without(labels, [NAME, ...names])));
	signatures.set(matching, known);
	return known;
};

/** `and`, `or`, `unless`. */
export const setOperation = (
	{operator, matching}: Binary,
	left: readonly Sample[],
	right: readonly Sample[],
): Value => {
	const signature = signatureOf(matching);
	const known = new Set((operator === 'or' ? left : right).map(({labels}) => keyOf(signature(labels))));
	const isKnown = ({labels}: Sample): boolean => known.has(keyOf(signature(labels)));
	if (operator === 'or') return vector([...left, ...right.filter((sample) => !isKnown(sample))]);
	return vector(left.filter((sample) => isKnown(sample) === (operator === 'and')));
};

type Sides = {
	readonly left: readonly Sample[];
	readonly right: readonly Sample[];
	/** Undefined when the pair is filtered out. */
	readonly compute: (left: number, right: number) => number | undefined;
	/** True when the result keeps the metric's name. */
	readonly isNamed: boolean;
};

/** The samples of the side that must have but one for each signature. */
const theOnes = (samples: readonly Sample[], matching: Matching): ReadonlyMap<string, Sample> => {
	const signature = signatureOf(matching);
	const found = new Map<string, Sample>();
	for (const sample of samples) {
		const key = keyOf(signature(sample.labels));
		const other = found.get(key);
		if (other !== undefined) {
			const side = matching.many?.side === 'right' ? 'left' : 'right';
			throw executionError(
				`found duplicate series for the match group ${written(signature(sample.labels))} on the ${side} hand-side ` +
					`of the operation: [${written(sample.labels)}, ${written(other.labels)}]` +
					';many-to-many matching not allowed: matching labels must be unique on one side',
			);
		}

		found.set(key, sample);
	}

	return found;
};

const resultLabels = (matching: Matching, isNamed: boolean, many: Labels, one: Labels): Labels => {
	const named = isNamed ? many : unnamed(many);
	if (matching.many !== undefined) {
		const taken = Object.fromEntries(matching.many.include.map((label) => [label, one[label] ?? '']));
		return tidied({...named, ...taken});
	}

	return matching.isOn ? only(named, matching.labels) : without(named, matching.labels);
};

/** Pairs the samples and computes; throws when a sample's pair is not the only one. */
export const matchVectors = (matching: Matching, {left, right, compute, isNamed}: Sides): Value => {
	if (left.length === 0 || right.length === 0) return vector([]);
	const isRightMany = matching.many?.side === 'right';
	const [many, one] = isRightMany ? [right, left] : [left, right];
	const ones = theOnes(one, matching);
	const signature = signatureOf(matching);
	const results = new Map<string, Sample>();
	const matched = new Set<string>();
	for (const sample of many) {
		const key = keyOf(signature(sample.labels));
		const other = ones.get(key);
		if (other === undefined) continue;
		const value = isRightMany ? compute(other.value, sample.value) : compute(sample.value, other.value);
		if (value === undefined) continue;
		const labels = resultLabels(matching, isNamed, sample.labels, other.labels);
		if (matching.many === undefined && matched.has(key)) {
			throw executionError(
				'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
			);
		}

		if (results.has(keyOf(labels))) {
			throw executionError('multiple matches for labels: grouping labels must ensure unique matches');
		}

		matched.add(key);
		results.set(keyOf(labels), {labels, value});
	}

	return vector([...results.values()]);
};
