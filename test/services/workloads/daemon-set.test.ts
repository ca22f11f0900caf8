import test from 'ava';
import type {CanaryModel} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {daemonSetWorkloads as workloads} from '../../../services/workloads/daemon-set.ts';
import {templateOf} from '../../../services/objects/shapes.ts';
import {memoryCluster} from './memory-cluster.ts';
import {deployment, managedModel} from './podinfo.ts';

const model: CanaryModel = {...managedModel, target: {...managedModel.target, kind: 'DaemonSet'}};

const daemonSet = (name: string, image: string, more: Record<string, unknown> = {}): KubeObject => {
	const {replicas: _, ...spec} = deployment(name, image, more).spec ?? {};
	return {
		...deployment(name, image),
		kind: 'DaemonSet',
		spec,
		status: {
			observedGeneration: 1,
			desiredNumberScheduled: 3,
			currentNumberScheduled: 3,
			updatedNumberScheduled: 3,
			numberAvailable: 2,
			numberReady: 2,
		},
	};
};

const selectorOf = (object: KubeObject | undefined): unknown => object && templateOf(object).spec?.['nodeSelector'];

test('nodes are the replicas, and a DaemonSet without any is not one at zero', (t) => {
	const object = daemonSet('podinfo', 'podinfo:1');
	t.like(workloads.read(object), {replicas: 3, total: 3, updated: 3, available: 2, ready: 2, observed: true});
	t.like(workloads.read({...object, status: {observedGeneration: 1, desiredNumberScheduled: 0}}), {
		replicas: 1,
		total: 0,
	});
});

test("it is scaled to zero and back by the peer's node selector, and is the same revision all the while", async (t) => {
	const cluster = memoryCluster();
	const nodeSelector = {disk: 'ssd'};
	const before = daemonSet('podinfo', 'podinfo:1');
	const template = templateOf(before);
	const spec = {...before.spec, template: {...template, spec: {...template.spec, nodeSelector}}};
	const {revision} = workloads.read(cluster.put('daemonsets', {...before, spec}));
	t.like(await workloads.scale(cluster, model, 0), {replicas: 0, revision});
	t.deepEqual(selectorOf(cluster.get('daemonsets', 'podinfo')), {
		...nodeSelector,
		'flagger.app/scale-to-zero': 'true',
	});
	await workloads.scale(cluster, model, 0);
	t.like(await workloads.scale(cluster, model, 2), {replicas: 3, revision});
	await workloads.scale(cluster, model, 2);
	t.deepEqual(selectorOf(cluster.get('daemonsets', 'podinfo')), nodeSelector);
	t.deepEqual(cluster.calls, ['PATCH daemonsets podinfo', 'PATCH daemonsets podinfo']);
});

test('one without a selector gets one with zero, whatever was done to it meanwhile', async (t) => {
	const cluster = memoryCluster();
	const {metadata} = cluster.put('daemonsets', daemonSet('podinfo', 'podinfo:1'));
	const changed = daemonSet('podinfo', 'podinfo:2');
	cluster.putUnseen('daemonsets', {...changed, metadata: {...changed.metadata, uid: metadata.uid ?? ''}});
	t.is((await workloads.scale(cluster, model, 0)).replicas, 0);
	const now = cluster.get('daemonsets', 'podinfo');
	t.is(now && templateOf(now).spec?.containers?.[0]?.['image'], 'podinfo:2');
});

test('a primary made or promoted of a target at zero runs on all nodes', async (t) => {
	const cluster = memoryCluster();
	const updateStrategy = {type: 'RollingUpdate', rollingUpdate: {maxUnavailable: 2}};
	cluster.put('daemonsets', daemonSet('podinfo', 'podinfo:1', {updateStrategy}));
	const {revision} = await workloads.scale(cluster, model, 0);
	const primary = await workloads.ensurePrimary(cluster, model);
	t.is(primary.promoted, revision);
	const made = cluster.get('daemonsets', 'podinfo-primary') as KubeObject;
	t.is(selectorOf(made), undefined);
	t.like(made.spec, {updateStrategy, selector: {matchLabels: {app: 'podinfo-primary'}}});
	t.false('replicas' in (made.spec ?? {}));
	const target = cluster.get('daemonsets', 'podinfo') as KubeObject;
	t.true(workloads.primaryRunsTarget(model, target, made));

	const next = cluster.put('daemonsets', {...target, spec: daemonSet('podinfo', 'podinfo:2').spec ?? {}});
	await workloads.scale(cluster, model, 0);
	await workloads.promote(cluster, model, {revision: workloads.read(next).revision});
	const promoted = cluster.get('daemonsets', 'podinfo-primary') as KubeObject;
	t.is(selectorOf(promoted), undefined);
	t.is(templateOf(promoted).spec?.containers?.[0]?.['image'], 'podinfo:2');
	t.is(promoted.spec?.['updateStrategy'], undefined, 'the strategy follows the target');
});

test('a port of the node cannot be had by both sides', (t) => {
	const taking = (name: string): KubeObject => {
		const object = daemonSet(name, 'podinfo:1');
		const template = templateOf(object);
		const containers = [{name: 'podinfod', ports: [{containerPort: 9898, hostPort: 80}]}];
		return {...object, spec: {...object.spec, template: {...template, spec: {containers}}}};
	};
	const [problem, ...others] = workloads.problems(model, {target: taking('podinfo')});
	t.is(problem?.text, 'daemonset podinfo.test takes port 80 of each node, which the primary’s pod on it needs, too');
	t.deepEqual(others, []);
	const paired: CanaryModel = {...model, shape: 'paired'};
	t.is(workloads.problems(paired, {target: taking('a'), primary: taking('b')}).length, 1);
	t.deepEqual(workloads.problems(paired, {target: taking('a'), primary: daemonSet('b', 'podinfo:1')}), []);
});

test('one that does not roll by itself is a problem that says what to do', (t) => {
	const target = daemonSet('podinfo', 'podinfo:1', {updateStrategy: {type: 'OnDelete'}});
	t.deepEqual(workloads.problems(model, {target}), [
		{
			field: 'DaemonSet podinfo.test',
			value: 'OnDelete',
			text: 'daemonset podinfo.test has update strategy OnDelete and does not roll by itself',
			remedy: 'Set its spec.updateStrategy.type to RollingUpdate',
		},
	]);
	t.deepEqual(workloads.problems(model, {target: daemonSet('podinfo', 'podinfo:1')}), []);
});
