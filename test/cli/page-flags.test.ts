import test from 'ava';
import {Command} from 'commander';
import {pageOf, pageOptions, type PageFlags} from '../../cli/page-flags.ts';

const read = (...words: readonly string[]): ReturnType<typeof pageOf> => {
	const command = new Command().exitOverride().configureOutput({writeErr() {}});
	for (const option of pageOptions()) {
		command.addOption(option);
	}

	return pageOf(command.parse([...words], {from: 'user'}).opts<PageFlags>());
};

test('the page is served unless its port is 0; everybody may read unless told otherwise', (t) => {
	t.like(read().ui, {port: 8090, auth: 'open', allowedHosts: []});
	t.deepEqual(read('--ui-port', '0'), {});
	t.like(read('--ui-auth', 'token', '--ui-address', '127.0.0.1', '--ui-base-path', '/aviary').ui, {
		auth: 'token',
		address: '127.0.0.1',
		basePath: '/aviary',
	});
});

test('hosts come one by one or with commas, in lower case', (t) => {
	t.deepEqual(read('--ui-allowed-hosts', 'A.example.com, .b.example', '--ui-allowed-hosts', 'c').ui?.allowedHosts, [
		'a.example.com',
		'.b.example',
		'c',
	]);
});

for (const [flag, value] of [
	['--ui-allowed-hosts', 'https://a.example'],
	['--ui-allowed-hosts', 'a.example:443'],
	['--ui-allowed-hosts', '*'],
	['--ui-address', 'localhost'],
	['--ui-auth', 'nobody'],
	['--ui-base-path', 'aviary'],
	['--ui-base-path', '/a b'],
	['--ui-port', '65536'],
] as const) {
	test(`${flag} ${value} is refused, naming the flag`, (t) => {
		t.throws(() => read(flag, value), {message: new RegExp(flag)});
	});
}
