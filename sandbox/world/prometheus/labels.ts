// Sets of labels. What is derived from one is kept with it: a query derives the same at every step.
import type {Labels} from '../objects.ts';

/** The metric's name within a series' labels. */
export const NAME = '__name__';

/** Computes once for each set of labels. */
export const oncePerLabels = <T>(compute: (labels: Labels) => T): ((labels: Labels) => T) => {
	const known = new WeakMap<Labels, {readonly value: T}>();
	return (labels) => {
		let found = known.get(labels);
		if (found === undefined) {
			found = {value: compute(labels)};
			known.set(labels, found);
		}

		return found.value;
	};
};

const byName = ([left]: readonly [string, string], [right]: readonly [string, string]): number => {
	if (left === right) return 0;
	return left < right ? -1 : 1;
};

const sorted = (labels: Labels): ReadonlyArray<readonly [string, string]> => Object.entries(labels).sort(byName);

/** The key of a set of labels, whatever their order. */
export const keyOf = oncePerLabels((labels) => JSON.stringify(sorted(labels)));

/** The labels without these. */
export const without = (labels: Labels, dropped: readonly string[]): Labels =>
	Object.fromEntries(Object.entries(labels).filter(([name]) => !dropped.includes(name)));

/** These of the labels. */
export const only = (labels: Labels, kept: readonly string[]): Labels =>
	Object.fromEntries(Object.entries(labels).filter(([name]) => kept.includes(name)));

/** The labels without the metric's name, which what is computed no longer has. */
export const unnamed = oncePerLabels((labels) => without(labels, [NAME]));

/** The labels in the order of their names, without empty ones, which are as good as none. */
export const tidied = oncePerLabels((labels) => Object.fromEntries(sorted(labels).filter(([, value]) => value !== '')));

/** `{a="1", b="2"}`, as Prometheus writes labels in its messages. */
export const written = (labels: Labels): string => {
	const {[NAME]: name = '', ...others} = labels;
	return `${name}{${sorted(others)
		.map(([label, value]) => `${label}=${JSON.stringify(value)}`)
		.join(', ')}}`;
};

/** Prometheus' order of series: label by label, by name and then by value; the shorter set first. */
export const compareLabels = (left: Labels, right: Labels): number => {
	const [ours, theirs] = [sorted(left), sorted(right)];
	for (const [index, [name, value]] of ours.entries()) {
		const other = theirs[index];
		if (other === undefined) return 1;
		if (name !== other[0]) return name < other[0] ? -1 : 1;
		if (value !== other[1]) return value < other[1] ? -1 : 1;
	}

	return ours.length - theirs.length;
};
