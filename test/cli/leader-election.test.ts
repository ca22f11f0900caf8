// The daemon's flags of leader election: the peer's spellings, where the Lease lives, and times that cannot work.
import {Command} from 'commander';
import test from 'ava';
import {leaderElectionOf, leaderElectionOptions, type LeaderElectionFlags} from '../../cli/leader-election.ts';
import {CommandError} from '../../cli/errors.ts';

const flagsOf = (...words: readonly string[]): LeaderElectionFlags => {
	const command = new Command().exitOverride().configureOutput({writeErr() {}});
	for (const option of leaderElectionOptions()) command.addOption(option);
	return command.parse(words, {from: 'user'}).opts();
};

const defaults = {namespace: 'kube-system', durationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000};

test('off by default; on with the peer’s spellings', (t) => {
	t.deepEqual(leaderElectionOf(flagsOf(), []), {});
	t.deepEqual(leaderElectionOf(flagsOf('--enable-leader-election=false'), []), {});
	for (const word of ['--enable-leader-election', '--enable-leader-election=true', '--enable-leader-election=1']) {
		t.deepEqual(leaderElectionOf(flagsOf(word), []), {leaderElection: defaults});
	}

	t.throws(() => flagsOf('--enable-leader-election=perhaps'), {message: /'perhaps'.*true or false/});
});

test('the Lease lives where the flag says, or in the first of the daemon’s own namespaces', (t) => {
	const flags = flagsOf('--enable-leader-election', '--leader-election-namespace', 'aviary-system');
	t.is(leaderElectionOf(flags, []).leaderElection?.namespace, 'aviary-system');
	t.is(leaderElectionOf(flags, ['test', 'shop']).leaderElection?.namespace, 'shop');
	t.is(leaderElectionOf(flags, ['shop', 'test']).leaderElection?.namespace, 'shop');
});

test('times are taken, and refused when they cannot work', (t) => {
	const words = ['--lease-duration', '30s', '--lease-renew-deadline', '20s', '--lease-retry-period', '4s'];
	const timing = {durationMs: 30_000, renewDeadlineMs: 20_000, retryPeriodMs: 4000};
	t.like(leaderElectionOf(flagsOf('--enable-leader-election', ...words), []).leaderElection, timing);
	const error = t.throws(
		() => leaderElectionOf(flagsOf('--enable-leader-election', '--lease-renew-deadline', '15s'), []),
		{instanceOf: CommandError},
	);
	t.is(error?.exitCode, 2);
	t.regex(error?.message ?? '', /--lease-renew-deadline \(15000 ms\) must be shorter than --lease-duration/);
});
