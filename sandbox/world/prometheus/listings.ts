// Which series, labels and metrics there are: what Grafana asks to help people write queries.
import type {Labels} from '../objects.ts';
import {compareLabels, NAME, tidied} from './labels.ts';
import {QueryError} from './query-error.ts';
import type {Store} from './series.ts';
import {parseMatch} from './syntax.ts';

export type Period = {readonly from: number; readonly to: number};

/** The label sets of the series with samples in the period that one of the selectors takes; of all without selectors. */
const labelSets = (store: Store, selectors: readonly string[], {from, to}: Period): ReadonlySet<Labels> => {
	const wanted = selectors.map((selector) => parseMatch(selector));
	const found =
		wanted.length === 0
			? store.select(undefined, () => true)
			: wanted.flatMap(({name, test}) => store.select(name, test));
	const inPeriod = found.filter((series) => series.within({from, to, isLeftOpen: false}).length > 0);
	return new Set(inPeriod.map(({labels}) => labels));
};

const sortedTexts = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort();

/** `/series`. Throws a QueryError without a selector. */
export const listSeries = (store: Store, selectors: readonly string[], period: Period): readonly Labels[] => {
	if (selectors.length === 0) throw new QueryError('bad_data', 'no match[] parameter provided');
	return [...labelSets(store, selectors, period)].map((labels) => tidied(labels)).sort(compareLabels);
};

/** `/labels`. */
export const listLabels = (store: Store, selectors: readonly string[], period: Period): readonly string[] =>
	sortedTexts([...labelSets(store, selectors, period)].flatMap((labels) => Object.keys(tidied(labels))));

/** `/label/<name>/values`. Throws a QueryError when the name is none. */
export const listValues = (
	store: Store,
	name: string,
	selectors: readonly string[],
	period: Period,
): readonly string[] => {
	if (!/^[a-zA-Z_]\w*$/u.test(name)) throw new QueryError('bad_data', `invalid label name: "${name}"`);
	return sortedTexts(
		[...labelSets(store, selectors, period)].map((labels) => labels[name] ?? '').filter((value) => value !== ''),
	);
};

/** The type of a metric, which its name tells. */
export const typeOfMetric = (family: string, names: ReadonlySet<string>): 'histogram' | 'counter' | 'gauge' => {
	if (names.has(`${family}_bucket`)) return 'histogram';
	return family.endsWith('_total') || family.startsWith('envoy_') ? 'counter' : 'gauge';
};

/** The metric that a series belongs to: a histogram has three names. */
export const familyOf = (name: string, names: ReadonlySet<string>): string => {
	const base = name.replace(/_(?:bucket|sum|count)$/u, '');
	return names.has(`${base}_bucket`) ? base : name;
};

/** `/metadata`. */
export const listMetadata = (store: Store): Readonly<Record<string, readonly unknown[]>> => {
	const names = new Set(store.select(undefined, () => true).map(({labels}) => labels[NAME] ?? ''));
	const families = sortedTexts([...names].map((name) => familyOf(name, names)));
	return Object.fromEntries(
		families.map((family) => [family, [{type: typeOfMetric(family, names), help: '', unit: ''}]]),
	);
};
