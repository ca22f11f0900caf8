// migrate, as it is typed: the manifest on standard output, what changes beside it.
import test from 'ava';
import {parse} from 'yaml';
import {run} from './desk.ts';

const file = (name: string): string => `artifacts/examples/001/${name}.yaml`;
const files = (...names: readonly string[]): readonly string[] => names.flatMap((name) => ['-f', file(name)]);

test('the manifest can be piped on, and what changes is said beside it', async (t) => {
	const {code, out, err} = await run(['migrate', ...files('rollout', 'primary', 'virtual-service')]);
	t.is(code, 0, err);
	t.like(parse(out), {kind: 'Canary', spec: {targetRef: {name: 'podinfo'}, service: {port: 9898}}});
	t.regex(err, /^Rollout podinfo:\n- Release new versions by Deployment podinfo /);
	const json = await run(['migrate', '-o', 'json', ...files('rollout', 'primary', 'virtual-service')]);
	t.deepEqual(JSON.parse(json.out), parse(out));
});

test('several at once are a list, and flags tell what manifests do not', async (t) => {
	const twice = [...files('rollout'), '-f', 'artifacts/rollouts/podinfo.yaml'];
	const {code, out, err} = await run([
		'migrate',
		'-o',
		'json',
		'--port',
		'80',
		'--control-loop-interval',
		'1m',
		...twice,
	]);
	t.is(code, 0, err);
	const {kind, items} = JSON.parse(out) as {kind: string; items: ReadonlyArray<{spec: unknown}>};
	t.is(kind, 'List');
	t.is(items.length, 2);
	for (const {spec} of items) t.like(spec, {service: {port: 80}, analysis: {interval: '1m'}});
	t.notRegex(err, /control-loop-interval/, 'nobody is told to set what was given');
	const untold = await run(['migrate', '--port', '80', ...files('rollout')]);
	t.regex(untold.err, /interval is 10s, for none was written; set it to the old --control-loop-interval/);
});

for (const [what, words, complaint] of [
	['no port', files('rollout'), /Rollout podinfo cannot be migrated: spec\.service\.port is not known.*; .*--port/],
	['no Canary', files('primary'), /has no Rollout and no Canary; name a file that has one/],
	['no file', ['-f', 'nowhere.yaml'], /--filename nowhere\.yaml cannot be read \(ENOENT\); name a file, or -/],
	['no route that stays', ['--part', 'route', ...files('rollout', 'primary')], /add --delegate, or leave out --part/],
	['no flag', [], /required option '-f, --filename <file>'/],
] as const) {
	test(`${what}: one line that tells what to do`, async (t) => {
		const {code, out, err} = await run(['migrate', ...words]);
		t.not(code, 0);
		t.is(out, '');
		t.regex(err, complaint);
		t.is(err.trimEnd().split('\n').length, 1);
	});
}
