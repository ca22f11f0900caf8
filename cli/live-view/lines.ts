// What happens in the sandbox, a line each: for pipes, files, and the last lines of the live view.
import type {createColors} from 'picocolors';
import type {Happening, Started} from '../../sandbox/scenario/happenings.ts';
import {plain} from '../terminal.ts';

export type Colors = ReturnType<typeof createColors>;

const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 19);

const toTry = (canary: string | undefined): string => {
	if (canary === undefined) return 'get canaries -A';
	const [namespace = '', name = ''] = plain(canary).split('/');
	return `-n ${namespace} describe canary/${name}`;
};

/** Where everything is found, for the beginning. */
export const greeting = (
	colors: Colors,
	{speed, rps, addresses, kubeconfig, canary, scenario, description}: Started,
): string =>
	[
		'',
		`  ${colors.bold('Aviary sandbox')}  ${colors.dim(`a small Kubernetes on this machine; time runs ${speed} times faster`)}`,
		'',
		...addresses.map(([title, address]) => `  ${title.padEnd(12)} ${address}`),
		`  ${'Users'.padEnd(12)} ${rps} requests/s to each routed host`,
		`  ${'Try'.padEnd(12)} ${colors.cyan(`kubectl --kubeconfig ${kubeconfig} ${toTry(canary)}`)}`,
		'',
		`  Scenario ${colors.bold(plain(scenario))}: ${plain(description)}. Ctrl-C ends it.`,
		'',
	].join('\n');

/** The line of a happening, without its time; undefined for what is not told in lines. */
const messageOf = (colors: Colors, happening: Happening): string | undefined => {
	switch (happening.kind) {
		case 'event': {
			const {type, message, object} = happening.event;
			const mark = type === 'Warning' ? colors.yellow('!') : colors.green('✓');
			return `${mark} ${plain(message)} ${colors.dim(plain(object))}`;
		}

		case 'state': {
			const {canary, from, to} = happening.state;
			const before = colors.dim(from === '' ? 'begins' : from);
			return `${colors.cyan('→')} ${canary} ${before} → ${colors.bold(to)}`;
		}

		case 'timeline': {
			return `${colors.magenta('◆')} ${plain(happening.text)}`;
		}

		case 'complaint': {
			return `${colors.red('✗')} ${plain(happening.text)}`;
		}

		case 'finding': {
			const {text, isMet, found} = happening.finding;
			return isMet
				? `${colors.green('✓')} expected: ${plain(text)}`
				: `${colors.red('✗')} expected: ${plain(text)}; but ${plain(found)}`;
		}

		default: {
			return undefined;
		}
	}
};

/** As `messageOf`, with the time. */
export const lineOf = (colors: Colors, happening: Happening): string | undefined => {
	const message = messageOf(colors, happening);
	return message === undefined ? undefined : `${colors.dim(clockTime(happening.at))} ${message}`;
};

/** The same for programs; undefined for what is not told in lines. */
export const factsOf = (happening: Happening): object | undefined => {
	const time = new Date(happening.at).toISOString();
	switch (happening.kind) {
		case 'event': {
			return happening.event;
		}

		case 'state': {
			return happening.state;
		}

		case 'timeline': {
			return {time, timeline: happening.text};
		}

		case 'complaint': {
			return {time, complaint: happening.text};
		}

		case 'finding': {
			const {text, isMet, found} = happening.finding;
			return {time, expected: text, met: isMet, ...(!isMet && {found})};
		}

		default: {
			return undefined;
		}
	}
};

/** The line of `--output json`; undefined for what is not told in lines. */
export const jsonOf = (happening: Happening): string | undefined => {
	const facts = factsOf(happening);
	return facts && JSON.stringify(facts);
};
