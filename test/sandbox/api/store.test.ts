import test from 'ava';
import type {StatusError} from '../../../sandbox/api/types.ts';
import {configMap, deployment, keys, world} from './world.ts';

const {configMaps, deployments, namespaces, pods, replicaSets} = keys;

test('a new object gets uid, version, time and generation from the store alone', (t) => {
	const {store} = world();
	const forged = {uid: 'mine', resourceVersion: '99', generation: 9};
	const object = {...deployment(), metadata: {...deployment().metadata, ...forged}};
	const {metadata} = store.create(deployments, object, 'test');
	t.regex(metadata.uid ?? '', /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u);
	t.is(metadata.resourceVersion, '6');
	t.is(metadata.creationTimestamp, '2026-01-02T03:04:05Z');
	t.is(metadata.generation, 1);
});

test('the same seed and the same calls give the same objects', (t) => {
	const run = () => {
		const {store} = world();
		const generated = {...configMap(''), metadata: {name: '', generateName: 'a-', namespace: 'test'}};
		return [store.create(configMaps, generated, 'test'), store.create(deployments, deployment(), 'test')];
	};

	t.deepEqual(run(), run());
	t.regex(run()[0]?.metadata.name ?? '', /^a-[a-z\d]{5}$/u);
});

test('a second object of a name is refused, as is one in a namespace that is not there', (t) => {
	const {store} = world();
	store.create(configMaps, configMap('one'), 'test');
	t.throws(() => store.create(configMaps, configMap('one'), 'test'), {message: 'configmaps "one" already exists'});
	const stray = configMap('one', {namespace: 'nowhere'});
	const error = t.throws<StatusError>(() => store.create(configMaps, stray, 'test'));
	t.is(error.message, 'namespaces "nowhere" not found');
	t.is(error.code, 404);
});

test('a write of an old copy is refused and changes nothing', (t) => {
	const {store} = world();
	const first = store.create(deployments, deployment(), 'test');
	const second = store.patch(deployments, 'test', 'podinfo', [{op: 'add', path: '/spec/paused', value: true}], 'b');
	const error = t.throws<StatusError>(() => store.update(deployments, first, 'a'));
	t.is(error.code, 409);
	t.is(
		error.message,
		'Operation cannot be fulfilled on deployments.apps "podinfo": the object has been modified; ' +
			'please apply your changes to the latest version and try again',
	);
	t.is(store.get(deployments, 'test', 'podinfo'), second);
});

test('generation counts changes of the spec, and only those', (t) => {
	const {store} = world();
	const created = store.create(deployments, deployment(), 'test');
	const labelled = store.update(deployments, {...created, metadata: {...created.metadata, labels: {a: 'b'}}}, 'test');
	t.is(labelled.metadata.generation, 1);
	const reported = store.update(deployments, {...labelled, status: {replicas: 1}}, 'test', 'status');
	t.is(reported.metadata.generation, 1);
	const scaled = store.update(deployments, {...reported, spec: {...reported.spec, replicas: 3}}, 'test');
	t.is(scaled.metadata.generation, 2);
});

test('status is written through its subresource only, and nothing else is', (t) => {
	const {store} = world();
	const created = store.create(deployments, {...deployment(), status: {replicas: 7}}, 'test');
	t.deepEqual(created.status, {});
	const both = {...created, spec: {...created.spec, replicas: 4}, status: {replicas: 4}};
	const main = store.update(deployments, both, 'test');
	t.deepEqual([main.spec?.['replicas'], main.status], [4, {}]);
	const {resourceVersion: _version, ...metadata} = main.metadata;
	const status = store.update(deployments, {...created, metadata, status: {replicas: 2}}, 'test', 'status');
	t.deepEqual([status.spec?.['replicas'], status.status], [4, {replicas: 2}]);
});

test('an update that changes nothing keeps the version and is not heard of', (t) => {
	const {store} = world();
	const created = store.create(configMaps, configMap('one'), 'test');
	store.watch(configMaps, {}, () => t.fail());
	store.onAccepted(() => t.fail());
	t.is(store.update(configMaps, configMap('one'), 'test'), created);
});

test('a failed test of a JSON patch refuses the whole patch', (t) => {
	const {store} = world();
	const created = store.create(configMaps, configMap('one'), 'test');
	const operations = [
		{op: 'test', path: '/metadata/uid', value: 'other'},
		{op: 'replace', path: '/data/key', value: 'new'},
	] as const;
	const error = t.throws<StatusError>(() => store.patch(configMaps, 'test', 'one', operations, 'test'));
	t.is(error.code, 422);
	t.is(error.reason, 'Invalid');
	t.is(store.get(configMaps, 'test', 'one'), created);
});

