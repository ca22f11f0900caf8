// Evaluates an expression at an instant.
import type {Labels} from '../objects.ts';
import {AGGREGATIONS} from './aggregations.ts';
import type {Aggregate, Call, Expression, Range, Selector} from './expression.ts';
import {FUNCTIONS} from './functions.ts';
import {keyOf, only, oncePerLabels, unnamed, without} from './labels.ts';
import {operate} from './operators.ts';
import {executionError} from './query-error.ts';
import type {Series, Store, Window} from './series.ts';
import {vector, type Sample, type Value} from './values.ts';
import type {Version} from './version.ts';

/** How far a selector looks back for a sample, in ms: Prometheus' default. */
const LOOKBACK_MS = 300_000;

const samplesOf = (value: Value): readonly Sample[] => (value.type === 'vector' ? value.samples : []);

const negated = (value: Value): Value => {
	if (value.type === 'scalar') return {type: 'scalar', value: -value.value};
	return vector(samplesOf(value).map((sample) => ({labels: unnamed(sample.labels), value: -sample.value})));
};

/** Evaluates one query, at one instant or at many; what does not depend on the instant is worked out once. */
export class Evaluation {
	readonly #store: Store;
	readonly #version: Version;
	readonly #selected = new Map<Selector, readonly Series[]>();
	readonly #grouped = new Map<Aggregate, (labels: Labels) => Labels>();

	constructor(store: Store, version: Version) {
		this.#store = store;
		this.#version = version;
	}

	/** The expression's value at the instant (ms). Throws a QueryError. */
	at(expression: Expression, at: number): Value {
		switch (expression.kind) {
			case 'number':
				return {type: 'scalar', value: expression.value};
			case 'string':
				return {type: 'string', value: expression.value};
			case 'selector':
				return this.#latest(expression, at);
			case 'range':
				return this.#within(expression, at);
			case 'negation':
				return negated(this.at(expression.inner, at));
			case 'aggregate':
				return this.#aggregate(expression, samplesOf(this.at(expression.inner, at)));
			case 'call':
				return this.#call(expression, at);
			default:
				return operate(expression, this.at(expression.left, at), this.at(expression.right, at));
		}
	}

	#window(at: number, ms: number): Window {
		return {from: at - ms, to: at, isLeftOpen: this.#version === 3};
	}

	#select(selector: Selector): readonly Series[] {
		const known = this.#selected.get(selector) ?? this.#store.select(selector.name, selector.test, selector.shelf);
		this.#selected.set(selector, known);
		return known;
	}

	#latest(selector: Selector, at: number): Value {
		const window = this.#window(at, LOOKBACK_MS);
		const samples = this.#select(selector).flatMap((series) => {
			const value = series.latest(window);
			return value === undefined ? [] : [{labels: series.labels, value}];
		});
		// Series differ by definition, so that nothing needs to be checked.
		return {type: 'vector', samples};
	}

	#within({selector, ms}: Range, at: number): Value {
		const window = this.#window(at, ms);
		const series = this.#select(selector).flatMap((found) => {
			const points = found.within(window);
			return points.length === 0 ? [] : [{labels: found.labels, points}];
		});
		return {type: 'matrix', series, window};
	}

	#call({name, args}: Call, at: number): Value {
		const known = FUNCTIONS[name];
		if (known === undefined) throw executionError(`unknown function with name "${name}"`);
		const values = args.map((argument) => this.at(argument, at));
		return known.compute({values, written: args, at, version: this.#version});
	}

	/** What is left of a sample's labels in its group; the same object for the same labels. */
	#grouping(expression: Aggregate): (labels: Labels) => Labels {
		const {isWithout = false, labels: names = []} = expression.grouping ?? {};
		const known =
			this.#grouped.get(expression) ??
			oncePerLabels((labels) => (isWithout ? without(unnamed(labels), names) : only(labels, names)));
		this.#grouped.set(expression, known);
		return known;
	}

	#aggregate(expression: Aggregate, samples: readonly Sample[]): Value {
		const groupOf = this.#grouping(expression);
		const groups = new Map<string, {readonly labels: Labels; readonly values: number[]}>();
		for (const {labels, value} of samples) {
			const kept = groupOf(labels);
			const key = keyOf(kept);
			const group = groups.get(key);
			if (group === undefined) groups.set(key, {labels: kept, values: [value]});
			else group.values.push(value);
		}

		const compute = AGGREGATIONS[expression.operator];
		if (compute === undefined) throw executionError(`unknown aggregation "${expression.operator}"`);
		return vector([...groups.values()].map(({labels, values}) => ({labels, value: compute(values, this.#version)})));
	}
}
