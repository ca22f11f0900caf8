// A query as the evaluator sees it.
import type {Matcher} from './matchers.ts';
import type {SeriesTest} from './series.ts';

export type Grouping = {readonly isWithout: boolean; readonly labels: readonly string[]};

/** Which labels pair the two sides of an operator: only these, or all but these. */
export type Matching = {
	readonly isOn: boolean;
	readonly labels: readonly string[];
	/** The side of which several samples may have the same pair, with the labels that they take over from it. */
	readonly many?: {readonly side: 'left' | 'right'; readonly include: readonly string[]};
};

export type Selector = {
	readonly kind: 'selector';
	readonly name: string | undefined;
	/** The only value of the label by which series are shelved that the test takes. */
	readonly shelf: string | undefined;
	readonly test: SeriesTest;
	/** As written, for `absent`. */
	readonly matchers: readonly Matcher[];
};

export type Binary = {
	readonly kind: 'binary';
	readonly operator: string;
	readonly isBool: boolean;
	readonly matching: Matching;
	readonly left: Expression;
	readonly right: Expression;
};

export type Call = {readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]};

export type Aggregate = {
	readonly kind: 'aggregate';
	readonly operator: string;
	readonly grouping: Grouping | undefined;
	readonly inner: Expression;
};

export type Range = {readonly kind: 'range'; readonly selector: Selector; readonly ms: number};

export type Expression =
	| {readonly kind: 'number'; readonly value: number}
	| {readonly kind: 'string'; readonly value: string}
	| Selector
	| Range
	| {readonly kind: 'negation'; readonly inner: Expression}
	| Binary
	| Aggregate
	| Call;

export type ValueType = 'scalar' | 'string' | 'instant vector' | 'range vector';
