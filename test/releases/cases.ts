// Releases from their beginning to their end, as a user sees them; the same on the embedded world and on a real cluster.
import type {ExecutionContext} from 'ava';
import {
	canaries,
	controllerRevisions,
	deployments,
	destinationRules,
	services,
	virtualServices,
} from '../../services/kubernetes/resources.ts';
import type {Change, Harness} from './harness.ts';
import {assertRules, courseOf, momentsOf, wordsOf, type Moment} from './moments.ts';
import {PROMOTED, release, templateOf, type ReleaseShape, type Version} from './shapes.ts';

export type Case = {
	readonly title: string;
	readonly run: (t: ExecutionContext, harness: Harness, shape: ReleaseShape) => Promise<void>;
};

const NEW = '1.2.0';
const NEWER = '1.3.0';
const INTERVAL_MS = 60_000;
const bad: Version = {tag: NEW, behaviour: {'error-rate': '0.4'}};

type Status = Readonly<Record<string, unknown>>;

const statusOf = async (harness: Harness): Promise<Status> => (await harness.get(canaries, 'podinfo'))?.status ?? {};

/** Waits until the status is so, and answers it. */
export const statusBecomes = (
	harness: Harness,
	description: string,
	isSo: (status: Status) => boolean,
): Promise<Status> =>
	harness.eventually(description, async () => {
		const status = await statusOf(harness);
		return isSo(status) ? status : undefined;
	});

const phaseBecomes = (harness: Harness, phase: string): Promise<Status> =>
	statusBecomes(harness, `phase ${phase}`, (status) => status['phase'] === phase);

/** Waits until the run stands at its second weight: well begun, and far from done. */
export const midRun = (harness: Harness, {weights}: ReleaseShape): Promise<Status> =>
	statusBecomes(harness, 'the second weight', (status) => status['canaryWeight'] === weights[1]);

const film = async (harness: Harness, shape: ReleaseShape): Promise<readonly Moment[]> =>
	momentsOf(await harness.history(), shape);

const words = async (harness: Harness): Promise<readonly string[]> => wordsOf(await harness.events('podinfo'));

const advances = (namespace: string, weights: readonly number[]): readonly string[] =>
	weights.map((weight) => `Advance podinfo.${namespace} canary weight ${weight}`);

const goodWords = ({opening, weights, promotion}: ReleaseShape, namespace: string): readonly string[] => [
	...opening(namespace),
	...advances(namespace, weights),
	...promotion(namespace),
];

/** Where the first run begins in a film: before it the operator may make the primary and scale the target to zero. */
const runOf = (moments: readonly Moment[]): readonly Moment[] =>
	moments.slice(moments.findIndex(({status}) => status['phase'] === 'Progressing'));

/** What a good release leaves, however it went: everything promoted, in order, and nothing left over. */
export const assertPromoted = async (
	t: ExecutionContext,
	harness: Harness,
	shape: ReleaseShape,
	tag: string,
): Promise<void> => {
	const status = await phaseBecomes(harness, 'Succeeded');
	t.like(status, {state: 'finished', canaryWeight: 0, failedChecks: 0});
	t.is(status['lastPromotedSpec'], status['lastAppliedSpec']);
	const moments = await film(harness, shape);
	assertRules(t, moments, shape);
	const end = moments.at(-1);
	t.like(end, {canaryWeight: 0, primaryWeight: 100, canaryReplicas: 0, primaryTag: tag});
	t.true((end?.primaryReplicas ?? 0) > 0);
	t.deepEqual(courseOf(moments, 'primaryTag'), [PROMOTED, tag], 'nothing else was ever on the primary');
	t.is(courseOf(moments, 'primaryTemplate').length, 2, 'the primary was rolled once');
};

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
		const [, ...rest] = await words(harness);
		const said = [(await words(harness))[0], ...rest];
		const halts = said.filter((text) => /^Halt /.test(text ?? ''));
		t.true(halts.length > 0);
		for (const halt of halts) {
			t.regex(halt ?? '', new RegExp(`^Halt podinfo\\.${namespace} advancement success rate \\d+\\.\\d\\d% < 99%$`));
		}

		const who = shape.isGenerated ? shape.target.replace(/-canary$/, '') : shape.target;
		t.deepEqual(
			said.filter((text) => !halts.includes(text)),
			[
				...shape.opening(namespace),
				...advances(namespace, shape.weights.slice(0, 1)),
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
			...advances(harness.namespace, shape.weights),
			...shape.promotion(harness.namespace),
		]);
	},
};

/** What of a change somebody asked for: not what controllers report in statuses. */
const asked = ({plural, object}: Change): string => {
	const {status: _, metadata, ...rest} = object;
	return `${plural}/${metadata.name} ${JSON.stringify([metadata.labels, metadata.annotations, rest])}`;
};

const suspended: Case = {
	title: 'a suspended release stands still, and goes on where it was',
	async run(t, harness, shape) {
		await shape.begin(harness, {tag: NEW});
		await midRun(harness, shape);
		await harness.patch(canaries, 'podinfo', [{op: 'add', path: '/spec/suspend', value: true}]);
		await statusBecomes(harness, 'it shows', (status) => /suspended/.test(String(status['reason'])));
		const until = await harness.history();
		await harness.pass(3 * INTERVAL_MS);
		const present = await harness.history();
		const known = new Set(until.map((change) => asked(change)));
		const written = present.slice(until.length).filter((change) => !known.has(asked(change)));
		t.deepEqual(
			written.map((change) => asked(change)),
			[],
			'only the status was written',
		);
		t.is((await statusOf(harness))['canaryWeight'], shape.weights[1]);

		await harness.patch(canaries, 'podinfo', [{op: 'replace', path: '/spec/suspend', value: false}]);
		await assertPromoted(t, harness, shape, NEW);
		t.deepEqual(await words(harness), goodWords(shape, harness.namespace));
	},
};

const generated = [
	[deployments, 'podinfo-primary'],
	[services, 'podinfo'],
	[services, 'podinfo-primary'],
	[services, 'podinfo-canary'],
	[virtualServices, 'podinfo'],
	[destinationRules, 'podinfo-primary'],
	[destinationRules, 'podinfo-canary'],
	[controllerRevisions, 'podinfo-promoted'],
] as const;

const assertCollected = async (harness: Harness): Promise<void> => {
	for (const [kind, name] of generated) {
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
		await harness.remove(canaries, 'podinfo');
		if (shape.isGenerated) {
			await assertCollected(harness);
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

		const target = await harness.get(deployments, shape.target);
		t.true(Number(target?.spec?.['replicas']) > 0, "the user's Deployment is left as it is");
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
			...advances(harness.namespace, shape.weights.slice(0, 2)),
			`${shape.target}.${harness.namespace} is back at the promoted revision, the run ends without a verdict`,
		]);
	},
};

export const cases: readonly Case[] = [good, failing, restarted, suspended, deleted, setBack];
