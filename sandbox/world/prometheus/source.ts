// The text of a query beside its syntax tree.
import type {SyntaxNode} from '@lezer/common';
import {parseError} from './query-error.ts';

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

	constructor(query: string) {
		this.query = query;
	}

	text(node: SyntaxNode): string {
		return this.query.slice(node.from, node.to);
	}

	/** Throws an error that points at the node. */
	fail(node: SyntaxNode, message: string): never {
		throw parseError(this.query, node.from, message);
	}

	/** As `fail`, for what a real Prometheus would know. */
	unsupported(node: SyntaxNode, what: string): never {
		return this.fail(node, `${what} is not supported by the sandbox's Prometheus`);
	}
}
