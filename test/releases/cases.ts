// Releases from their beginning to their end, as a user sees them; the same on the embedded world and on a real cluster.
import type {ExecutionContext} from 'ava';
import {
	canaries,
	controllerRevisions,
	destinationRules,
	horizontalPodAutoscalers,
	services,
} from '../../services/kubernetes/resources.ts';
import type {Harness} from './harness.ts';
import {
	advances,
	assertPromoted,
	film,
	goodWords,
	midRun,
	phaseBecomes,
	runOf,
	statusBecomes,
	statusOf,
	words,
} from './assertions.ts';
import {assertRules, courseOf} from './moments.ts';
import {PROMOTED, initialized, release, templateOf, type ReleaseShape, type Version} from './shapes.ts';
import {userObjects, withScaler} from './scalers.ts';
import {writtenSince} from './writes.ts';

export type Case = {
	readonly title: string;
	readonly run: (t: ExecutionContext, harness: Harness, shape: ReleaseShape) => Promise<void>;
};

const NEW = '1.2.0';
const NEWER = '1.3.0';
const INTERVAL_MS = 60_000;
const bad: Version = {tag: NEW, behaviour: {'error-rate': '0.4'}};

const good: Case = {
	title: 'a good release is promoted step by step, and nobody notices',
	async run(t, harness, shape) {
		await shape.begin(harness, {tag: NEW});
		await statusBecomes(harness, 'the first weight', (status) => status['canaryWeight'] === shape.weights[0]);
		const droppedBefore = harness.dropped();
		await assertPromoted(t, harness, shape, NEW);
		t.deepEqual(await words(harness), goodWords(shape, harness.namespace));
		const moments = await film(harness, shape);
		t.deepEqual(courseOf(runOf(moments), 'canaryWeight'), [0, ...shape.weights, 0]);
		const generations = courseOf(moments, 'primaryGeneration');
		t.is((generations.at(-1) ?? 0) - (generations[0] ?? 0), 1, 'the primary was written once');
		t.is(harness.dropped(), droppedBefore, 'no request of a user was lost');
	},
};

const failing: Case = {
	title: 'a release with errors is rolled back at the threshold, and the primary is never touched',
	async run(t, harness, shape) {
		await shape.begin(harness, bad);
		const status = await phaseBecomes(harness, 'Failed');
		t.like(status, {state: 'failed', canaryWeight: 0, failedChecks: shape.threshold});
		const {namespace} = harness;
		const said = await words(harness);
		const halts = said.filter((text) => text.startsWith('Halt '));
		t.true(halts.length > 0);
		for (const halt of halts) {
			t.regex(halt, new RegExp(`^Halt podinfo\\.${namespace} advancement success rate \\d+\\.\\d\\d% < 99%$`));
		}

		const who = shape.isGenerated ? shape.target.replace(/-canary$/, '') : shape.target;
		t.deepEqual(
			said.filter((text) => !halts.includes(text)),
			[
				...shape.opening(namespace),
				...advances(shape, namespace, shape.weights.slice(0, 1)),
				`Rolling back ${who}.${namespace} failed checks threshold reached ${shape.threshold}`,
				`Canary failed! Scaling down ${shape.target}.${namespace}`,
			],
		);
		const moments = await film(harness, shape);
		assertRules(t, moments, shape);
		t.deepEqual(courseOf(runOf(moments), 'canaryWeight'), [0, ...shape.weights.slice(0, 1), 0]);
		t.is(courseOf(moments, 'primaryTemplate').length, 1, 'the primary was never rolled');
		t.like(moments.at(-1), {canaryReplicas: 0, primaryTag: PROMOTED});
	},
};

