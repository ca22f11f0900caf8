// A/B testing: the requests that match are the canary's for so many rounds of checks; all others stay the primary's.
import {at, isAbsent, isBag, isSet, shown} from '../reading.ts';
import type {MatchRule} from '../shares.ts';
import {iterationsOf} from './iterations.ts';
import {isRouteless, type Asked, type Strategy} from './strategy.ts';

const conditions = ['headers', 'queryParams', 'sourceLabels'] as const;

const isEmpty = (rule: unknown): boolean =>
	!conditions.some((name) => {
		const condition = at(rule, name);
		return isBag(condition) && Object.keys(condition).length > 0;
	});

/** The rules as written; one that would take in every request is reported. */
const matchOf = ({analysis, field, findings}: Asked): readonly MatchRule[] => {
	const written = at(analysis, 'match');
	const rules = Array.isArray(written) ? (written as unknown[]) : [];
	if (!Array.isArray(written)) {
		findings.report(`${field}.match`, written, `${field}.match is ${shown(written)}, which is no list`, 'Write a list');
	}

	const empty = rules.findIndex((rule) => isEmpty(rule));
	if (empty >= 0) {
		const name = `${field}.match[${empty}]`;
		const text = `${name} names no header, query parameter or source label, so that it would match every request`;
		findings.report(name, rules[empty], text, 'Name a header, such as x-canary: {exact: insider}');
	}

	return rules.filter((rule) => isBag(rule));
};

export const abTesting: Strategy = {
	isAsked: (asked) => isSet(at(asked.analysis, 'match')) && !isRouteless(asked),
	plan(asked) {
		const {analysis, field, findings} = asked;
		const match = matchOf(asked);
		const isCounted = !isAbsent(at(analysis, 'iterations'));
		if (!isCounted) {
			const text = `${field}.match asks for A/B testing, but ${field}.iterations, how many rounds it lasts, is missing`;
			const remedy = `Set ${field}.iterations instead of stepWeight, or remove match`;
			findings.report(`${field}.match`, at(analysis, 'match'), text, remedy);
		}

		return {
			strategy: 'ab-testing',
			steps: [{share: {canary: 100, match}, rounds: isCounted ? iterationsOf(asked) : 1, tells: 'rounds'}],
			promotion: [],
		};
	},
};
