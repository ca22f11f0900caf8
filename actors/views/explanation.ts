// One Canary in words, from the same source as status, events and `aviary explain`.
import type {CanaryDetail, Explanation} from '../../api/http/canary-views.ts';
import {outermost, pathWords} from '../../api/http/state-words.ts';

const LATELY = 6;
const ASKED = 5;
const INDENT = 16;

const clockText = (at: string): string => `${at.slice(0, 19)}Z`;

const factsOf = (detail: CanaryDetail): Explanation['facts'] => {
	const {path, phase, suspended, message, since, weight, target, primary, steps} = detail;
	const {failedChecks, threshold, wait, reason, problems, verdict} = detail;
	const until = wait.until === undefined ? '' : `; until ${clockText(wait.until)}: ${wait.untilWhat}`;
	const wrong = problems.map(({text, remedy}) => `${text}. ${remedy}`).join('; ');
	const facts = [
		[
			'State',
			`${pathWords(path) || detail.custody}${phase === '' ? '' : ` (phase ${phase})`}${suspended ? ', suspended' : ''}`,
		],
		['Does', message || 'nothing yet'],
		['Since', clockText(since)],
		['Traffic', `${weight} % to ${target.name}, ${100 - weight} % to ${primary.name}; steps ${steps.join(', ')}`],
		['Checks', `${failedChecks} failed; ${threshold === undefined ? 'they only halt' : `${threshold} end the run`}`],
		['Last verdict', verdict === undefined ? '' : [verdict.outcome, verdict.text].filter(Boolean).join(': ')],
		['Waits for', `${wait.text || 'nothing'}${until}`],
		['Because', reason === wait.text ? '' : reason],
		['Wrong', wait.text.includes(wrong) ? '' : wrong],
		['Then', wait.afterwards],
	] as const;
	return facts.flatMap(([title, text]) => (text === '' ? [] : [{title, text}]));
};

/** A word that a shell takes as it is. */
const shellWord = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** What a person can do, each with what to type. */
export const possibleOf = ({
	actions,
	problems,
	name,
	namespace,
}: Pick<CanaryDetail, 'actions' | 'problems' | 'name' | 'namespace'>): Explanation['possible'] => [
	...(problems.length === 0
		? []
		: [{what: 'mend what is wrong', command: `kubectl -n ${namespace} edit canary ${shellWord(name)}`}]),
	...actions
		.filter(({possible}) => possible)
		.map(({verb, message}) => {
			const what = verb === 'set-weight' ? `${verb} ${shellWord(name)} WEIGHT` : `${verb} ${shellWord(name)}`;
			return {what: message, command: `aviary ${what} -n ${namespace} --reason '…'`};
		}),
];

const section = (title: string, lines: readonly string[]): string =>
	lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;

/** The words for a Canary. */
export const explanationOf = (detail: CanaryDetail): Explanation => {
	const {namespace, name, state} = detail;
	const facts = factsOf(detail);
	const lately = detail.events.slice(-LATELY).map(({at, type, text}) => `${clockText(at)}  ${type.padEnd(9)}${text}`);
	const asked = detail.commands.slice(-ASKED).map(({at, verb, weight, requestedBy, reason, outcome, message}) => {
		const answer = outcome === undefined ? 'not answered yet' : `${outcome}, ${message}`;
		const what = weight === undefined ? verb : `${verb} ${weight}`;
		return `${clockText(at)}  ${what} by ${requestedBy}: ${reason} (${answer})`;
	});
	const ends = detail.next.filter(({to}) => outermost(to) !== state).map(({to, text}) => `${outermost(to)}: ${text}`);
	const exits = [...new Set(ends)];
	const possible = possibleOf(detail);
	const text = [
		`${name} in ${namespace}\n`,
		...facts.map((fact) => `${fact.title.padEnd(INDENT)}${fact.text}\n`),
		section('What happened last', lately),
		section('What was asked', asked),
		section(`What ends the state ${state}`, exits),
		section(
			'What you can do now',
			possible.map(({what, command}) => `${what}\n    ${command}`),
		),
	].join('');
	return {namespace, name, facts, lately, asked, exits, possible, text};
};
