// From Lezer's tree to an expression: refuses what does not parse and what this Prometheus does not know.
import type {SyntaxNode} from '@lezer/common';
import {parser} from '@prometheus-io/lezer-promql';
import type {Aggregate, Binary, Expression, Grouping, Matching, Range, Selector, ValueType} from './expression.ts';
import {FUNCTIONS} from './functions.ts';
import {matcherTest, unquote, type Matcher} from './matchers.ts';
import {parseError} from './query-error.ts';
import {NAME} from './samples.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
	...{ms: 1, s: 1000, m: 60_000, h: 3_600_000},
	...{d: 86_400_000, w: 604_800_000, y: 31_536_000_000},
};
const AGGREGATIONS = new Set(['sum', 'avg', 'max', 'min', 'count']);
const SET_OPERATORS = new Set(['and', 'or', 'unless']);
const OPERATORS = new Set(['+', '-', '*', '/', '%', '^', '==', '!=', '>', '<', '>=', '<=', ...SET_OPERATORS]);
const COMPARISONS = new Set(['==', '!=', '>', '<', '>=', '<=']);

const children = (node: SyntaxNode): readonly SyntaxNode[] => {
	const found: SyntaxNode[] = [];
	for (let child = node.firstChild; child !== null; child = child.nextSibling) {
		if (child.name !== 'LineComment') found.push(child);
	}

	return found;
};

/** What kind of value an expression has. */
export const typeOf = (expression: Expression): ValueType => {
	switch (expression.kind) {
		case 'number': {
			return 'scalar';
		}

		case 'string': {
			return 'string';
		}

		case 'range': {
			return 'range vector';
		}

		case 'selector':
		case 'aggregate': {
			return 'instant vector';
		}

		case 'negation': {
			return typeOf(expression.inner);
		}

		case 'call': {
			return FUNCTIONS[expression.name]?.result ?? 'instant vector';
		}

		case 'binary': {
			const isScalar = [expression.left, expression.right].every((side) => typeOf(side) === 'scalar');
			return isScalar ? 'scalar' : 'instant vector';
		}
	}
};

class Reader {
	readonly #query: string;

	constructor(query: string) {
		this.#query = query;
	}

	read(): Expression {
		const tree = parser.parse(this.#query);
		if (this.#query.replaceAll(/#[^\n]*/gu, '').trim() === '') {
			throw parseError('', 0, 'no expression found in input');
		}

		this.#refuseErrors(tree.topNode);
		const [top] = children(tree.topNode);
		if (top === undefined) throw parseError('', 0, 'no expression found in input');
		return this.#expression(top);
	}

	#text(node: SyntaxNode): string {
		return this.#query.slice(node.from, node.to);
	}

	#fail(node: SyntaxNode, message: string): never {
		throw parseError(this.#query, node.from, message);
	}

