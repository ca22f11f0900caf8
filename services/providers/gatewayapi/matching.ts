// `spec.service.match` in the Gateway API's words. What has no word there is a problem: left out, it would route others.
import type {Problem} from '../../../api/model.ts';
import {isSet} from '../../../api/reading.ts';
import type {RequestMatch, StringMatch} from '../../../api/service-model.ts';

type Form = 'exact' | 'prefix' | 'regex';

const forms: readonly Form[] = ['exact', 'prefix', 'regex'];

const formOf = (match: StringMatch): Form | undefined => forms.find((form) => match[form] !== undefined);

const paths = {exact: 'Exact', prefix: 'PathPrefix', regex: 'RegularExpression'} as const;

type Named = {readonly type: 'Exact' | 'RegularExpression'; readonly name: string; readonly value: string};

export type Match = {
	readonly path: {readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'; readonly value: string};
	readonly headers?: readonly Named[];
	readonly queryParams?: readonly Named[];
	readonly method?: string;
};

const everything: Match = {path: {type: 'PathPrefix', value: '/'}};

/** Sorted, for objects have no order of their own, and a route that differs by it would be written for ever. */
const namedOf = (written: Readonly<Record<string, StringMatch>> = {}): readonly Named[] =>
	Object.entries(written)
		.toSorted(([left], [right]) => (left < right ? -1 : 1))
		.flatMap(([name, {exact, regex}]): readonly Named[] => {
			if (exact !== undefined) return [{type: 'Exact', name, value: exact}];
			return regex === undefined ? [] : [{type: 'RegularExpression', name, value: regex}];
		});

const pathOf = (uri: StringMatch | undefined): Match['path'] => {
	const form = uri && formOf(uri);
	return form === undefined ? everything.path : {type: paths[form], value: uri?.[form] ?? '/'};
};

const matchOf = (written: RequestMatch): Match => {
	const [headers, queryParams] = [namedOf(written.headers), namedOf(written.queryParams)];
	const method = written.method?.exact;
	return {
		path: pathOf(written.uri),
		...(headers.length > 0 && {headers}),
		...(queryParams.length > 0 && {queryParams}),
		...(method !== undefined && {method}),
	};
};

/** The matches of a rule; one of everything where none is written. */
export const matchesOf = (written: readonly RequestMatch[] = []): readonly Match[] =>
	written.length === 0 ? [everything] : written.map((one) => matchOf(one));

const unspoken = (field: string, value: unknown, what: string): Problem => ({
	field,
	value: typeof value === 'string' ? value : JSON.stringify(value),
	text: `${field} ${what}, which no HTTPRoute can`,
	remedy: 'Match by uri, a method that is exact, or headers and queryParams that are exact or a regex',
});

/** As the definition of an HTTPRoute has it of paths that are no pattern. */
const PATH = /^(?!.*(?:\/\/|\/\.{1,2}(?:\/|$)|%2[fF]))\/(?:[\w\-/.~!$&'()*+,;=:@]|%[\da-fA-F]{2})*$/u;
const PATH_LENGTH = 1024;

const pathProblems = (field: string, uri: StringMatch): readonly Problem[] => {
	const form = formOf(uri);
	const value = form && uri[form];
	if (form === undefined || form === 'regex' || value === undefined) return [];
	if (value.length <= PATH_LENGTH && PATH.test(value)) return [];
	const remedy = 'Begin it with /, and leave out //, /./, /../, %2F and what is no part of a path, or match by a regex';
	return [{field: `${field}.${form}`, value, text: `${field}.${form} is no path that an HTTPRoute takes`, remedy}];
};

const wronglyMatched = (field: string, match: StringMatch, allowed: readonly Form[]): readonly Problem[] => {
	const form = formOf(match);
	if (form !== undefined && allowed.includes(form)) return [];
	return [unspoken(field, match, form === undefined ? 'matches any value' : `matches by ${form}`)];
};

const allOf = (field: string, named: Readonly<Record<string, StringMatch>> = {}): readonly Problem[] =>
	Object.entries(named).flatMap(([name, match]) => wronglyMatched(`${field}.${name}`, match, ['exact', 'regex']));

/** Members of `spec.service.match` that no HTTPRoute can say. A name says nothing of requests. */
export const matchProblems = (written: readonly RequestMatch[] = []): readonly Problem[] =>
	written.flatMap(({name: _, uri, method, headers, queryParams, ...others}, index) => {
		const field = `spec.service.match[${index}]`;
		return [
			...(uri === undefined ? [] : wronglyMatched(`${field}.uri`, uri, forms)),
			...(uri === undefined ? [] : pathProblems(`${field}.uri`, uri)),
			...(method === undefined ? [] : wronglyMatched(`${field}.method`, method, ['exact'])),
			...allOf(`${field}.headers`, headers),
			...allOf(`${field}.queryParams`, queryParams),
			...Object.entries(others)
				.filter(([, value]) => isSet(value))
				.map(([member, value]) => unspoken(`${field}.${member}`, value, `tells requests apart by ${member}`)),
		];
	});
