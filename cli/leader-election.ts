// The daemon's flags of leader election; the first two are the peer's.
import {Option} from 'commander';
import type {DaemonConfig} from '../index.ts';
import {defaultTiming, mistakeIn} from '../services/election/lease-record.ts';
import {CommandError} from './errors.ts';
import {duration, namespaceName, truth} from './flags.ts';

export type LeaderElectionFlags = {
	readonly enableLeaderElection: boolean;
	readonly leaderElectionNamespace: string;
	readonly leaseDuration: number;
	readonly leaseRenewDeadline: number;
	readonly leaseRetryPeriod: number;
};

const {durationMs, renewDeadlineMs, retryPeriodMs} = defaultTiming;
const seconds = (ms: number): readonly [number, string] => [ms, `${ms / 1000}s`];

export const leaderElectionOptions = (): readonly Option[] => [
	new Option('--enable-leader-election [boolean]', 'of several replicas only one acts')
		.argParser(truth)
		.preset('true')
		.default(false)
		.env('AVIARY_ENABLE_LEADER_ELECTION'),
	new Option('--leader-election-namespace <name>', 'where the Lease lives, without --namespace')
		.argParser(namespaceName)
		.default('kube-system')
		.env('AVIARY_LEADER_ELECTION_NAMESPACE'),
	new Option('--lease-duration <duration>', 'silence of the leader after which another takes over')
		.argParser(duration)
		.default(...seconds(durationMs))
		.env('AVIARY_LEASE_DURATION'),
	new Option('--lease-renew-deadline <duration>', 'the leader stops acting when it could not renew for so long')
		.argParser(duration)
		.default(...seconds(renewDeadlineMs))
		.env('AVIARY_LEASE_RENEW_DEADLINE'),
	new Option('--lease-retry-period <duration>', 'time between renewals')
		.argParser(duration)
		.default(...seconds(retryPeriodMs))
		.env('AVIARY_LEASE_RETRY_PERIOD'),
];

/**
 * What the flags ask for; nothing without leader election. A daemon of certain namespaces keeps its Lease in the first
 * of them, so that it does not wait for one of others. Throws CommandError for times that cannot work.
 */
export const leaderElectionOf = (
	flags: LeaderElectionFlags,
	namespaces: readonly string[],
): Pick<DaemonConfig, 'leaderElection'> => {
	if (!flags.enableLeaderElection) {
		return {};
	}

	const timing = {
		durationMs: flags.leaseDuration,
		renewDeadlineMs: flags.leaseRenewDeadline,
		retryPeriodMs: flags.leaseRetryPeriod,
	};
	const mistake = mistakeIn(timing);
	if (mistake !== undefined) {
		throw new CommandError(mistake, 'see aviary daemon --help', {exitCode: 2});
	}

	const [namespace = flags.leaderElectionNamespace] = [...namespaces].sort();
	return {leaderElection: {namespace, ...timing}};
};