	#unknown(node: SyntaxNode, what: string): never {
		return this.#fail(node, `${what} is not supported by the sandbox's Prometheus`);
	}

	#refuseErrors(top: SyntaxNode): void {
		let at = -1;
		top.cursor().iterate((node) => {
			if (at < 0 && node.type.isError) at = node.from;
		});
		if (at < 0) return;
		// The grammar knows the functions by name, so that a call of any other is an error behind its name.
		const called = /([A-Za-z_]\w*)\s*$/u.exec(this.#query.slice(0, at));
		const rest = this.#query.slice(at).trimStart();
		if (called !== null && rest.startsWith('(')) {
			throw parseError(this.#query, called.index, `unknown function with name "${called[1]}"`);
		}

		const token = /^(?:[\w.]+|\S)/u.exec(rest)?.[0];
		throw parseError(this.#query, at, token === undefined ? 'unexpected end of input' : `unexpected "${token}"`);
	}

	#expression(node: SyntaxNode): Expression {
		switch (node.name) {
			case 'NumberDurationLiteral': {
				return {kind: 'number', value: this.#number(node)};
			}

			case 'StringLiteral': {
				return {kind: 'string', value: unquote(this.#text(node))};
			}

			case 'ParenExpr': {
				return this.#expression(children(node)[0] as SyntaxNode);
			}

			case 'VectorSelector': {
				return this.#selector(node);
			}

			case 'MatrixSelector': {
				return this.#range(node);
			}

			case 'UnaryExpr': {
				return this.#unary(node);
			}

			case 'BinaryExpr': {
				return this.#binary(node);
			}

			case 'AggregateExpr': {
				return this.#aggregate(node);
			}

			case 'FunctionCall': {
				return this.#call(node);
			}

			case 'OffsetExpr': {
				return this.#unknown(node, '"offset"');
			}

			case 'StepInvariantExpr': {
				return this.#unknown(node, '"@"');
			}

			case 'SubqueryExpr': {
				return this.#unknown(node, 'a subquery');
			}

			default: {
				return this.#unknown(node, `"${this.#text(node)}"`);
			}
		}
	}

	#number(node: SyntaxNode): number {
		const text = this.#text(node).replaceAll('_', '').toLowerCase();
		const named = /^([+-]?)(inf|nan)$/u.exec(text);
		if (named !== null) return named[2] === 'nan' ? Number.NaN : named[1] === '-' ? -Infinity : Infinity;
		const sign = text.startsWith('-') ? -1 : 1;
		const number = Number(text.replace(/^[+-]/u, ''));
		return sign * (Number.isNaN(number) ? this.#milliseconds(node) / 1000 : number);
	}

	#milliseconds(node: SyntaxNode): number {
		const text = this.#text(node).trim().replace(/^[+-]/u, '');
		if (/^\d+(?:\.\d+)?$/u.test(text)) return Number(text) * 1000;
		if (!/^(?:\d+(?:ms|[smhdwy]))+$/u.test(text)) return this.#fail(node, `bad number or duration syntax: "${text}"`);
		return [...text.matchAll(/(\d+)(ms|[smhdwy])/gu)].reduce(
			(sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0),
			0,
		);
	}

	#matchers(node: SyntaxNode): readonly Matcher[] {
		return children(node).flatMap((list) =>
			list.name === 'LabelMatchers' ? children(list).map((child) => this.#matcher(child)) : [],
		);
	}

	#matcher(node: SyntaxNode): Matcher {
		if (node.name === 'QuotedLabelName') {
			return {label: NAME, operator: '=', value: unquote(this.#text(children(node)[0] ?? node))};
		}

		const [label, operator, value] = children(node);
		if (label === undefined || operator === undefined || value === undefined) return this.#fail(node, 'bad matcher');
		const name = this.#text(label);
		return {
			label: name.startsWith('"') ? unquote(name) : name,
			operator: this.#text(operator),
			value: unquote(this.#text(value)),
		};
	}

	#selector(node: SyntaxNode): Selector {
		const identifier = node.getChild('Identifier');
		const given = this.#matchers(node);
		const named = identifier === null ? [] : [{label: NAME, operator: '=', value: this.#text(identifier)}];
		const matchers = [...named, ...given];
		const tests = matchers.map((matcher) => {
			try {
				return matcherTest(matcher);
			} catch (error) {
				return this.#fail(node, `error parsing regexp: ${(error as Error).message}`);
			}
		});
		if (matchers.every((matcher) => matcherTest(matcher)({}))) {
			this.#fail(node, 'vector selector must contain at least one non-empty matcher');
		}

		const equal = matchers.filter(({operator, label}) => operator === '=' && label !== NAME);
		return {
			kind: 'selector',
			name: matchers.find(({label, operator}) => label === NAME && operator === '=')?.value,
			test: (labels) => tests.every((test) => test(labels)),
			equal: Object.fromEntries(equal.map(({label, value}) => [label, value])),
		};
	}

	#range(node: SyntaxNode): Range {
		const [inner, duration] = children(node);
		if (inner?.name !== 'VectorSelector') return this.#fail(node, 'ranges only allowed for vector selectors');
		if (duration === undefined) return this.#fail(node, 'missing duration');
		const ms = this.#milliseconds(duration);
		if (ms <= 0) this.#fail(duration, 'duration must be greater than 0');
		return {kind: 'range', selector: this.#selector(inner), ms};
	}

	#unary(node: SyntaxNode): Expression {
		const [sign, operand] = children(node) as [SyntaxNode, SyntaxNode];
		const inner = this.#expression(operand);
		const type = typeOf(inner);
		if (type !== 'scalar' && type !== 'instant vector') {
			const allowed = 'unary expression only allowed on expressions of type scalar or instant vector';
			this.#fail(node, `${allowed}, got "${type}"`);
		}

		return this.#text(sign) === '-' ? {kind: 'negation', inner} : inner;
	}

	#labels(node: SyntaxNode | null): readonly string[] {
		return node === null ? [] : children(node).map((label) => this.#text(label));
	}

	#matching(clause: SyntaxNode | undefined): Matching {
		if (clause === undefined) return {isOn: false, labels: []};
		const parts = children(clause);
		const group = parts.find(({name}) => name === 'GroupLeft' || name === 'GroupRight');
		if (group !== undefined) this.#unknown(group, `"${this.#text(group)}"`);
		return {isOn: clause.getChild('On') !== null, labels: this.#labels(clause.getChild('GroupingLabels'))};
	}

	#binary(node: SyntaxNode): Binary {
		const parts = children(node);
		const [first, operatorNode] = parts as [SyntaxNode, SyntaxNode];
		const operator = this.#text(operatorNode).toLowerCase();
		if (!OPERATORS.has(operator)) this.#unknown(operatorNode, `"${operator}"`);
		const left = this.#expression(first);
		const right = this.#expression(parts.at(-1) as SyntaxNode);
		const isBool = node.getChild('BoolModifier') !== null;
		const matching = this.#matching(parts.find(({name}) => name === 'MatchingModifierClause'));
		const types = [typeOf(left), typeOf(right)];
		if (types.some((type) => type === 'string' || type === 'range vector')) {
			this.#fail(node, 'binary expression must contain only scalar and instant vector types');
		}

		if (types.includes('scalar') && SET_OPERATORS.has(operator)) {
			this.#fail(node, `set operator "${operator}" not allowed in binary scalar expression`);
		}

		if (types.every((type) => type === 'scalar') && COMPARISONS.has(operator) && !isBool) {
			this.#fail(node, 'comparisons between scalars must use BOOL modifier');
		}

		return {kind: 'binary', operator, isBool, matching, left, right};
	}

	#grouping(node: SyntaxNode): Grouping | undefined {
		const modifier = node.getChild('AggregateModifier');
		if (modifier === null) return undefined;
		const isWithout = modifier.getChild('Without') !== null;
		return {isWithout, labels: this.#labels(modifier.getChild('GroupingLabels'))};
	}

	#aggregate(node: SyntaxNode): Aggregate {
		const operator = this.#text(node.getChild('AggregateOp') as SyntaxNode).toLowerCase();
		if (!AGGREGATIONS.has(operator)) this.#unknown(node, `the aggregation "${operator}"`);
		const args = children(node.getChild('FunctionCallBody') as SyntaxNode);
		if (args.length !== 1) {
			this.#fail(node, `wrong number of arguments for aggregate expression provided, expected 1, got ${args.length}`);
		}

		const inner = this.#expression(args[0] as SyntaxNode);
		if (typeOf(inner) !== 'instant vector') {
			this.#fail(node, `expected type instant vector in aggregation expression, got ${typeOf(inner)}`);
		}

		return {kind: 'aggregate', operator, grouping: this.#grouping(node), inner};
	}

	#call(node: SyntaxNode): Expression {
		const name = this.#text(node.getChild('FunctionIdentifier') as SyntaxNode);
		const known = FUNCTIONS[name];
		if (known === undefined) return this.#unknown(node, `the function "${name}"`);
		const body = node.getChild('FunctionCallBody');
		const nodes = body === null ? [] : children(body);
		const {takes, optional = 0} = known;
		if (nodes.length > takes.length || nodes.length < takes.length - optional) {
			this.#fail(node, `expected ${takes.length} argument(s) in call to "${name}", got ${nodes.length}`);
		}

		const args = nodes.map((argument, index) => {
			const expression = this.#expression(argument);
			const [wanted, got] = [takes[index], typeOf(expression)];
			if (wanted === got) return expression;
			return this.#fail(argument, `expected type ${wanted} in call to function "${name}", got ${got}`);
		});
		return {kind: 'call', name, args};
	}
}

/** Reads a query; throws a QueryError that says where and why it cannot. */
export const parseQuery = (query: string): Expression => new Reader(query).read();
