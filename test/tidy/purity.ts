// What would make a run depend on anything but its inputs: the clock, chance, the log, the network, taken and not given.
import {
	isCallExpression,
	isIdentifier,
	isNewExpression,
	isPropertyAccessExpression,
	type Node,
} from 'typescript/unstable/ast';
import {visit, type Source} from './source.ts';

/** Globals of which nothing may be asked. */
const objects = /^(?:Date|console|process|performance)$/;
/** And those that may not be called; of `AbortSignal` and `Math` the rest is harmless. */
const calls = /^(?:setTimeout|setInterval|setImmediate|fetch|randomUUID|AbortSignal\.timeout|Math\.random)$/;

const isImpure = (node: Node): boolean => {
	if (isNewExpression(node)) return node.expression.getText() === 'Date';
	if (isCallExpression(node)) return calls.test(node.expression.getText());
	return isPropertyAccessExpression(node) && isIdentifier(node.expression) && objects.test(node.expression.text);
};

/** What a chart or an actor may not do by itself, each with its file. */
export const impureIn = (given: readonly Source[]): readonly string[] => found(given, isImpure);

const isOwnClock = (node: Node): boolean =>
	isCallExpression(node) && /^(?:setTimeout|setInterval|Date\.now|Math\.random)$/.test(node.expression.getText());

/** Where a service takes the time, or chance, past its door. */
export const ownClocksIn = (given: readonly Source[]): readonly string[] => found(given, isOwnClock);

const found = (given: readonly Source[], is: (node: Node) => boolean): readonly string[] =>
	given.flatMap(({file, tree}) => {
		const places: string[] = [];
		visit(tree, (node) => {
			if (is(node)) places.push(`${file}: ${node.getText().split('\n')[0] ?? ''}`);
		});
		return places;
	});
