// `--inspect`: what it may be given, and where the daemon then listens.
import {Command} from 'commander';
import test from 'ava';
import {inspectOption} from '../../cli/inspect-flag.ts';
import {run} from './desk.ts';

const read = (...words: readonly string[]): unknown => {
	const command = new Command()
		.exitOverride()
		.configureOutput({writeErr() {}})
		.addOption(inspectOption());
	return command.parse(words, {from: 'user'}).opts()['inspect'];
};

test('off unless asked for; a port, an address or both', (t) => {
	t.is(read(), undefined);
	t.deepEqual(read('--inspect'), {address: '127.0.0.1', port: 8095});
	t.deepEqual(read('--inspect', '9000'), {address: '127.0.0.1', port: 9000});
	t.deepEqual(read('--inspect', '127.0.0.2'), {address: '127.0.0.2', port: 8095});
	t.deepEqual(read('--inspect', 'localhost:0'), {address: '127.0.0.1', port: 0});
	t.deepEqual(read('--inspect', '[::1]:9000'), {address: '::1', port: 9000});
	t.deepEqual(read('--inspect', '::1'), {address: '::1', port: 8095});
});

for (const address of ['0.0.0.0:8095', '10.0.0.1', '[::]:8095', '::', 'aviary.example.com', '127.0.0.1.evil.example']) {
	test(`beyond the loopback it is refused: ${address}`, async (t) => {
		for (const command of ['daemon', 'sandbox']) {
			const {code, out, err} = await run([command, '--inspect', address]);
			t.is(code, 2);
			t.is(out, '');
			t.regex(err, /^aviary: .*--inspect.*Only the loopback will do, such as 127\.0\.0\.1:8095; .*port-forward.*\n$/);
		}
	});
}

test('a port that is none is refused', async (t) => {
	const {code, err} = await run(['daemon', '--inspect', '127.0.0.1:70000']);
	t.is(code, 2);
	t.regex(err, /--inspect.*65535/);
});
