// The difference as the HTTP interface tells it: of the objects that the daemon follows, with secrets masked.
import test from 'ava';
import type {RevisionDiffView} from '../../../api/http/diff-views.ts';
import {createDiff, diffLimits} from '../../../actors/views/difference.ts';
import {releaseOf} from '../../../sandbox/scenarios.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {Cluster, KubeObject} from '../../../services/kubernetes/cluster.ts';
import {Refusal} from '../../../services/web/refusal.ts';
import {memoryCluster} from '../../services/workloads/memory-cluster.ts';
import {pairedModel} from '../../services/workloads/podinfo.ts';
import {stage, type StageOptions} from './stage.ts';

const DIFF = 'canaries/test/podinfo/diff';
const deployments = {group: 'apps', plural: 'deployments'};

type Container = Record<string, unknown>;
type Deployment = KubeObject & {spec: {template: {spec: {containers: Container[]}}}};

/** A copy with more in its first container. */
const extended = (object: KubeObject, more: Container): KubeObject => {
	const copy = structuredClone(object) as Deployment;
	Object.assign(copy.spec.template.spec.containers[0] ?? {}, more);
	return copy;
};

/** The release with more in the canary's container. */
const withContainer = async (more: Container): Promise<readonly KubeObject[]> => {
	const {objects} = await releaseOf('good', 'first');
	return objects.map((object) => {
		if (object.metadata.name !== 'podinfo-canary' || object.kind !== 'Deployment') return object;
		return extended(object, more);
	});
};

const counted = () => {
	const asked: string[] = [];
	const intercept: StageOptions['intercept'] = (request, next) => {
		asked.push(`${request.method} ${request.url.pathname}`);
		return next();
	};
	return {asked, intercept};
};

test('during a run: the changes by path and as text, of both revisions, without a request to the API server', async (t) => {
	const {asked, intercept} = counted();
	const {get, seconds} = await stage(t, {intercept});
	await seconds(150);
	asked.length = 0;
	const view = (await get(DIFF)) as RevisionDiffView;
	t.like(view, {namespace: 'test', name: 'podinfo', kind: 'Deployment', same: false, omitted: 0, configs: []});
	t.like(view, {command: 'aviary diff podinfo -n test', primary: {name: 'podinfo'}, canary: {name: 'podinfo-canary'}});
	const image = view.changes.find(({path}) => path === 'spec.containers[podinfod].image');
	t.is(image?.kind, 'changed');
	t.true(image?.before !== image?.after);
	const added = view.unified.split('\n').filter((line) => line.startsWith('+ '));
	t.true(added.some((line) => line.endsWith(`image: ${image?.after ?? ''}`)));
	t.deepEqual(await get(DIFF), view);
	t.deepEqual(asked, []);
});

test('after the promotion the primary runs this revision, and nothing is asked about a Canary at rest', async (t) => {
	const {asked, intercept} = counted();
	const {get, seconds} = await stage(t, {intercept});
	await seconds(1200);
	asked.length = 0;
	const view = (await get(DIFF)) as RevisionDiffView;
	t.like(view, {same: true, unified: ''});
	t.deepEqual([view.changes, view.configs], [[], []]);
	t.is(view.primary.revision, view.canary.revision);
	t.deepEqual(asked, []);
});

test('literal secrets are masked, references and configs are named, and nothing is asked about these', async (t) => {
	const {asked, intercept} = counted();
	const objects = await withContainer({
		env: [{name: 'DB_PASSWORD', value: 'hunter2'}],
		envFrom: [{configMapRef: {name: 'podinfo-config-v2'}}, {secretRef: {name: 'podinfo-secret'}}],
	});
	const {ask, seconds} = await stage(t, {objects, intercept});
	await seconds(150);
	const {body} = await ask(DIFF);
	t.notRegex(body, /hunter2/);
	const view = JSON.parse(body) as RevisionDiffView;
	t.true(view.unified.includes('value: (masked)'));
	t.deepEqual(
		view.configs.map(({kind, after}) => ({kind, after})),
		[
			{kind: 'ConfigMap', after: 'podinfo-config-v2'},
			{kind: 'Secret', after: 'podinfo-secret'},
		],
	);
	t.deepEqual(
		asked.filter((line) => /configmaps|secrets/.test(line)),
		[],
	);
});

test('there is always an end: too many changes are counted, too large templates refused', async (t) => {
	const many = Array.from({length: 3000}, (_, index) => ({name: `V${index}`, value: `${index}`}));
	const {embedded, get, ask, seconds} = await stage(t, {objects: await withContainer({env: many})});
	await seconds(150);
	const view = (await get(DIFF)) as RevisionDiffView;
	t.true(view.unified.split('\n').length <= diffLimits.lines);
	t.true(view.omitted > 0);
	const stored = embedded.store.get(deployments, 'test', 'podinfo-canary') as KubeObject;
	const grown = extended(stored, {env: [{name: 'LARGE', value: 'x'.repeat(diffLimits.template)}]});
	embedded.store.update(deployments, grown, 'user');
	await seconds(30);
	const {status, body} = await ask(DIFF);
	t.is(status, 413);
	t.regex(body, /aviary diff podinfo -n test/);
});

test('a workload that is not there, and a target that nobody knows, are refused in words', async (t) => {
	const {embedded, ask, seconds} = await stage(t);
	await seconds(30);
	embedded.store.remove(deployments, 'test', 'podinfo', 'user');
	await seconds(30);
	const missing = await ask(DIFF);
	t.is(missing.status, 404);
	t.regex(missing.body, /there is no Deployment podinfo in the namespace test/);
	t.is((await ask('canaries/test/none/diff')).status, 404);

	const {objects} = await releaseOf('good', 'first');
	const strange = objects.map((object) =>
		object.kind === 'Canary' ? {...object, spec: {...object.spec, targetKind: 'Teapot'}} : object,
	);
	const other = await stage(t, {objects: strange});
	await other.seconds(30);
	const refused = await other.ask(DIFF);
	t.is(refused.status, 409);
	t.regex(refused.body, /a target of the kind Teapot cannot be compared/);
});

test('where nothing is known, one waits ten seconds and no longer; nor for somebody who has left', async (t) => {
	const clock = createVirtualClock();
	const open = new Set<Promise<void>>();
	const silent: Cluster['follow'] = () => {
		const {promise, reject} = Promise.withResolvers<void>();
		open.add(promise);
		return {
			synced: promise,
			objects: () => [],
			object: () => undefined,
			isFresh: () => false,
			close() {
				open.delete(promise);
				reject(new Error('closed'));
			},
		};
	};

	const diffOf = createDiff(clock);
	const cluster: Cluster = {...memoryCluster(), follow: silent};
	const asked = t.throwsAsync(diffOf(cluster, pairedModel, new AbortController().signal), {
		instanceOf: Refusal,
		message: 'nothing is known of deployments yet',
	});
	t.is(open.size, 2);
	await clock.advance(10_000);
	await asked;
	t.is(open.size, 0);
	const leaving = new AbortController();
	const left = t.throwsAsync(diffOf(cluster, pairedModel, leaving.signal));
	leaving.abort();
	await left;
	t.is(open.size, 0);
});
