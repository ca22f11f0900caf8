// The text of a query beside its syntax tree.
import type {SyntaxNode} from '@lezer/common';
import {QueryError} from './query-error.ts';

/** The node's children without comments. */
export const children = (node: SyntaxNode): readonly SyntaxNode[] => {
	const found: SyntaxNode[] = [];
	for (let child = node.firstChild; child !== null; child = child.nextSibling) {
		if (child.name !== 'LineComment') found.push(child);
	}

	return found;
};

export class Source {
	readonly query: string;
	readonly #parameter: string;

	/** `parameter` is the name of the HTTP parameter that has the text. */
	constructor(query: string, parameter: string) {
		this.query = query;
		this.#parameter = parameter;
	}

	text(node: SyntaxNode): string {
		return this.query.slice(node.from, node.to);
	}

	/** Throws an error that points at the node. */
	fail(node: SyntaxNode, message: string): never {
		return this.failAt(node.from, message);
	}

	/** Throws an error that points at an offset. */
	failAt(offset: number, message: string): never {
		const lines = this.query.slice(0, offset).split('\n');
		const position = `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
		throw new QueryError('bad_data', `invalid parameter "${this.#parameter}": ${position}: parse error: ${message}`);
	}

	/** As `fail`, for what a real Prometheus would know. */
	unsupported(node: SyntaxNode, what: string): never {
		return this.fail(node, `${what} is not supported by the sandbox's Prometheus`);
	}
}
