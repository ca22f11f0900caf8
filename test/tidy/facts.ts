// What a state means stands in machines/facts: elsewhere nobody reads a path, or names a nested state.
import {
	isCallExpression,
	isNoSubstitutionTemplateLiteral,
	isPropertyAccessExpression,
	isRegularExpressionLiteral,
	isStringLiteral,
	isTemplateExpression,
	type Node,
} from 'typescript/unstable/ast';
import {isPath, paths} from '../../machines/facts.ts';
import {visit, type Source} from './source.ts';

const names = new Set(paths.flatMap((path) => path.split('.')));
const named = new RegExp(`\\b(?:${[...names].join('|')})\\b`);

/** It names a state, and finds one by it. */
const isOfPaths = (literal: string): boolean => {
	const [, pattern = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(literal) ?? [];
	const found = new RegExp(pattern, flags.replaceAll(/[gy]/g, ''));
	return named.test(pattern.replaceAll(/\\./g, ' ')) && paths.some((path) => found.test(path));
};

const textOf = (node: Node | undefined): string | undefined =>
	node !== undefined && (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) ? node.text : undefined;

const isStateOrPart = (text: string): boolean => {
	const parts = text.split('.').filter((part) => part !== '');
	return parts.length > 0 && parts.every((part) => names.has(part));
};

const readsPath = (node: Node): boolean => {
	const text = textOf(node);
	if (text !== undefined) return text.includes('.') && isPath(text);
	if (isRegularExpressionLiteral(node)) return isOfPaths(node.getText());
	if (isTemplateExpression(node)) return /^\w+\.$/.test(node.head.text) && isPath(node.head.text.slice(0, -1));
	if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return false;
	const asked = textOf(node.arguments[0]);
	return /^(?:starts|ends)With$/.test(node.expression.name.getText()) && asked !== undefined && isStateOrPart(asked);
};

/** Each place that reads a path or names a nested state, as it stands there. */
export const readersOfPaths = (given: readonly Source[]): readonly string[] =>
	given.flatMap(({file, tree}) => {
		const found: string[] = [];
		visit(tree, (node) => {
			if (readsPath(node)) found.push(`${file}: ${node.getText()}`);
		});
		return found;
	});