const restarted: Case = {
	title: 'a new image in mid-run starts the run over, and only the new one is promoted',
	async run(t, harness, shape) {
		// Good for two steps, then not: so there are steps and failed checks to be forgotten.
		await shape.begin(harness, {tag: NEW, behaviour: {'error-rate': '0@150s,0.4'}});
		const before = await statusBecomes(harness, 'a failed check', (status) => Number(status['failedChecks']) > 0);
		const reached = Number(before['canaryWeight']);
		await release(harness, shape, {tag: NEWER});
		await assertPromoted(t, harness, shape, NEWER);

		const moments = await film(harness, shape);
		const climbed = shape.weights.filter((weight) => weight <= reached);
		t.deepEqual(courseOf(runOf(moments), 'canaryWeight'), [0, ...climbed, 0, ...shape.weights, 0]);
		const anew = moments.filter(({status}) => {
			const revision = status['canaryRevision'];
			return revision !== '' && revision !== undefined && revision !== before['canaryRevision'];
		});
		const last = anew.filter(({status}) => status['phase'] !== 'Initialized' && status['phase'] !== 'Initializing');
		t.true(last.every(({status}) => status['failedChecks'] === 0));
		const said = await words(harness);
		const at = said.findIndex((text) => shape.restart(harness.namespace).test(text));
		t.true(at > 0, `said that it starts over: ${said.join('; ')}`);
		t.deepEqual(said.slice(at + 1), [
			shape.start(harness.namespace),
			...advances(shape, harness.namespace, shape.weights),
			...shape.promotion(harness.namespace),
		]);
	},
};

const suspended: Case = {
	title: 'a suspended release stands still, and goes on where it was',
	async run(t, harness, shape) {
		await shape.begin(harness, {tag: NEW});
		await midRun(harness, shape);
		await harness.patch(canaries, 'podinfo', [{op: 'add', path: '/spec/suspend', value: true}]);
		await statusBecomes(harness, 'it shows', (status) => /suspended/.test(String(status['reason'])));
		const known = (await harness.history()).length;
		await harness.pass(3 * INTERVAL_MS);
		t.deepEqual(writtenSince(await harness.history(), known), [], 'only the status was written');
		t.is((await statusOf(harness))['canaryWeight'], shape.weights[1]);

		await harness.patch(canaries, 'podinfo', [{op: 'replace', path: '/spec/suspend', value: false}]);
		await assertPromoted(t, harness, shape, NEW);
		t.deepEqual(await words(harness), goodWords(shape, harness.namespace));
	},
};

const generated = [
	[services, 'podinfo'],
	[services, 'podinfo-primary'],
	[services, 'podinfo-canary'],
	[destinationRules, 'podinfo-primary'],
	[destinationRules, 'podinfo-canary'],
	[controllerRevisions, 'podinfo-promoted'],
] as const;

const assertCollected = async (harness: Harness, {workloads, primary, routes}: ReleaseShape): Promise<void> => {
	for (const [kind, name] of [[workloads, primary] as const, [routes, 'podinfo'] as const, ...generated]) {
		await harness.eventually(`${kind.kind} ${name} is collected`, async () =>
			(await harness.get(kind, name)) === undefined ? true : undefined,
		);
	}
};

const deleted: Case = {
	title: 'a Canary deleted in mid-run leaves the users on the primary, or takes along what was made for it',
	async run(t, harness, shape) {
		await shape.begin(harness, {tag: NEW});
		await midRun(harness, shape);
		const before = (await film(harness, shape)).at(-1);
		await harness.remove(shape.kind, 'podinfo');
		if (shape.isGenerated) {
			await assertCollected(harness, shape);
		} else {
			await harness.eventually('all traffic to the primary', async () => {
				const moments = await film(harness, shape);
				return moments.at(-1)?.canaryWeight === 0 || undefined;
			});
			t.like((await film(harness, shape)).at(-1), {
				primaryWeight: 100,
				primaryTemplate: before?.primaryTemplate,
				primaryReplicas: before?.primaryReplicas,
			});
		}

		const target = await harness.get(shape.workloads, shape.target);
		t.true(Number((await film(harness, shape)).at(-1)?.canaryReplicas) > 0, "the user's workload is left as it is");
		t.regex(templateOf(target).spec.containers[0]?.image ?? '', /:1\.2\.0$/);
		assertRules(t, await film(harness, shape), shape);
	},
};

