// The queries that users write: which variables they name, and whether these tell the canary from the primary.

const variable = /\{\{-?\s*([A-Za-z_][\w.]*)\s*-?\}\}/g;

/** Strings of PromQL, in which a # is a letter, and comments. */
const stringOrComment = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*/gs;

/** PromQL without its comments. */
export const withoutComments = (query: string): string =>
	query.replaceAll(stringOrComment, (found) => (found.startsWith('#') ? '' : found));

/** `query` with each variable as `valueOf` has it, by its name and as it is written. */
export const replaceVariables = (query: string, valueOf: (name: string, written: string) => string): string =>
	query.replaceAll(variable, (written, name: string) => valueOf(name, written));

/** The variables that are the workload's own name; all others come out the same for canary and primary. */
const ofTheSide: Readonly<Record<'workloads' | 'revisions', readonly string[]>> = {
	workloads: ['target', 'ingress', 'route'],
	// Of a Knative Service both sides are revisions; its own name is that of both.
	revisions: ['route'],
};

/** The variables by which the query of a Canary with this provider tells its two sides apart. */
export const variablesOfTheSide = (provider: string): readonly string[] =>
	ofTheSide[provider === 'knative' ? 'revisions' : 'workloads'];

/** Whether PromQL asks something else of the canary than of the primary. */
export const tellsSidesApart = (query: string, provider: string): boolean => {
	const names = variablesOfTheSide(provider);
	return [...withoutComments(query).matchAll(variable)].some(([, name = '']) => names.includes(name));
};
