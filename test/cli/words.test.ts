// What people type who come from elsewhere, or look for a word.
import test from 'ava';
import {openDesk, putCanary, run} from './desk.ts';

test('the words of other tools answer with ours, and what was written after them', async (t) => {
	for (const [words, wanted] of [
		[['abort', 'test/podinfo'], /^aviary: there is no command abort: aviary rollback test\/podinfo\n$/],
		[
			['undo', 'podinfo', '-n', 'test'],
			/undo: aviary rollback podinfo -n test while a run is under way; after a promotion /,
		],
		[['status'], /status: aviary explain NAME, or aviary wait NAME/],
		[['lint'], /lint: kubectl apply --dry-run=server/],
		[['dashboard'], /dashboard: aviary sandbox .*docs\/page\.md/],
		[['toString'], /unknown command 'toString'/],
	] as const) {
		const {code, out, err} = await run(words);
		t.is(code, 2);
		t.is(out, '');
		t.regex(err, wanted);
		t.is(err.trimEnd().split('\n').length, 1);
	}
});

test('--version says what version does', async (t) => {
	const {code, out} = await run(['--version']);
	t.is(code, 0);
	t.is(out, (await run(['version'])).out);
	t.is((await run(['-V'])).out, out);
});

test('the help has every command under a head', async (t) => {
	const {out} = await run(['--help']);
	const heads = out.split('\n').filter((line) => /^[A-Z][^:]*:$/.test(line));
	t.deepEqual(heads, [
		'Options:',
		'Run it:',
		'See what happens:',
		'Steer a run:',
		'Set up and mend:',
		'For the shell:',
		'Examples:',
	]);
});

const completions = async (...words: readonly string[]): Promise<readonly string[]> => {
	const {code, out} = await run(['__complete', '--', ...words]);
	if (code !== 0) throw new Error(`exit code ${code}`);
	return out.trim().split('\n');
};

test('names and namespaces are completed from the cluster', async (t) => {
	const desk = await openDesk();
	t.teardown(() => desk.close());
	putCanary(desk, {});
	putCanary(desk, {namespace: 'shop', name: 'cart'});
	putCanary(desk, {namespace: 'shop', name: 'podium'});
	const at = ['--kubeconfig', desk.kubeconfig];
	t.deepEqual(await completions('explain', ...at, '-n', 'shop', ''), ['cart\tshop', 'podium\tshop', ':4']);
	t.deepEqual(await completions('pause', ...at, '-n', 'shop', 'pod'), ['podium\tshop', ':4']);
	t.deepEqual(await completions('pause', ...at, 'shop/'), ['shop/cart\tshop', 'shop/podium\tshop', ':4']);
	t.deepEqual(await completions('get', ...at, '-n', ''), ['shop', 'test', ':4']);
	t.deepEqual(await completions('get', ...at, '--namespace=s'), ['--namespace=shop', ':4']);
	t.deepEqual(await completions('explain', '--kubeconfig', '/nowhere', ''), [':4'], 'nothing, where nobody tells');
});
