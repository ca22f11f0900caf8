// How a query fails, in Prometheus' own terms.

/** `bad_data` for what cannot be read (400), `execution` for what cannot be computed (422). */
export class QueryError extends Error {
	readonly errorType: 'bad_data' | 'execution';

	constructor(errorType: 'bad_data' | 'execution', message: string) {
		super(message);
		this.name = 'QueryError';
		this.errorType = errorType;
	}
}

/** The error of a query that does not parse, at an offset of its text. */
export const parseError = (query: string, offset: number, message: string): QueryError => {
	const lines = query.slice(0, offset).split('\n');
	const position = `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
	return new QueryError('bad_data', `invalid parameter "query": ${position}: parse error: ${message}`);
};

export const executionError = (message: string): QueryError => new QueryError('execution', message);
