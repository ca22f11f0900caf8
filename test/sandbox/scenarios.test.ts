// Every scenario that comes with Aviary, in both shapes and in virtual time: what its file expects must hold. Then what
// a user's own file can do.
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {builtInScenarios} from '../../sandbox/scenario/built-in.ts';
import type {Happening} from '../../sandbox/scenario/happenings.ts';
import {parseScenario} from '../../sandbox/scenario/mistakes.ts';
import {readScenario} from '../../sandbox/scenario/read.ts';
import {rehearse} from '../../sandbox/scenario/rehearsal.ts';

const shapes = ['first', 'today'] as const;

for (const name of builtInScenarios()) {
	for (const shape of shapes) {
		test(`${name}, shape ${shape}`, async (t) => {
			const scenario = await readScenario(name, shape);
			t.is(scenario.name, name);
			if (name === 'none') {
				t.deepEqual(scenario.objects, []);
				return;
			}

			const {findings, happenings} = await rehearse(scenario);
			t.true(findings.length > 0);
			t.deepEqual(
				findings.filter(({isMet}) => !isMet),
				[],
			);
			t.deepEqual(
				happenings.filter(({kind}) => kind === 'complaint'),
				[],
			);
		});
	}
}

/** A folder of the user's own with these files. */
const folderWith = async (t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> => {
	const folder = await mkdtemp(join(tmpdir(), 'aviary-scenario-'));
	t.teardown(() => rm(folder, {recursive: true}));
	await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
	return folder;
};

const head = 'name: mine\ndescription: one of my own\n';

test('expectations that do not hold are unmet, each with what was found instead', async (t) => {
	const folder = await folderWith(t, {
		'mine.yaml': `${head}extends: errors
expect:
  phase: Failed
  state: finished
  through: [progressing, promoting]
  never: [halted]
  weights: [5, 10]
  events: [{message: All is well, type: Normal}]
  noEvents: [{message: Rolling back}]
  errorShare: 0.001
  within: 15m
`,
	});
	const {findings} = await rehearse(await readScenario(join(folder, 'mine.yaml'), 'first'));
	t.deepEqual(
		findings.filter(({isMet}) => isMet).map(({text}) => text),
		['ends in phase Failed'],
	);
	const unmet = findings.filter(({isMet}) => !isMet).map(({text, found}) => `${text}: ${found}`);
	const patterns = [
		/^ends in state finished: state failed$/,
		/^passes through progressing, promoting: states progressing, halted, failed$/,
		/^is never halted: states progressing, halted, failed$/,
		/^weights 5, 10: weights 5, 0$/,
		/^event Normal \/All is well\/: the last event is "Canary failed!.*"$/,
		/^no event \/Rolling back\/: "Rolling back .*"$/,
		/^at most 0\.1 % of users' requests fail: \d+ of \d+ failed, [12]\.\d+ %$/,
		/^within 15m: it took longer$/,
	];
	t.is(unmet.length, patterns.length);
	for (const [index, pattern] of patterns.entries()) {
		t.regex(unmet[index] ?? '', pattern);
	}
});

const told = (happenings: readonly Happening[]): readonly string[] =>
	happenings.flatMap((one) => (one.kind === 'timeline' || one.kind === 'complaint' ? [one.text] : []));

test('a file of one’s own: manifests beside it and in it, changes at their times, a mistake is told', async (t) => {
	const folder = await folderWith(t, {
		'space.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n',
		'mine.yaml': `${head}manifests:
- space.yaml
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: one, namespace: shop}
extends: good
timeline:
- at: 30s
  apply:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: two, namespace: shop}
- at: 1m
  delete: {apiVersion: v1, kind: ConfigMap, namespace: shop, name: one}
- at: 90s
  delete: {apiVersion: v1, kind: ConfigMap, namespace: shop, name: one}
- when: {canary: test/podinfo, weight: 20}
  after: 5s
  patch:
    apiVersion: flagger.app/v1beta1
    kind: Canary
    namespace: test
    name: podinfo
    merge: {spec: {analysis: {maxWeight: 30}}}
expect:
  phase: Succeeded
  weights: [10, 20, 30, 0]
`,
	});
	const scenario = await readScenario(join(folder, 'mine.yaml'), 'today');
	const {findings, happenings} = await rehearse(scenario);
	t.deepEqual(
		findings.filter(({isMet}) => !isMet),
		[],
	);
	t.deepEqual(told(happenings), [
		'applied: ConfigMap shop/two',
		'deleted: ConfigMap shop/one',
		'patched: Canary test/podinfo',
		'deleted: ConfigMap shop/one',
		'the scenario\'s deleted: ConfigMap shop/one failed: configmaps "one" not found',
	]);
	const [applied, deleted] = happenings.filter(({kind}) => kind === 'timeline');
	t.is((deleted?.at ?? 0) - (applied?.at ?? 0), 3000, '30 s of the world at speed 10');
});

test('commands: to the first Canary or a named one, with a reason; one to nobody is told', async (t) => {
	const folder = await folderWith(t, {
		'mine.yaml': `${head}extends: good
timeline:
- at: 30s
  command: {canary: test/none, verb: pause}
- when: {weight: 20}
  command: {canary: test/podinfo, verb: pause, reason: checkout is slow}
- when: {weight: 20}
  after: 2m
  command: {verb: rollback}
expect:
  phase: Failed
  weights: [10, 20, 0]
  events: [{message: checkout is slow}]
`,
	});
	const {findings, happenings} = await rehearse(await readScenario(join(folder, 'mine.yaml'), 'today'));
	t.deepEqual(
		findings.filter(({isMet}) => !isMet),
		[],
	);
	t.deepEqual(told(happenings), [
		'asked: pause test/none (the scenario asks for it)',
		'the scenario\'s asked: pause test/none (the scenario asks for it) failed: canaries.flagger.app "none" not found',
		'asked: pause test/podinfo (checkout is slow)',
		'asked: rollback (the scenario asks for it)',
	]);
});

test('the example in the documentation is a scenario', async (t) => {
	const page = await readFile(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
	const [, example = ''] = /```yaml\n(name: checkout[^`]*)```/.exec(page) ?? [];
	t.is(parseScenario(example, 'docs/sandbox.md').timeline?.length, 2);
});

const unreadable: ReadonlyArray<readonly [string, string, RegExp]> = [
	['a manifest that is not there', 'manifests: [no.yaml]\n', /cannot read \/.*no\.yaml \(ENOENT\); correct the path$/],
	['an object without a kind', 'manifests: [{apiVersion: v1}]\n', /lacks apiVersion, kind or metadata\.name/],
	[
		'a release of nothing',
		'release: {deployment: test/none}\n',
		/release\.deployment is test\/none, of which there is no/,
	],
	['a shape that it has not', 'shapes: {today: {}}\n', /it has no shape first; ask for --shape today/],
	['a circle', 'extends: ./mine.yaml\n', /extends leads in a circle/],
	[
		'a release of no named deployment',
		'timeline: [{at: 1m, release: {image: a}}]\n',
		/names no deployment; write NAMESPACE/,
	],
	[
		'a command to no Canary',
		'timeline: [{at: 1m, command: {verb: pause}}]\n',
		/timeline\[0\]\.command names no canary; write NAMESPACE\/NAME$/,
	],
];

for (const [title, text, message] of unreadable) {
	test(`refused: ${title}`, async (t) => {
		const folder = await folderWith(t, {'mine.yaml': head + text});
		const error = await t.throwsAsync(readScenario(join(folder, 'mine.yaml'), 'first'), {name: 'ScenarioError'});
		t.regex(error?.message ?? '', message);
	});
}
