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

export const executionError = (message: string): QueryError => new QueryError('execution', message);
