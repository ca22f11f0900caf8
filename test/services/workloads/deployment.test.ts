import test from 'ava';
import {ApiError, type KubeObject} from '../../../services/kubernetes/cluster.ts';
import {deploymentWorkloads as workloads} from '../../../services/workloads/deployment.ts';
import {ensurePrimaryScaler} from '../../../services/workloads/generated.ts';
import {Taken} from '../../../services/objects/ownership.ts';
import {keepPromotedTemplate, readPromotedTemplate, takeBack} from '../../../services/workloads/promoted-template.ts';
import {renderPrimary, revisionOf} from '../../../services/workloads/render.ts';
import {templateOf} from '../../../services/objects/shapes.ts';
import {Superseded} from '../../../services/workloads/workload.ts';
import {memoryCluster} from './memory-cluster.ts';
import {deployment, managedModel, pairedModel} from './podinfo.ts';

const options = {lane: 'route'} as const;
const readDeployment: typeof workloads.read = (object, pods) => workloads.read(object, pods);
const paired = () => {
	const cluster = memoryCluster();
	cluster.put('deployments', deployment('podinfo', 'podinfo:1.2.0'));
	const target = cluster.put('deployments', deployment('podinfo-canary', 'podinfo:1.2.1'));
	return {cluster, revision: revisionOf(templateOf(target))};
};

test('a revision does not depend on the order of keys, nor on nulls', (t) => {
	const plain = {metadata: {labels: {a: '1', b: '2'}}, spec: {containers: []}};
	const other = {spec: {containers: []}, metadata: {labels: {b: '2', a: '1'}, creationTimestamp: null}};
	t.is(revisionOf(plain), revisionOf(other));
	t.regex(revisionOf(plain), /^[0-9a-f]{32}$/);
});

test('a rollout is observed once the status has reached the generation', (t) => {
	const object = deployment('podinfo', 'podinfo:1');
	object.metadata.generation = 2;
	t.false(readDeployment(object).observed);
	object.status = {...object.status, observedGeneration: 2};
	t.like(readDeployment(object), {observed: true, total: 2, updated: 2, available: 2, ready: 2, replicas: 2});
});

