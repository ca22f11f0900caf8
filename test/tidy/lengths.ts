// How long functions are: from the first line of one to its last, with all that is defined inside it.
import {
	isArrowFunction,
	isConstructorDeclaration,
	isFunctionDeclaration,
	isFunctionExpression,
	isGetAccessorDeclaration,
	isMethodDeclaration,
	isPropertyAssignment,
	isPropertyDeclaration,
	isVariableDeclaration,
	type Node,
} from 'typescript/unstable/ast';
import {visit, type Source} from './source.ts';

export type Measured = {readonly file: string; readonly name: string; readonly lines: number};

const isFunction = (node: Node): boolean =>
	isArrowFunction(node) ||
	isFunctionDeclaration(node) ||
	isFunctionExpression(node) ||
	isMethodDeclaration(node) ||
	isGetAccessorDeclaration(node) ||
	isConstructorDeclaration(node);

/** What gives a function its name, when it has none of its own. */
const isNaming = (node: Node): boolean =>
	isVariableDeclaration(node) || isPropertyAssignment(node) || isPropertyDeclaration(node);

const nameOf = (node: Node, around: readonly Node[]): string => {
	const own = (node as {name?: Node}).name ?? (around.findLast(isNaming) as {name?: Node} | undefined)?.name;
	return own?.getText() ?? 'without a name';
};

/** Every function, method and arrow of a source; what one answers with at once, curried, is a part of it. */
export const functionsOf = ({file, tree}: Source): readonly Measured[] => {
	const found: Measured[] = [];
	const lineAt = (place: number): number => tree.getLineAndCharacterOfPosition(place).line;
	visit(tree, (node, around) => {
		const outer = around.at(-1);
		if (isFunction(node) && !(outer !== undefined && isArrowFunction(outer) && outer.body === node)) {
			found.push({file, name: nameOf(node, around), lines: lineAt(node.end) - lineAt(node.getStart()) + 1});
		}
	});
	return found;
};
