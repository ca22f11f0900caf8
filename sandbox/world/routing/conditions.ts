// What a route asks of a request, compiled once. Regular expressions are RE2 to Istio and JavaScript's here.
import type {Labels} from '../objects.ts';
import type {Condition, Incoming} from './route.ts';

/** One of the three; without any of them it is enough that there is a text. */
export type TextMatch = {readonly exact?: string; readonly prefix?: string; readonly regex?: string};

type Named = ReadonlyArray<readonly [name: string, match: TextMatch]>;

/** All that is given must hold. */
export type Matching = {
	readonly path?: TextMatch & {readonly ignoreCase?: boolean};
	/** A prefix of whole segments: `/api` holds for `/api/v1` and not for `/apis`. */
	readonly segments?: string;
	readonly method?: TextMatch;
	readonly authority?: TextMatch;
	readonly headers?: Named;
	readonly withoutHeaders?: Named;
	readonly query?: Named;
	/** Labels of the pod that asks. */
	readonly sourceLabels?: Labels;
	/** Names of gateways, `mesh` for pods. */
	readonly gateways?: readonly string[];
};

type Test = (text: string | undefined) => boolean;

const expressionTest = (regex: string, ignoreCase: boolean): Test => {
	const [, flag, pattern = regex] = /^(\(\?i\))?([\s\S]*)$/u.exec(regex) ?? [];
	try {
		const expression = new RegExp(`^(?:${pattern})$`, ignoreCase || flag !== undefined ? 'iu' : 'u');
		return (text) => text !== undefined && expression.test(text);
	} catch {
		// A server of Istio's would have refused it; here it holds for nothing.
		return () => false;
	}
};

const textTest = ({exact, prefix, regex}: TextMatch, ignoreCase = false): Test => {
	if (regex !== undefined) return expressionTest(regex, ignoreCase);
	const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
	if (exact !== undefined) return (text) => text !== undefined && fold(text) === fold(exact);
	if (prefix !== undefined) return (text) => text !== undefined && fold(text).startsWith(fold(prefix));
	return (text) => text !== undefined;
};

const segmentsTest = (prefix: string): Test => {
	const bare = prefix.replace(/\/+$/u, '');
	return (path = '') => path === bare || path.startsWith(`${bare}/`);
};

const namedTests = (named: Named): ReadonlyArray<readonly [string, Test]> =>
	named.map(([name, match]) => [name, textTest(match)] as const);

const sourceTest =
	({sourceLabels = {}, gateways = []}: Matching) =>
	({source}: Incoming): boolean => {
		const isNamed = gateways.length === 0 || gateways.some((name) => (name === 'mesh') === (source.kind === 'pod'));
		const labels = source.kind === 'pod' ? source.labels : {};
		return isNamed && Object.entries(sourceLabels).every(([name, value]) => labels[name] === value);
	};

/** Compiles what is asked for. */
export const conditionOf = (matching: Matching): Condition => {
	const tests: Array<(request: Incoming) => boolean> = [sourceTest(matching)];
	const {path, segments, method, authority} = matching;
	const [headers, without] = [namedTests(matching.headers ?? []), namedTests(matching.withoutHeaders ?? [])];
	const query = namedTests(matching.query ?? []);
	const ask = (test: Test, of: (request: Incoming) => string | undefined): void => {
		tests.push((request) => test(of(request)));
	};

	if (path !== undefined) ask(textTest(path, path.ignoreCase), (request) => request.path);
	if (segments !== undefined) ask(segmentsTest(segments), (request) => request.path);
	if (method !== undefined) ask(textTest(method), (request) => request.method);
	if (authority !== undefined) ask(textTest(authority), (request) => request.host);
	for (const [name, test] of headers) ask(test, (request) => request.headers[name.toLowerCase()]);
	for (const [name, test] of without) tests.push((request) => !test(request.headers[name.toLowerCase()]));
	if (query.length > 0) {
		tests.push((request) => {
			const asked = new URLSearchParams(request.query);
			return query.every(([name, test]) => test(asked.get(name) ?? undefined));
		});
	}

	const prefix = segments?.replace(/\/+$/u, '') ?? path?.prefix;
	return {accepts: (request) => tests.every((test) => test(request)), ...(prefix !== undefined && {prefix})};
};

/** Holds where both do. */
export const both = (left: Condition, right: Condition): Condition => {
	const prefix = right.prefix ?? left.prefix;
	return {
		accepts: (request) => left.accepts(request) && right.accepts(request),
		...(prefix !== undefined && {prefix}),
	};
};
