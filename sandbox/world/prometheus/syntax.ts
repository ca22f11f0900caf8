// From Lezer's tree to an expression: refuses what does not parse and what this Prometheus does not know.
import type {SyntaxNode} from '@lezer/common';
import {parser} from '@prometheus-io/lezer-promql';
import {typeOf} from './expression-type.ts';
import type {Aggregate, Binary, Expression, Grouping, Matching} from './expression.ts';
import {FUNCTIONS} from './functions.ts';
import {unquote} from './matchers.ts';
import {parseError} from './query-error.ts';
import {readNumber, readRange, readSelector} from './selectors.ts';
import {children, Source} from './source.ts';

const AGGREGATIONS = new Set(['sum', 'avg', 'max', 'min', 'count']);
const SET_OPERATORS = new Set(['and', 'or', 'unless']);
const OPERATORS = new Set(['+', '-', '*', '/', '%', '^', '==', '!=', '>', '<', '>=', '<=', ...SET_OPERATORS]);
const COMPARISONS = new Set(['==', '!=', '>', '<', '>=', '<=']);

class Reader {
	readonly #source: Source;

	constructor(query: string) {
		this.#source = new Source(query);
	}

	read(): Expression {
		const tree = parser.parse(this.#source.query);
		if (this.#source.query.replaceAll(/#[^\n]*/gu, '').trim() === '') {
			throw parseError('', 0, 'no expression found in input');
		}

		this.#refuseErrors(tree.topNode);
		const [top] = children(tree.topNode);
		if (top === undefined) throw parseError('', 0, 'no expression found in input');
		return this.#expression(top);
	}

	#refuseErrors(top: SyntaxNode): void {
		let at = -1;
		top.cursor().iterate((node) => {
			if (at < 0 && node.type.isError) at = node.from;
		});
		if (at < 0) return;
		// The grammar knows the functions by name, so that a call of any other is an error behind its name.
		const called = /([A-Za-z_]\w*)\s*$/u.exec(this.#source.query.slice(0, at));
		const rest = this.#source.query.slice(at).trimStart();
		if (called !== null && rest.startsWith('(')) {
			throw parseError(this.#source.query, called.index, `unknown function with name "${called[1]}"`);
		}

		const token = /^(?:[\w.]+|\S)/u.exec(rest)?.[0];
		throw parseError(this.#source.query, at, token === undefined ? 'unexpected end of input' : `unexpected "${token}"`);
	}

	#expression(node: SyntaxNode): Expression {
		switch (node.name) {
			case 'NumberDurationLiteral': {
				return {kind: 'number', value: readNumber(this.#source, node)};
			}

			case 'StringLiteral': {
				return {kind: 'string', value: unquote(this.#source.text(node))};
			}

			case 'ParenExpr': {
				return this.#expression(children(node)[0] as SyntaxNode);
			}

			case 'VectorSelector': {
				return readSelector(this.#source, node);
			}

			case 'MatrixSelector': {
				return readRange(this.#source, node);
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
				return this.#source.unsupported(node, '"offset"');
			}

			case 'StepInvariantExpr': {
				return this.#source.unsupported(node, '"@"');
			}

			case 'SubqueryExpr': {
				return this.#source.unsupported(node, 'a subquery');
			}

			default: {
				return this.#source.unsupported(node, `"${this.#source.text(node)}"`);
			}
		}
	}

	#unary(node: SyntaxNode): Expression {
		const [sign, operand] = children(node) as [SyntaxNode, SyntaxNode];
		const inner = this.#expression(operand);
		const type = typeOf(inner);
		if (type !== 'scalar' && type !== 'instant vector') {
			const allowed = 'unary expression only allowed on expressions of type scalar or instant vector';
			this.#source.fail(node, `${allowed}, got "${type}"`);
		}

		return this.#source.text(sign) === '-' ? {kind: 'negation', inner} : inner;
	}

	#labels(node: SyntaxNode | null): readonly string[] {
		return node === null ? [] : children(node).map((label) => this.#source.text(label));
	}

	#matching(clause: SyntaxNode | undefined): Matching {
		if (clause === undefined) return {isOn: false, labels: []};
		const parts = children(clause);
		const group = parts.find(({name}) => name === 'GroupLeft' || name === 'GroupRight');
		if (group !== undefined) this.#source.unsupported(group, `"${this.#source.text(group)}"`);
		return {isOn: clause.getChild('On') !== null, labels: this.#labels(clause.getChild('GroupingLabels'))};
	}

	#binary(node: SyntaxNode): Binary {
		const parts = children(node);
		const [first, operatorNode] = parts as [SyntaxNode, SyntaxNode];
		const operator = this.#source.text(operatorNode).toLowerCase();
		if (!OPERATORS.has(operator)) this.#source.unsupported(operatorNode, `"${operator}"`);
		const left = this.#expression(first);
		const right = this.#expression(parts.at(-1) as SyntaxNode);
		const isBool = node.getChild('BoolModifier') !== null;
		const matching = this.#matching(parts.find(({name}) => name === 'MatchingModifierClause'));
		const types = [typeOf(left), typeOf(right)];
		if (types.some((type) => type === 'string' || type === 'range vector')) {
			this.#source.fail(node, 'binary expression must contain only scalar and instant vector types');
		}

		if (types.includes('scalar') && SET_OPERATORS.has(operator)) {
			this.#source.fail(node, `set operator "${operator}" not allowed in binary scalar expression`);
		}

		if (types.every((type) => type === 'scalar') && COMPARISONS.has(operator) && !isBool) {
			this.#source.fail(node, 'comparisons between scalars must use BOOL modifier');
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
		const operator = this.#source.text(node.getChild('AggregateOp') as SyntaxNode).toLowerCase();
		if (!AGGREGATIONS.has(operator)) this.#source.unsupported(node, `the aggregation "${operator}"`);
		const args = children(node.getChild('FunctionCallBody') as SyntaxNode);
		if (args.length !== 1) {
			this.#source.fail(
				node,
				`wrong number of arguments for aggregate expression provided, expected 1, got ${args.length}`,
			);
		}

		const inner = this.#expression(args[0] as SyntaxNode);
		if (typeOf(inner) !== 'instant vector') {
			this.#source.fail(node, `expected type instant vector in aggregation expression, got ${typeOf(inner)}`);
		}

		return {kind: 'aggregate', operator, grouping: this.#grouping(node), inner};
	}

	#call(node: SyntaxNode): Expression {
		const name = this.#source.text(node.getChild('FunctionIdentifier') as SyntaxNode);
		const known = FUNCTIONS[name];
		if (known === undefined) return this.#source.unsupported(node, `the function "${name}"`);
		const body = node.getChild('FunctionCallBody');
		const nodes = body === null ? [] : children(body);
		const {takes, optional = 0} = known;
		if (nodes.length > takes.length || nodes.length < takes.length - optional) {
			this.#source.fail(node, `expected ${takes.length} argument(s) in call to "${name}", got ${nodes.length}`);
		}

		const args = nodes.map((argument, index) => {
			const expression = this.#expression(argument);
			const [wanted, got] = [takes[index], typeOf(expression)];
			if (wanted === got) return expression;
			return this.#source.fail(argument, `expected type ${wanted} in call to function "${name}", got ${got}`);
		});
		return {kind: 'call', name, args};
	}
}

/** Reads a query; throws a QueryError that says where and why it cannot. */
export const parseQuery = (query: string): Expression => new Reader(query).read();
