// Blue/green without a mesh on the embedded world: users are on the primary throughout, and a promotion is all they notice.
import test, {type ExecutionContext} from 'ava';
import {canaries, deployments, services} from '../../services/kubernetes/resources.ts';
import {phaseBecomes, words} from './assertions.ts';
import {startEmbeddedHarness, type EmbeddedHarness} from './embedded-harness.ts';
import {PROMOTED, beginOf, release, templateOf, today, type ReleaseShape, type Version} from './shapes.ts';

const ROUNDS = 3;

const shape: ReleaseShape = {
	...today,
	title: 'provider kubernetes',
	routes: services,
	async objects(namespace, version) {
		const objects = await today.objects(namespace, version);
		return objects.map((object) => {
			if (object.kind !== 'Canary') return object;
			const {stepWeight: _, maxWeight: __, ...analysis} = (object.spec?.['analysis'] ?? {}) as Record<string, unknown>;
			return {
				...object,
				spec: {...object.spec, provider: 'kubernetes', analysis: {...analysis, iterations: ROUNDS}},
			};
		});
	},
	begin: (harness, version) => beginOf(shape, harness, version),
	setBack: (harness) => release(harness, shape, {tag: PROMOTED}),
};

const begun = async (t: ExecutionContext, version: Version): Promise<EmbeddedHarness> => {
	const harness = await startEmbeddedHarness('test');
	t.teardown(() => harness.stop());
	await shape.begin(harness, version);
	return harness;
};

/** The tags that the primary had, and whom the users' Service selected since it is the primary's. */
const courseOf = async (harness: EmbeddedHarness) => {
	const history = await harness.history();
	const seen = <T>(values: readonly T[]): readonly T[] => values.filter((value, index) => value !== values[index - 1]);
	const of = (plural: string, name: string) =>
		history.filter((change) => change.plural === plural && change.object.metadata.name === name);
	return {
		primary: seen(
			of('deployments', 'podinfo-primary').map(({object}) =>
				templateOf(object).spec.containers[0]?.image.replace(/^.*:/, ''),
			),
		),
		users: seen(of('services', 'podinfo').map(({object}) => JSON.stringify(object.spec?.['selector']))),
	};
};

test('a good version is checked for so many rounds without users, and then promoted', async (t) => {
	const harness = await begun(t, {tag: '1.2.0'});
	// Before it the very first pods were not ready yet.
	const dropped = harness.dropped();
	const status = await phaseBecomes(harness, 'Succeeded');
	t.like(status, {state: 'finished', canaryWeight: 0, failedChecks: 0});
	t.is(status['lastPromotedSpec'], status['lastAppliedSpec']);
	const {primary, users} = await courseOf(harness);
	t.deepEqual(primary, [PROMOTED, '1.2.0']);
	t.deepEqual(users, ['{"app":"podinfo-primary"}'], 'nobody was ever sent to the canary');
	t.is((await harness.get(deployments, 'podinfo'))?.spec?.['replicas'], 0);
	t.is(harness.dropped(), dropped);
	const said = await words(harness);
	for (const round of [1, 2, 3]) t.true(said.includes(`Advance podinfo.test canary iteration ${round}/${ROUNDS}`));
	t.false(
		said.some((text) => text.startsWith('Routing all traffic')),
		'nothing is routed',
	);
	t.is(said.at(-1), 'Promotion completed! Scaling down podinfo.test');
});

test('a bad version is given up after so many failed checks, and no user ever meets it', async (t) => {
	const harness = await begun(t, {tag: '1.2.0', behaviour: {'error-rate': '0.4'}});
	const status = await phaseBecomes(harness, 'Failed');
	t.like(status, {state: 'failed', canaryWeight: 0});
	const {primary, users} = await courseOf(harness);
	t.deepEqual(primary, [PROMOTED]);
	t.deepEqual(users, ['{"app":"podinfo-primary"}']);
	const said = await words(harness);
	t.true(said.some((text) => /^Halt podinfo\.test advancement success rate \d+\.\d+% < 99%$/.test(text)));
	t.true(said.some((text) => text.startsWith('Rolling back podinfo.test failed checks threshold reached')));
	t.is((await harness.get(deployments, 'podinfo'))?.spec?.['replicas'], 0);
});

test('somebody points the users’ Service to the canary in mid-run: it is set back', async (t) => {
	const harness = await begun(t, {tag: '1.2.0'});
	await harness.eventually('the first round', async () => {
		const status = (await harness.get(canaries, 'podinfo'))?.status ?? {};
		return Number(status['iterations']) > 0 || undefined;
	});
	const selector = {op: 'replace', path: '/spec/selector', value: {app: 'podinfo'}} as const;
	await harness.patch(services, 'podinfo', [selector]);
	await phaseBecomes(harness, 'Succeeded');
	const {users} = await courseOf(harness);
	t.deepEqual(users, ['{"app":"podinfo-primary"}', '{"app":"podinfo"}', '{"app":"podinfo-primary"}']);
});
