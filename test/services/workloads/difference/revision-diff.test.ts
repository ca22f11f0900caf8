import test from 'ava';
import type {CanaryModel} from '../../../../api/model.ts';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';
import {comparedOf, revisionDiff, type Compared} from '../../../../services/workloads/difference/revision-diff.ts';
import {workloadsOf} from '../../../../services/workloads/index.ts';
import {shippedMappings} from '../../../../services/workloads/mapping-files.ts';
import type {Workloads} from '../../../../services/workloads/workload.ts';
import {knativeModel, knativeRevision, knativeService} from '../knative.ts';
import {memoryCluster} from '../memory-cluster.ts';
import {deployment, managedModel, pairedModel} from '../podinfo.ts';

const open = {isMasked: false} as const;

const workloadsFor = ({target}: CanaryModel): Workloads => {
	const workloads = workloadsOf(target);
	if (workloads === undefined) throw new Error(`no workloads of ${target.kind}`);
	return workloads;
};

const spread = {
	affinity: {
		podAntiAffinity: {
			requiredDuringSchedulingIgnoredDuringExecution: [
				{topologyKey: 'zone', labelSelector: {matchLabels: {app: 'podinfo'}}},
			],
		},
	},
};

const workload = (kind: string, name: string, image: string, more: Record<string, unknown> = {}): KubeObject => {
	const object = deployment(name, image);
	const template = object.spec?.['template'] as {metadata: object; spec: object};
	const annotations = {'prometheus.io/scrape': 'true', 'kustomize.toolkit.fluxcd.io/checksum': image};
	const changed = {metadata: {...template.metadata, annotations}, spec: {...template.spec, ...spread, ...more}};
	return {...object, kind, spec: {...object.spec, template: changed}};
};

for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet']) {
	for (const shape of [managedModel, pairedModel]) {
		test(`${kind}, ${shape.shape}: what a promotion has brought is no difference, and a new image is one`, async (t) => {
			const model = {...shape, target: {...shape.target, kind}};
			const workloads = workloadsFor(model);
			const cluster = memoryCluster();
			const {plural} = workloads.resource;
			const zero = kind === 'DaemonSet' ? {nodeSelector: {'flagger.app/scale-to-zero': 'true'}} : {};
			const target = cluster.put(plural, workload(kind, model.target.name, 'podinfo:1', zero));
			if (model.shape === 'paired') cluster.put(plural, workload(kind, model.primary.name, 'podinfo:0'));
			else await workloads.ensurePrimary(cluster, model);
			const {revision} = workloads.read(target);
			await workloads.promote(cluster, model, {revision});
			const primary = cluster.get(plural, model.primary.name) as KubeObject;
			t.deepEqual(revisionDiff(workloads, model, {target, primary}, open), {changes: [], unified: [], configs: []});

			const next = workload(kind, model.target.name, 'podinfo:2', zero);
			const {changes, unified} = revisionDiff(workloads, model, {target: next, primary}, open);
			const paths = changes.map(({path}) => path).filter((path) => !path.includes('toolkit'));
			t.deepEqual(paths, ['spec.containers[podinfod].image']);
			t.deepEqual(unified.slice(0, 2), [
				`--- ${kind.toLowerCase()}/${model.primary.name} as it runs`,
				`+++ ${kind.toLowerCase()}/${model.primary.name} with the template of ${kind.toLowerCase()}/${model.target.name}`,
			]);
			t.true(unified.includes('+    - image: podinfo:2'));
		});
	}
}

test('of a kind that a mapping tells of, what it promotes is compared', async (t) => {
	const mapping = (await shippedMappings()).find(({target}) => target.kind === 'HelmRelease');
	const target = {...mapping!.target, name: 'podinfo-canary', mapping: mapping!};
	const model: CanaryModel = {...pairedModel, target};
	const workloads = workloadsFor(model);
	const release = (name: string, values: Record<string, unknown>, version = '1'): KubeObject => ({
		apiVersion: 'helm.toolkit.fluxcd.io/v2',
		kind: 'HelmRelease',
		metadata: {name, namespace: 'test'},
		spec: {interval: '5m', releaseName: name, chart: {spec: {version}}, values},
	});
	const primary = release('podinfo', {replicaCount: 3, ui: {color: 'blue'}, db: {password: 'hunter1'}});
	const same = release('podinfo-canary', {replicaCount: 0, ui: {color: 'blue'}, db: {password: 'hunter1'}});
	t.deepEqual(revisionDiff(workloads, model, {target: same, primary}, open).changes, [], 'each side has its number');
	const next = release('podinfo-canary', {ui: {color: 'green'}, db: {password: 'hunter2'}}, '2');
	const masked = revisionDiff(workloads, model, {target: next, primary}, {isMasked: true});
	t.deepEqual(masked.changes, [
		{path: 'spec.chart.spec.version', kind: 'changed', before: '1', after: '2'},
		{path: 'spec.values.ui.color', kind: 'changed', before: 'blue', after: 'green'},
		{path: 'spec.values.db.password', kind: 'changed', before: '(masked)', after: '(masked, another value)'},
	]);
	t.notRegex(JSON.stringify(masked), /hunter/);
	t.regex(JSON.stringify(revisionDiff(workloads, model, {target: next, primary}, open)), /hunter2/);
});

test('of a Knative Service its two revisions are compared', (t) => {
	const workloads = workloadsFor(knativeModel);
	const revisions = [
		knativeRevision('podinfo-00001', undefined, 'podinfo:1'),
		knativeRevision('podinfo-00002', undefined, 'podinfo:2'),
	];
	const {target, primary} = comparedOf(workloads, knativeService({primary: 'podinfo-00001'}), revisions);
	if (target === undefined || primary === undefined) throw new Error('both are there');
	const {changes, unified} = revisionDiff(workloads, knativeModel, {target, primary}, open);
	t.deepEqual(changes, [{path: 'spec.containers[0].image', kind: 'changed', before: 'podinfo:1', after: 'podinfo:2'}]);
	t.deepEqual(unified.slice(0, 2), ['--- service/podinfo as it runs', '+++ service/podinfo with its newest revision']);
	const unknown = comparedOf(workloads, knativeService({primary: 'podinfo-00001'}), []);
	t.throws(() => revisionDiff(workloads, knativeModel, unknown as Compared, open), {instanceOf: RangeError});
	t.deepEqual(Object.keys(comparedOf(workloads, knativeService(), revisions)), ['target'], 'no primary was chosen yet');
});

test('of two objects each is a side, and one may be missing', (t) => {
	const [target, primary] = [deployment('podinfo', 'podinfo:1'), deployment('podinfo-primary', 'podinfo:1')];
	const workloads = workloadsFor(managedModel);
	t.deepEqual(comparedOf(workloads, target, [primary]), {target, primary});
	t.deepEqual(comparedOf(workloads, target, []), {target});
	t.deepEqual(comparedOf(workloads, undefined, [primary]), {});
});
