// The daemon's flags about records of runs.
import {Option} from 'commander';
import type {DaemonConfig} from '../index.ts';
import {CommandError} from './errors.ts';
import {duration, httpAddress, wholeNumber} from './flags.ts';

export type RecordFlags = {
	readonly runHistory: number;
	readonly runHistoryAge: number;
	readonly grafanaUrl?: string;
	readonly grafanaTokenFile?: string;
};

export const recordOptions = (): readonly Option[] => [
	new Option('--run-history <number>', 'records of runs that are kept a Canary')
		.argParser(wholeNumber(1, 1000))
		.default(10)
		.env('AVIARY_RUN_HISTORY'),
	new Option('--run-history-age <duration>', 'age at which a record goes, when the next run in its namespace ends')
		.argParser(duration)
		.default(90 * 24 * 3_600_000, '2160h')
		.env('AVIARY_RUN_HISTORY_AGE'),
	new Option('--grafana-url <url>', 'Grafana, to annotate runs there').argParser(httpAddress).env('AVIARY_GRAFANA_URL'),
	new Option('--grafana-token-file <file>', 'holds the token of a Grafana service account').env(
		'AVIARY_GRAFANA_TOKEN_FILE',
	),
];

/** Throws CommandError when one of Grafana's two flags is given without the other. */
export const recordsOf = (
	flags: RecordFlags,
): Required<Pick<DaemonConfig, 'runHistory'>> & Pick<DaemonConfig, 'grafana'> => {
	const {runHistory, runHistoryAge, grafanaUrl: url, grafanaTokenFile: tokenFile} = flags;
	if ((url === undefined) !== (tokenFile === undefined)) {
		throw new CommandError(
			`${url === undefined ? '--grafana-url' : '--grafana-token-file'} is missing`,
			'give both, or none',
			{exitCode: 2},
		);
	}

	return {
		runHistory: {count: runHistory, ageMs: runHistoryAge},
		...(url !== undefined && tokenFile !== undefined && {grafana: {url, tokenFile}}),
	};
};