test('finalizers hold an object that is being deleted until the last one goes', (t) => {
	const {store} = world();
	store.create(configMaps, configMap('one', {finalizers: ['aviary/a', 'aviary/b']}), 'test');
	const held = store.remove(configMaps, 'test', 'one', 'test');
	t.is(held?.metadata.deletionTimestamp, '2026-01-02T03:04:05Z');
	t.truthy(store.remove(configMaps, 'test', 'one', 'test'));
	const drop = [{op: 'remove', path: '/metadata/finalizers/0'}] as const;
	store.patch(configMaps, 'test', 'one', drop, 'test');
	t.truthy(store.get(configMaps, 'test', 'one'));
	store.patch(configMaps, 'test', 'one', drop, 'test');
	t.is(store.get(configMaps, 'test', 'one'), undefined);
});

test('a deletion with another uid is refused', (t) => {
	const {store} = world();
	const {uid} = store.create(configMaps, configMap('one'), 'test').metadata;
	const error = t.throws<StatusError>(() => store.remove(configMaps, 'test', 'one', 'test', {uid: 'x'}));
	t.is(error.code, 409);
	t.true(error.message.includes(`the UID in the precondition (x) does not match the UID in record (${uid})`));
});

const ownedBy = (...owners: ReadonlyArray<{metadata: {name: string; uid?: string}}>) => ({
	ownerReferences: owners.map(({metadata}) => ({
		apiVersion: 'v1',
		kind: 'ConfigMap',
		name: metadata.name,
		uid: metadata.uid ?? '',
	})),
});

test('what is owned goes with the last of its owners, and what it owns too', (t) => {
	const {store} = world();
	const first = store.create(configMaps, configMap('first'), 'test');
	const second = store.create(configMaps, configMap('second'), 'test');
	const child = store.create(configMaps, configMap('child', ownedBy(first, second)), 'test');
	store.create(configMaps, configMap('grandchild', ownedBy(child)), 'test');
	store.remove(configMaps, 'test', 'first', 'test');
	const left = store.get(configMaps, 'test', 'child');
	t.deepEqual(
		left?.metadata.ownerReferences?.map(({name}) => name),
		['second'],
	);
	store.remove(configMaps, 'test', 'second', 'test');
	t.deepEqual(store.list(configMaps, {}).items, []);
});

test('an owner of the same name but another uid is no owner', (t) => {
	const {store} = world();
	const old = store.create(configMaps, configMap('owner'), 'test');
	store.remove(configMaps, 'test', 'owner', 'test');
	store.create(configMaps, configMap('owner'), 'test');
	store.create(configMaps, configMap('child', ownedBy(old)), 'test');
	t.is(store.get(configMaps, 'test', 'child'), undefined);
});

test('orphans stay, and a foreground deletion waits for what is owned', (t) => {
	const {store} = world();
	const owner = store.create(configMaps, configMap('owner'), 'test');
	store.create(configMaps, configMap('child', ownedBy(owner)), 'test');
	store.remove(configMaps, 'test', 'owner', 'test', {propagationPolicy: 'Orphan'});
	t.is(store.get(configMaps, 'test', 'owner'), undefined);
	t.is(store.get(configMaps, 'test', 'child')?.metadata.ownerReferences, undefined);
	const next = store.create(configMaps, configMap('next'), 'test');
	store.create(configMaps, configMap('slow', {...ownedBy(next), finalizers: ['aviary/a']}), 'test');
	t.truthy(store.remove(configMaps, 'test', 'next', 'test', {propagationPolicy: 'Foreground'}));
	store.patch(configMaps, 'test', 'slow', [{op: 'remove', path: '/metadata/finalizers'}], 'test');
	t.deepEqual(
		store.list(configMaps, {}).items.map(({metadata}) => metadata.name),
		['child'],
	);
});