test('pods tell why they are not ready, unless they are leaving', (t) => {
	const pod = (status: Record<string, unknown>, leaving = false): KubeObject => ({
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {name: 'podinfo-1', ...(leaving && {deletionTimestamp: '2024-01-01T00:00:00Z'})},
		status,
	});
	const waiting = (reason: string) => ({containerStatuses: [{name: 'podinfod', state: {waiting: {reason}}}]});
	const troubleOf = (...pods: KubeObject[]) => readDeployment(deployment('podinfo', 'x'), pods).trouble;
	t.is(troubleOf(pod(waiting('ContainerCreating'))), undefined);
	t.is(
		troubleOf(pod(waiting('ErrImagePull'), true), pod(waiting('CrashLoopBackOff'))),
		'container podinfod: CrashLoopBackOff',
	);
	const ended = (exitCode: number, reason: string) => ({
		...waiting('CrashLoopBackOff').containerStatuses[0],
		lastState: {terminated: {exitCode, reason}},
	});
	const crashed = (exitCode: number, reason: string) => ({
		containerStatuses: [{...ended(exitCode, reason), name: 'podinfod'}],
	});
	t.is(troubleOf(pod(crashed(2, 'Error'))), 'container podinfod: CrashLoopBackOff, last exit 2');
	t.is(troubleOf(pod(crashed(137, 'OOMKilled'))), 'container podinfod: CrashLoopBackOff, last exit 137 (OOMKilled)');
	const unknownImage = {...waiting('ImagePullBackOff').containerStatuses[0], name: 'podinfod', image: 'podinfo:9'};
	t.is(troubleOf(pod({containerStatuses: [unknownImage]})), 'container podinfod: ImagePullBackOff podinfo:9');
	const unschedulable = {type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes'};
	t.is(troubleOf(pod({conditions: [unschedulable]})), 'unschedulable: 0/3 nodes');
});

test('scaling to zero is one write, and none when it is at zero', async (t) => {
	const {cluster} = paired();
	t.is((await workloads.scale(cluster, pairedModel, 0)).replicas, 0);
	t.is((await workloads.scale(cluster, pairedModel, 0)).replicas, 0);
	t.deepEqual(cluster.calls, ['PATCH deployments podinfo-canary']);
});

test('scaling up leaves the replicas that somebody else has given meanwhile', async (t) => {
	const {cluster} = paired();
	const {uid} = await workloads.scale(cluster, pairedModel, 0);
	const scaled = deployment('podinfo-canary', 'podinfo:1.2.1', {replicas: 5});
	cluster.putUnseen('deployments', {...scaled, metadata: {...scaled.metadata, uid}});
	t.is((await workloads.scale(cluster, pairedModel, 1)).replicas, 5);
});

test('only the expected object is scaled', async (t) => {
	const {cluster} = paired();
	const expecting = {uid: 'another'};
	const error = await t.throwsAsync(workloads.scale(cluster, pairedModel, 0, {expecting}), {instanceOf: ApiError});
	t.is(error?.code, 409);
	t.deepEqual(cluster.calls, []);
});

test("promoting copies spec, annotations and labels, but keeps the primary's own selector labels", async (t) => {
	const {cluster, revision} = paired();
	const before = cluster.get('deployments', 'podinfo') as KubeObject;
	const primary = await workloads.promote(cluster, pairedModel, {revision});
	t.is(primary.promoted, revision);
	const template = templateOf(cluster.get('deployments', 'podinfo') as KubeObject);
	t.deepEqual(template.metadata?.labels, {app: 'podinfo'});
	t.is(template.spec?.containers?.[0]?.['image'], 'podinfo:1.2.1');
	t.not(primary.resourceVersion, before.metadata.resourceVersion);
	const target = cluster.get('deployments', 'podinfo-canary') as KubeObject;
	t.true(workloads.primaryRunsTarget(pairedModel, target, cluster.get('deployments', 'podinfo') as KubeObject));
});

test('promoting twice writes once and reads never', async (t) => {
	const {cluster, revision} = paired();
	await workloads.promote(cluster, pairedModel, {revision});
	await workloads.promote(cluster, pairedModel, {revision});
	t.deepEqual(cluster.calls, ['PATCH deployments podinfo']);
});

test('a target that moved on is not promoted', async (t) => {
	const {cluster, revision} = paired();
	cluster.put('deployments', deployment('podinfo-canary', 'podinfo:1.2.2'));
	await t.throwsAsync(workloads.promote(cluster, pairedModel, {revision}), {instanceOf: Superseded});
	t.deepEqual(cluster.calls, []);
});

test('a primary changed behind the cache is read once and promoted all the same', async (t) => {
	const {cluster, revision} = paired();
	const changed = deployment('podinfo', 'podinfo:hotfix');
	changed.metadata.uid = cluster.get('deployments', 'podinfo')?.metadata.uid ?? '';
	cluster.putUnseen('deployments', changed);
	await workloads.promote(cluster, pairedModel, {revision});
	t.deepEqual(cluster.calls, ['PATCH deployments podinfo', 'GET deployments podinfo', 'PATCH deployments podinfo']);
});

test('a refusal that is no conflict is thrown after one read', async (t) => {
	const {cluster, revision} = paired();
	cluster.beforeWrite = (attempt) => {
		throw new ApiError({code: 422, reason: 'Invalid', outcome: 'refused', attempt, message: 'spec is invalid'});
	};
	await t.throwsAsync(workloads.promote(cluster, pairedModel, {revision}), {message: /spec is invalid/});
	t.deepEqual(cluster.calls, ['PATCH deployments podinfo', 'GET deployments podinfo']);
});

test('a primary that changes all the time is a conflict to be tried later', async (t) => {
	const {cluster, revision} = paired();
	const {uid} = readDeployment(cluster.get('deployments', 'podinfo') as KubeObject);
	cluster.beforeWrite = () => {
		const changed = deployment('podinfo', `podinfo:${cluster.calls.length}`);
		cluster.putUnseen('deployments', {...changed, metadata: {...changed.metadata, uid}});
	};
	const error = await t.throwsAsync(workloads.promote(cluster, pairedModel, {revision}), {instanceOf: ApiError});
	t.is(error?.code, 409);
});

test('a write whose answer was lost is read back, and not sent again when it was applied', async (t) => {
	const {cluster} = paired();
	const {uid} = readDeployment(cluster.get('deployments', 'podinfo-canary') as KubeObject);
	cluster.beforeWrite = (attempt) => {
		const applied = deployment('podinfo-canary', 'podinfo:1.2.1', {replicas: 0});
		cluster.putUnseen('deployments', {...applied, metadata: {...applied.metadata, uid}});
		throw new ApiError({code: 0, reason: 'NoAnswer', outcome: 'unknown', attempt, message: 'reset'});
	};
	t.is((await workloads.scale(cluster, pairedModel, 0)).replicas, 0);
	t.deepEqual(cluster.calls, ['PATCH deployments podinfo-canary', 'GET deployments podinfo-canary']);
});

test('a promotion is taken back to the template that was kept, at one write a run', async (t) => {
	const {cluster, revision} = paired();
	t.is(await takeBack(workloads, cluster, pairedModel), undefined);
	const old = templateOf(cluster.get('deployments', 'podinfo') as KubeObject);
	await keepPromotedTemplate(cluster, pairedModel, {template: old, revision: 'first'}, options);
	await workloads.promote(cluster, pairedModel, {revision});
	const back = await takeBack(workloads, cluster, pairedModel);
	t.is(back?.promoted, 'first');
	t.deepEqual(templateOf(cluster.get('deployments', 'podinfo') as KubeObject), old);
	cluster.calls.length = 0;
	t.is(await takeBack(workloads, cluster, pairedModel, {revision: 'second'}), undefined);
	t.deepEqual(cluster.calls, ['GET controllerrevisions podinfo-promoted'], 'what is kept is of another revision');
	cluster.calls.length = 0;
	await keepPromotedTemplate(cluster, pairedModel, {template: {spec: {}}, revision}, options);
	t.deepEqual(cluster.calls, ['PATCH controllerrevisions podinfo-promoted']);
	t.is((await readPromotedTemplate(cluster, pairedModel))?.revision, revision);
});

test("another canary's record is neither read nor overwritten", async (t) => {
	const {cluster} = paired();
	await keepPromotedTemplate(cluster, pairedModel, {template: {spec: {}}, revision: 'a'}, options);
	const other = {...pairedModel, uid: 'other-uid'};
	t.is(await readPromotedTemplate(cluster, other), undefined);
	const keeping = keepPromotedTemplate(cluster, other, {template: {spec: {}}, revision: 'b'}, options);
	await t.throwsAsync(keeping, {instanceOf: Taken});
});

test("a generated primary has the target's template under its own selector label, and the same id each time", (t) => {
	const target = deployment('podinfo', 'podinfo:6', {
		template: {
			metadata: {labels: {app: 'podinfo', tier: 'web'}, annotations: {'kustomize.toolkit.fluxcd.io/checksum': 'x'}},
			spec: {
				containers: [],
				topologySpreadConstraints: [{labelSelector: {matchLabels: {app: 'podinfo', tier: 'podinfo'}}}],
				affinity: {
					podAntiAffinity: {
						preferredDuringSchedulingIgnoredDuringExecution: [
							{
								weight: 1,
								podAffinityTerm: {
									labelSelector: {matchExpressions: [{key: 'app', operator: 'In', values: ['podinfo']}]},
								},
							},
						],
					},
				},
			},
		},
	});
	const rendered = renderPrimary(managedModel, target, undefined);
	t.deepEqual(rendered, renderPrimary(managedModel, target, undefined));
	t.deepEqual(rendered.metadata?.labels, {app: 'podinfo-primary', tier: 'web'});
	t.deepEqual(Object.keys(rendered.metadata?.annotations ?? {}), ['flagger-id']);
	const written = JSON.stringify(rendered.spec);
	t.true(written.includes('"matchLabels":{"app":"podinfo-primary","tier":"podinfo"}'));
	t.true(written.includes('"values":["podinfo-primary"]'));
});

test('a primary is made from the target once, and is found to run it whatever its flagger-id', async (t) => {
	const cluster = memoryCluster();
	const target = cluster.put('deployments', deployment('podinfo', 'podinfo:6', {replicas: 0}));
	t.is((await workloads.ensurePrimary(cluster, managedModel)).replicas, 1);
	await workloads.ensurePrimary(cluster, managedModel);
	t.deepEqual(cluster.calls, ['POST deployments podinfo-primary']);
	const primary = structuredClone(cluster.get('deployments', 'podinfo-primary') as KubeObject);
	Object.assign(templateOf(primary).metadata?.annotations ?? {}, {'flagger-id': 'random'});
	t.true(workloads.primaryRunsTarget(managedModel, target, primary));
	t.like(primary, {spec: {selector: {matchLabels: {app: 'podinfo-primary'}}}});
});

test('what another controller owns is not adopted', async (t) => {
	const cluster = memoryCluster();
	cluster.put('deployments', deployment('podinfo', 'podinfo:6'));
	const stranger = deployment('podinfo-primary', 'other');
	stranger.metadata.ownerReferences = [{apiVersion: 'x/v1', kind: 'App', name: 'app', uid: 'app', controller: true}];
	cluster.put('deployments', stranger);
	await t.throwsAsync(workloads.ensurePrimary(cluster, managedModel), {instanceOf: Taken});
	t.deepEqual(cluster.calls, []);
});

test("the primary gets a scaler of its own, which follows the target's", async (t) => {
	const cluster = memoryCluster();
	const autoscaler = {apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'podinfo'};
	const model = {...managedModel, autoscaler};
	const scaler = (maxReplicas: number): KubeObject => ({
		apiVersion: 'autoscaling/v2',
		kind: 'HorizontalPodAutoscaler',
		metadata: {name: 'podinfo', namespace: 'test'},
		spec: {scaleTargetRef: {kind: 'Deployment', name: 'podinfo'}, minReplicas: 2, maxReplicas},
	});
	cluster.put('horizontalpodautoscalers', scaler(4));
	await ensurePrimaryScaler(cluster, model, options);
	await ensurePrimaryScaler(cluster, model, options);
	cluster.put('horizontalpodautoscalers', scaler(8));
	const made = await ensurePrimaryScaler(cluster, model, options);
	t.like(made, {spec: {maxReplicas: 8, scaleTargetRef: {name: 'podinfo-primary'}}});
	const name = 'horizontalpodautoscalers podinfo-primary';
	t.deepEqual(cluster.calls, [`POST ${name}`, `PATCH ${name}`]);
});