const setBack: Case = {
	title: 'a target set back to what the primary runs ends the run without a verdict',
	async run(t, harness, shape) {
		await shape.begin(harness, {tag: NEW});
		await midRun(harness, shape);
		await shape.setBack(harness);
		const status = await phaseBecomes(harness, 'Initialized');
		t.like(status, {state: 'initialized', canaryWeight: 0, failedChecks: 0});
		const moments = await film(harness, shape);
		assertRules(t, moments, shape);
		t.like(moments.at(-1), {canaryWeight: 0, primaryWeight: 100, canaryReplicas: 0, primaryTag: PROMOTED});
		t.is(courseOf(moments, 'primaryTemplate').length, 1, 'the primary was never rolled');
		t.is(courseOf(moments, 'status').filter(({phase}) => phase === 'Failed').length, 0);
		t.deepEqual(await words(harness), [
			...shape.opening(harness.namespace),
			...advances(shape, harness.namespace, shape.weights.slice(0, 2)),
			`${shape.target}.${harness.namespace} is back at the promoted revision, the run ends without a verdict`,
		]);
	},
};

const adopting: Case = {
	title: "the users' Service and a scaler that is there are taken over, and edits reach what was made",
	async run(t, harness, shape) {
		const {namespace} = harness;
		const own = userObjects(namespace);
		await harness.apply(withScaler(namespace, await shape.objects(namespace, {tag: PROMOTED}), own));
		await initialized(harness);
		const [apex, theirs, generated] = await Promise.all([
			harness.get(services, 'podinfo'),
			harness.get(horizontalPodAutoscalers, 'podinfo'),
			harness.get(horizontalPodAutoscalers, 'podinfo-primary'),
		]);
		t.like(apex?.spec, {selector: {app: 'podinfo-primary'}});
		t.is(generated?.spec?.['maxReplicas'], theirs?.spec?.['maxReplicas']);

		const trafficPolicy = {connectionPool: {http: {http1MaxPendingRequests: 64}}};
		await harness.patch(canaries, 'podinfo', [{op: 'add', path: '/spec/service/trafficPolicy', value: trafficPolicy}]);
		const rule = await harness.eventually('the edit reaches the DestinationRules', async () => {
			const found = await harness.get(destinationRules, 'podinfo-primary');
			return found?.spec?.['trafficPolicy'] === undefined ? undefined : found;
		});
		t.like(rule.spec, {trafficPolicy});
		await release(harness, shape, {tag: NEW});
		await assertPromoted(t, harness, shape, NEW);
	},
};

/** A Rollout knows no end but promotion. */
const halting: Case = {
	title: 'a release with errors is halted for as long as it has them, and goes on where it was',
	async run(t, harness, shape) {
		await shape.begin(harness, {tag: NEW, behaviour: {'error-rate': '0@150s,0.4@900s,0'}});
		await statusBecomes(harness, 'many failed checks', ({failedChecks}) => Number(failedChecks) > 10);
		await phaseBecomes(harness, 'Succeeded');
		const said = await words(harness);
		const halts = said.filter((text) => text.startsWith('Halt '));
		for (const halt of halts) {
			t.regex(halt, new RegExp(`^Halt rollout podinfo\\.${harness.namespace} success rate \\d+\\.\\d\\d% < 99%$`));
		}

		t.deepEqual(
			said.filter((text) => !halts.includes(text)),
			goodWords(shape, harness.namespace),
		);
		const moments = await film(harness, shape);
		assertRules(t, moments, shape);
		t.deepEqual(courseOf(runOf(moments), 'canaryWeight'), [0, ...shape.weights, 0], 'it never went back');
		t.like(moments.at(-1), {canaryReplicas: 0, primaryTag: NEW});
	},
};

/** Those that make sense for a shape; subsets differ from the first shape in their route alone. */
export const casesOf = ({kind, isGenerated, destinations, target}: ReleaseShape): readonly Case[] => [
	good,
	...(kind === canaries ? [failing] : [halting]),
	...(destinations.canary === target || isGenerated
		? [restarted, ...(kind === canaries ? [suspended] : []), deleted, setBack]
		: []),
	...(isGenerated ? [adopting] : []),
];