test('a namespace goes when its content is gone, and takes nothing new meanwhile', (t) => {
	const {store} = world();
	store.create(deployments, deployment(), 'test');
	store.create(configMaps, configMap('held', {finalizers: ['aviary/a']}), 'test');
	t.is(store.remove(namespaces, undefined, 'test', 'test')?.status?.['phase'], 'Terminating');
	t.is(store.get(deployments, 'test', 'podinfo'), undefined);
	const error = t.throws<StatusError>(() => store.create(configMaps, configMap('late'), 'test'));
	t.is(error.code, 403);
	store.patch(configMaps, 'test', 'held', [{op: 'remove', path: '/metadata/finalizers'}], 'test');
	t.is(store.get(namespaces, undefined, 'test'), undefined);
});

test('with a kubelet a running pod is only marked, until it is removed without grace', (t) => {
	const {store} = world({hasKubelet: true});
	const spec = {containers: [{name: 'a', image: 'b'}], nodeName: 'node'};
	store.create(pods, {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'p', namespace: 'test'}, spec}, 'test');
	t.is(store.remove(pods, 'test', 'p', 'test')?.metadata.deletionTimestamp, '2026-01-02T03:04:35Z');
	t.is(store.remove(pods, 'test', 'p', 'kubelet', {gracePeriodSeconds: 0}), undefined);
	t.is(store.get(pods, 'test', 'p'), undefined);
});

test('watchers hear of changes in the order of their acceptance, also of those made while hearing', (t) => {
	const {store} = world();
	const heard: string[] = [];
	store.watch(configMaps, {}, ({object}) => {
		if (object.metadata.name === 'one') store.create(configMaps, configMap('two'), 'test');
		heard.push(`first ${object.metadata.name}`);
	});
	store.watch(configMaps, {}, ({object}) => heard.push(`second ${object.metadata.name}`));
	store.create(configMaps, configMap('one'), 'test');
	t.deepEqual(heard, ['first one', 'second one', 'first two', 'second two']);
});

test('observers hear of a write before its watchers, and by whom it was', (t) => {
	const {store} = world();
	const heard: string[] = [];
	store.onAccepted(({verb, by, subresource, before}) =>
		heard.push(`${verb} ${by} ${subresource} ${before === undefined}`),
	);
	store.watch(deployments, {}, ({type}) => heard.push(type));
	const created = store.create(deployments, deployment(), 'kubectl');
	store.update(deployments, {...created, status: {replicas: 1}}, 'controller', 'status');
	t.deepEqual(heard, ['create kubectl  true', 'ADDED', 'update controller status false', 'MODIFIED']);
});

test('what leaves a selection is deleted for its watcher, what enters is added', (t) => {
	const {store} = world();
	const heard: string[] = [];
	store.watch(configMaps, {labelSelector: 'app in (a, b),!old'}, ({type}) => heard.push(type));
	store.create(configMaps, configMap('one'), 'test');
	store.update(configMaps, configMap('one', {labels: {app: 'a'}}), 'test');
	store.update(configMaps, configMap('one', {labels: {app: 'b'}}), 'test');
	store.update(configMaps, configMap('one', {labels: {app: 'b', old: ''}}), 'test');
	t.deepEqual(heard, ['ADDED', 'MODIFIED', 'DELETED']);
});

test('a watch that has stopped hears nothing, even of what was accepted before', (t) => {
	const {store} = world();
	let stop = (): void => {};
	store.watch(configMaps, {}, () => stop());
	stop = store.watch(configMaps, {}, () => t.fail());
	store.create(configMaps, configMap('one'), 'test');
	t.pass();
});

test('what comes out is frozen, and what goes in is not kept', (t) => {
	const {store} = world();
	const given = configMap('one');
	const created = store.create(configMaps, given, 'test');
	given['data'] = {key: 'other'};
	t.deepEqual(store.get(configMaps, 'test', 'one')?.['data'], {key: 'value'});
	t.throws(() => {
		(created['data'] as Record<string, string>)['key'] = 'other';
	});
});

test('a workload whose selector misses its template is refused, and a selector cannot change', (t) => {
	const {store} = world();
	const {template} = deployment().spec as {template: unknown};
	const other = {selector: {matchLabels: {app: 'other'}}, template};
	const missing = t.throws(() => store.create(replicaSets, {...deployment(), kind: 'ReplicaSet', spec: other}, 'test'));
	t.true(missing?.message.includes('`selector` does not match template `labels`'));
	const created = store.create(deployments, deployment(), 'test');
	const changed = {...created, spec: {...created.spec, selector: {matchLabels: {app: 'podinfo', more: 'x'}}}};
	t.throws(() => store.update(deployments, changed, 'test'), {message: /field is immutable/u});
});
