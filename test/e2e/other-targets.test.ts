// Other targets than Deployments on a real API server, with the permissions for them: DaemonSets and StatefulSets by their
// real controllers; Flux is played for HelmReleases, OpenFaaS for Functions, Knative for its Services.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {knativeDefinitions} from '../../sandbox/crds/knative.ts';
import {operatedDefinitions} from '../../sandbox/crds/operated-workloads.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {phaseBecomes} from '../releases/assertions.ts';
import {casesOf} from '../releases/cases.ts';
import {daemonSet, statefulSet} from '../releases/other-targets.ts';
import {shapes} from '../releases/shapes.ts';
import {ACCOUNT, artifact, startCluster, type Cluster} from './cluster.ts';
import {knativeServices} from '../../services/kubernetes/resources.ts';
import {knativeCanary, knativePodinfo, primaryOf, push, usersOf} from '../releases/knative.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {playKnative} from './knative-player.ts';
import {helmRelease, openFaasFunction, playOperator} from './operated-player.ts';
import {permissionsIn, useIn} from './permissions.ts';

/** A check interval of a minute is a second. */
const SPEED = 60;
const PERMISSIONS = ['daemonsets', 'statefulsets', 'helmreleases', 'functions', 'knativeservices'].map(
	(name) => `targets/${name}.yaml`,
);

const assets = builtAssets();
let dir: string;
let cluster: Cluster;

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-other-targets-'));
	cluster = await startCluster(dir, assets, SPEED);
	for (const file of PERMISSIONS) {
		await cluster.kubectl(['apply', '-f', artifact(file)]);
	}

	await cluster.kubectl(
		['apply', '-f', '-'],
		JSON.stringify({apiVersion: 'v1', kind: 'List', items: [...operatedDefinitions, ...knativeDefinitions]}),
	);
	await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
});

test.after.always(async () => {
	await cluster?.stop();
	await rm(dir, {recursive: true, force: true});
});

let namespaces = 0;
for (const shape of [daemonSet, statefulSet]) {
	const [good, failing] = casesOf(shape);
	for (const {title, run} of [good, failing].filter((one) => one !== undefined)) {
		const namespace = `targets-${++namespaces}`;
		test(`${shape.title}: ${title}`, async (t) => {
			// Of one release the first answer to each kind of write is lost: it is read, and nothing is done twice.
			if (run === failing?.run) cluster.transport.loseAnswersIn(namespace);
			await run(t, cluster.harnessIn(namespace), shape);
		});
	}
}

for (const kind of [helmRelease, openFaasFunction]) {
	const {resource, objectOf, isAtZero} = kind;
	test(`a ${resource.kind}: it is promoted step by step, and each side keeps what is its own`, async (t) => {
		const namespace = resource.plural;
		const harness = cluster.harnessIn(namespace);
		const objects = (await shapes[0]?.objects(namespace, {tag: '1.2.0'})) ?? [];
		// The Deployments stand for what its operator would make.
		const [first, ...others] = objects
			.filter(({kind: made}) => made !== 'HorizontalPodAutoscaler')
			.map((object) =>
				object.kind === 'Canary' ? {...object, spec: {...object.spec, targetKind: resource.kind}} : object,
			);
		const [primary, target] = [
			objectOf({name: 'podinfo', namespace, version: '1.1.1', own: 2}),
			objectOf({name: 'podinfo-canary', namespace, version: '1.2.0', own: 1}),
		];
		cluster.transport.loseAnswersIn(namespace);
		await harness.apply([...(first === undefined ? [] : [first]), primary, target, ...others]);
		const player = playOperator(harness, kind, (args) => cluster.kubectl(args));
		try {
			await phaseBecomes(harness, 'Succeeded');
		} finally {
			await player.stop();
		}

		const [promoted, scaled] = await Promise.all([
			harness.get(resource, 'podinfo'),
			harness.get(resource, 'podinfo-canary'),
		]);
		t.deepEqual(promoted?.spec, objectOf({name: 'podinfo', namespace, version: '1.2.0', own: 2}).spec);
		t.regex(promoted?.metadata.annotations?.['aviary.dev/promoted-revision'] ?? '', /^[0-9a-f]{32}$/);
		t.false(isAtZero(promoted));
		t.true(isAtZero(scaled));
	});
}

test('a Knative Service: a good revision is promoted by its name, and one with errors loses its users', async (t) => {
	const namespace = 'knative';
	const harness = cluster.harnessIn(namespace);
	cluster.transport.loseAnswersIn(namespace);
	await harness.apply([
		{apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}},
		knativePodinfo(namespace),
		knativeCanary(namespace, {progressDeadlineSeconds: 3600}),
	]);
	const player = playKnative(harness, (args) => cluster.kubectl(args));
	const podinfo = () => harness.get(knativeServices, 'podinfo');
	try {
		await phaseBecomes(harness, 'Initialized');
		await push(harness, {tag: '1.2.0'});
		await phaseBecomes(harness, 'Succeeded');
		t.is(primaryOf(await podinfo()), 'podinfo-00002');
		t.is(usersOf(await podinfo()), '00002:100');
		await push(harness, {tag: '1.3.0', behaviour: {'error-rate': '0.5'}});
		await phaseBecomes(harness, 'Failed');
	} finally {
		await player.stop();
	}

	t.is(primaryOf(await podinfo()), 'podinfo-00002');
	t.is(usersOf(await podinfo()), '00002:100');
	const seen = player.users();
	const pinnedAt = seen.indexOf('00001:100');
	t.true(pinnedAt >= 0, seen.join(', '));
	t.deepEqual(
		seen.slice(pinnedAt).filter((users) => users.includes('latest')),
		[],
	);
	t.true(
		seen.some((users) => users.endsWith('00003:25')),
		seen.join(', '),
	);
});

test.serial('a StatefulSet with volumes is not taken to a primary with empty ones unasked', async (t) => {
	const harness = cluster.harnessIn('volumes');
	const claim = {
		metadata: {name: 'data'},
		spec: {accessModes: ['ReadWriteOnce'], resources: {requests: {storage: '1Gi'}}},
	};
	const objects = await statefulSet.objects('volumes', {tag: '1.1.1'});
	await harness.apply(
		objects.map((object): KubeObject => {
			if (object.kind !== 'StatefulSet') return object;
			return {...object, spec: {...object.spec, volumeClaimTemplates: [claim]}};
		}),
	);
	const said = await harness.eventually('it is said', async () => {
		const events = await harness.events('podinfo');
		return events.find(({message}) => message.includes('empty'));
	});
	t.is(said.type, 'Warning');
	t.regex(said.message, /users would be moved to statefulset podinfo-primary\.volumes, whose volumes are empty/);
	t.is(await harness.get(statefulSet.workloads, 'podinfo-primary'), undefined);
});

test.after('the operator used all that it is allowed for these kinds, and was refused nothing', async (t) => {
	const allowed = (await Promise.all(PERMISSIONS.map((file) => permissionsIn(artifact(file))))).flat();
	const {used, forbidden} = await useIn(cluster.plane.auditLog, ACCOUNT, []);
	t.deepEqual(forbidden, []);
	const missing = allowed.filter((one) => !used.includes(one));
	t.deepEqual(missing, []);
});
