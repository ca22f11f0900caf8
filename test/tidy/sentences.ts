// Sentences are for people: nothing may be decided by what one says.
import {
	isBinaryExpression,
	isCallExpression,
	isIdentifier,
	isParenthesizedExpression,
	isPropertyAccessExpression,
	isRegularExpressionLiteral,
	isStringLiteral,
	SyntaxKind,
	type Node,
} from 'typescript/unstable/ast';
import {visit, type Source} from './source.ts';

/** Values that hold what people are told. */
const said = /^(?:waitingFor|reason|message|sentence)$/;
/** A `text` may be one too; where it is what somebody gave, it is not asked for several words. */
const text = /^text$/;

/** The name of a value, with what stands for it when it is absent left out. */
const nameOf = (node: Node): string => {
	if (isParenthesizedExpression(node)) return nameOf(node.expression);
	if (isBinaryExpression(node))
		return node.operatorToken.kind === SyntaxKind.QuestionQuestionToken ? nameOf(node.left) : '';
	return isPropertyAccessExpression(node) ? node.name.getText() : isIdentifier(node) ? node.text : '';
};

const isLiteral = (node: Node): boolean => isStringLiteral(node) || isRegularExpressionLiteral(node);

/** Of several words; one word may be a code. */
const isSentence = (node: Node): boolean => isLiteral(node) && node.getText().includes(' ');

const isAsked = (value: Node, by: Node): boolean =>
	isLiteral(by) && (said.test(nameOf(value)) || (text.test(nameOf(value)) && isSentence(by)));

const looking = new Set(['includes', 'startsWith', 'endsWith', 'match', 'search', 'indexOf']);

const asksOfSentence = (node: Node): boolean => {
	if (isBinaryExpression(node)) {
		const isComparison = /^[!=]==?$/.test(node.operatorToken.getText());
		return isComparison && isSentence(node.right) && isAsked(node.left, node.right);
	}

	if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return false;
	const {expression: on, name} = node.expression;
	const [first] = node.arguments;
	if (first === undefined) return false;
	return isRegularExpressionLiteral(on) ? isAsked(first, on) : looking.has(name.getText()) && isAsked(on, first);
};

/** Each place that asks what a sentence says, as it stands there. */
export const readersOf = (given: readonly Source[]): readonly string[] =>
	given.flatMap(({file, tree}) => {
		const found: string[] = [];
		visit(tree, (node) => {
			if (asksOfSentence(node)) found.push(`${file}: ${node.getText()}`);
		});
		return found;
	});
