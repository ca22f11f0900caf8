// From Lezer's tree to an expression: refuses what does not parse and what this Prometheus does not know.
import type {SyntaxNode} from '@lezer/common';
import {parser} from '@prometheus-io/lezer-promql';
import {typeOf} from './expression-type.ts';
import type {Aggregate, Binary, Expression, Grouping, Matching, Selector} from './expression.ts';
import {FUNCTIONS} from './functions.ts';
import {QueryError} from './query-error.ts';
import {readNumber, readRange, readSelector, readString} from './selectors.ts';
import {children, Source} from './source.ts';

const AGGREGATIONS = new Set(['sum', 'avg', 'max', 'min', 'count']);
const SET_OPERATORS = new Set(['and', 'or', 'unless']);
const OPERATORS = new Set(['+', '-', '*', '/', '%', '^', '==', '!=', '>', '<', '>=', '<=', ...SET_OPERATORS]);
const COMPARISONS = new Set(['==', '!=', '>', '<', '>=', '<=']);

class Reader {
	readonly #source: Source;

	constructor(query: string, parameter = 'query') {
		this.#source = new Source(query, parameter);
	}

	read(): Expression {
		const tree = parser.parse(this.#source.query);
		if (this.#source.query.replaceAll(/#[^\n]*/gu, '').trim() === '') {
			this.#source.failAt(0, 'no expression found in input');
		}

		this.#refuseErrors(tree.topNode);
		const [top] = children(tree.topNode);
		return top === undefined ? this.#source.failAt(0, 'no expression found in input') : this.#expression(top);
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
			this.#source.failAt(called.index, `unknown function with name "${called[1]}"`);
		}

		const token = /^(?:[\w.]+|\S)/u.exec(rest)?.[0];
		this.#source.failAt(at, token === undefined ? 'unexpected end of input' : `unexpected "${token}"`);
	}

	#expression(node: SyntaxNode): Expression {
		switch (node.name) {
			case 'NumberDurationLiteral': {
				return {kind: 'number', value: readNumber(this.#source, node)};
			}

			case 'StringLiteral': {
				return {kind: 'string', value: readString(this.#source, node)};
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

	#labels(node: SyntaxNode | null | undefined): readonly string[] {
		if (node === null || node === undefined) return [];
		return children(node).map((label) =>
			label.name === 'QuotedLabelName' ? readString(this.#source, label) : this.#source.text(label),
		);
	}

	#matching(clause: SyntaxNode | undefined, operator: string): Matching {
		if (clause === undefined) return {isOn: false, labels: []};
		const parts = children(clause);
		const isOn = clause.getChild('On') !== null;
		const place = parts.findIndex(({name}) => name === 'GroupLeft' || name === 'GroupRight');
		const [before, behind] = [parts.slice(0, place < 0 ? undefined : place), parts.slice(place + 1)];
		const labels = this.#labels(before.find(({name}) => name === 'GroupingLabels'));
		const group = parts[place];
		if (group === undefined) return {isOn, labels};
		if (SET_OPERATORS.has(operator)) this.#source.fail(clause, `no grouping allowed for "${operator}" operation`);
		const include = this.#labels(behind.find(({name}) => name === 'GroupingLabels'));
		const twice = isOn ? include.find((label) => labels.includes(label)) : undefined;
		if (twice !== undefined) {
			this.#source.fail(clause, `label "${twice}" must not occur in ON and GROUP clause at once`);
		}

		return {isOn, labels, many: {side: group.name === 'GroupLeft' ? 'left' : 'right', include}};
	}

	#binary(node: SyntaxNode): Expression {
		const parts = children(node);
		const [first, operatorNode] = parts as [SyntaxNode, SyntaxNode];
		const operator = this.#source.text(operatorNode).toLowerCase();
		if (!OPERATORS.has(operator)) this.#source.unsupported(operatorNode, `"${operator}"`);
		const left = this.#expression(first);
		const right = this.#expression(parts.at(-1) as SyntaxNode);
		const isBool = node.getChild('BoolModifier') !== null;
		if (isBool && !COMPARISONS.has(operator)) {
			this.#source.fail(node, 'bool modifier can only be used on comparison operators');
		}

		const clause = parts.find(({name}) => name === 'MatchingModifierClause');
		const binary: Binary = {kind: 'binary', operator, isBool, matching: this.#matching(clause, operator), left, right};
		this.#refuseTypes(node, binary, clause !== undefined);
		// The tree binds the sign of a number closer than a power; PromQL does not.
		if (operator !== '^' || left.kind !== 'number' || !this.#source.text(first).startsWith('-')) return binary;
		return {kind: 'negation', inner: {...binary, left: {kind: 'number', value: -left.value}}};
	}

	#refuseTypes(node: SyntaxNode, {operator, isBool, left, right}: Binary, isMatched: boolean): void {
		const types = [typeOf(left), typeOf(right)];
		if (types.some((type) => type === 'string' || type === 'range vector')) {
			this.#source.fail(node, 'binary expression must contain only scalar and instant vector types');
		}

		if (types.includes('scalar') && isMatched) {
			this.#source.fail(node, 'vector matching only allowed between instant vectors');
		}

		if (types.includes('scalar') && SET_OPERATORS.has(operator)) {
			this.#source.fail(node, `set operator "${operator}" not allowed in binary scalar expression`);
		}

		if (types.every((type) => type === 'scalar') && COMPARISONS.has(operator) && !isBool) {
			this.#source.fail(node, 'comparisons between scalars must use BOOL modifier');
		}
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

/** Reads a selector alone, as `match[]` has it; throws a QueryError. */
export const parseMatch = (text: string): Selector => {
	const expression = new Reader(text, 'match[]').read();
	if (expression.kind === 'selector') return expression;
	throw new QueryError('bad_data', `invalid parameter "match[]": "${text}" is no selector`);
};
