import test from 'ava';
import {call, canary, canaryWorld, configMap, deployment, keys, told, watch, world} from './world.ts';

const configMapsPath = '/api/v1/namespaces/test/configmaps';
const canariesPath = '/apis/flagger.app/v1beta1/namespaces/test/canaries';
const deploymentsPath = '/apis/apps/v1/namespaces/test/deployments';
const table = {accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'};

test('what is not there is a 404 Status with details', (t) => {
	const at = canaryWorld();
	const {status, body} = call(at, 'GET', `${canariesPath}/podinfo`);
	t.is(status, 404);
	t.is(body.message, 'canaries.flagger.app "podinfo" not found');
	t.deepEqual(body.details, {name: 'podinfo', group: 'flagger.app', kind: 'canaries'});
	t.is(call(at, 'GET', '/apis/nothing.io/v1/things').body.message, 'the server could not find the requested resource');
});

test('lists come in pages that hang together', (t) => {
	const at = world();
	for (const name of ['a', 'b', 'c', 'd', 'e']) at.store.create(keys.configMaps, configMap(name), 'test');
	const names: string[] = [];
	let token = '';
	for (let page = 0; page < 3; page++) {
		const {body} = call(at, 'GET', `${configMapsPath}?limit=2&continue=${token}`);
		names.push(...body.items.map((item: any) => item.metadata.name));
		token = body.metadata.continue ?? '';
	}

	t.deepEqual(names, ['a', 'b', 'c', 'd', 'e']);
	t.is(token, '');
});

test('field selectors find events by what they are about, and unknown fields are a 400', (t) => {
	const at = world();
	const event = (name: string, about: string) => ({
		apiVersion: 'v1',
		kind: 'Event',
		metadata: {name, namespace: 'test'},
		involvedObject: {kind: 'Canary', name: about, namespace: 'test'},
	});
	for (const [name, about] of [
		['one', 'a'],
		['two', 'b'],
	] as const) {
		t.is(call(at, 'POST', '/api/v1/namespaces/test/events', event(name, about)).status, 201);
	}

	const {body} = call(at, 'GET', '/api/v1/events?fieldSelector=involvedObject.name%3Db,involvedObject.kind%3DCanary');
	t.deepEqual(
		body.items.map((item: any) => item.metadata.name),
		['two'],
	);
	t.is(call(at, 'GET', '/api/v1/events?fieldSelector=spec.color%3Dred').status, 400);
});

test('a watch without version begins with what is there; one with a version goes on from it', (t) => {
	const at = world();
	at.store.create(keys.configMaps, configMap('one'), 'test');
	const since = at.store.resourceVersion();
	at.store.create(keys.configMaps, configMap('two'), 'test');
	const whole = watch(at, `${configMapsPath}?watch=true`);
	const resumed = watch(at, `${configMapsPath}?watch=true&resourceVersion=${since}`);
	at.store.remove(keys.configMaps, 'test', 'one', 'test');
	t.deepEqual(told(whole), ['ADDED one', 'ADDED two', 'DELETED one']);
	t.deepEqual(told(resumed), ['ADDED two', 'DELETED one']);
	resumed.stop();
	at.store.remove(keys.configMaps, 'test', 'two', 'test');
	t.is(resumed.events.length, 2);
});

test('a watch from what is forgotten ends in 410 within its stream', (t) => {
	const at = world();
	at.store.create(keys.configMaps, configMap('one'), 'test');
	at.store.create(keys.configMaps, configMap('two'), 'test');
	at.store.compact();
	const watched = watch(at, `${configMapsPath}?watch=true&resourceVersion=1`);
	t.true(watched.isEnded());
	t.like(watched.events[0], {
		type: 'ERROR',
		object: {code: 410, reason: 'Expired', message: 'too old resource version: 1 (7)'},
	});
	t.deepEqual(told(watch(at, `${configMapsPath}?watch=true&resourceVersion=7`)), []);
});

test('a history that is full forgets the oldest changes first', (t) => {
	const at = world({historyLimit: 2});
	for (const name of ['a', 'b', 'c', 'd']) at.store.create(keys.configMaps, configMap(name), 'test');
	t.deepEqual(told(watch(at, `${configMapsPath}?watch=true&resourceVersion=7`)), ['ADDED c', 'ADDED d']);
	t.deepEqual(told(watch(at, `${configMapsPath}?watch=true&resourceVersion=6`)), ['ERROR 410']);
});

test('a streaming list ends with the bookmark that says so, and a time limit ends the watch', (t) => {
	const at = world();
	at.store.create(keys.configMaps, configMap('one'), 'test');
	const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
	const watched = watch(at, `${configMapsPath}?${query}&timeoutSeconds=90`);
	t.deepEqual(told(watched), ['ADDED one', 'BOOKMARK']);
	t.is(watched.events[1].object.metadata.annotations['k8s.io/initial-events-end'], 'true');
	t.is(watched.events[1].object.metadata.resourceVersion, at.store.resourceVersion());
	at.clock.advance(60_000);
	t.is(watched.events.length, 3);
	t.false(watched.isEnded());
	at.clock.advance(30_000);
	t.true(watched.isEnded());
});

test('a table has the columns of its kind, and a watched table sends them once', (t) => {
	const at = world();
	at.store.create(keys.deployments, deployment(), 'test');
	at.clock.advance(125_000);
	const {body} = call(at, 'GET', deploymentsPath, undefined, table);
	t.is(body.kind, 'Table');
	t.deepEqual(
		body.columnDefinitions.filter((column: any) => column.priority === 0).map((column: any) => column.name),
		['Name', 'Ready', 'Up-to-date', 'Available', 'Age'],
	);
	t.deepEqual(body.rows[0].cells, ['podinfo', '0/1', 0, 0, '2m5s', 'podinfod', 'podinfo:1.0', 'app=podinfo']);
	t.is(body.rows[0].object.kind, 'PartialObjectMetadata');
	at.store.create(keys.deployments, deployment('other'), 'test');
	const {events} = watch(at, `${deploymentsPath}?watch=true`, table);
	t.deepEqual(
		events.map(({object}) => object.columnDefinitions === null),
		[false, true],
	);
});

test('a custom resource is printed by its own columns, absent values blank', (t) => {
	const at = canaryWorld();
	at.store.create(keys.canaries, canary(), 'test');
	const {body} = call(at, 'GET', `${canariesPath}/podinfo`, undefined, table);
	t.deepEqual(body.rows[0].cells, ['podinfo', null, '0s']);
});

test('discovery is plain or in one answer, as the client asks', (t) => {
	const at = canaryWorld();
	t.deepEqual(call(at, 'GET', '/api').body.versions, ['v1']);
	const groups = call(at, 'GET', '/apis').body.groups.map((group: any) => group.name);
	t.true(groups.includes('flagger.app'));
	const [resource] = call(at, 'GET', '/apis/flagger.app/v1beta1').body.resources;
	t.like(resource, {name: 'canaries', kind: 'Canary', namespaced: true, categories: ['all']});
	const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
	const {body} = call(at, 'GET', '/apis', undefined, {accept});
	t.is(body.kind, 'APIGroupDiscoveryList');
	const flagger = body.items.find((group: any) => group.metadata.name === 'flagger.app');
	t.deepEqual(
		flagger.versions.map(({version}: any) => version),
		['v1beta1', 'v1alpha3'],
	);
});

test('exec is refused in words, and reviews allow everything', (t) => {
	const at = world();
	t.is(call(at, 'GET', '/api/v1/namespaces/test/pods/p/exec?command=ls').status, 400);
	const review = {apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {}};
	const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
	t.true(call(at, 'POST', path, review).body.status.allowed);
	const self = {apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview'};
	const {status, body} = call(at, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', self);
	t.is(status, 201);
	t.is((body.status as unknown as {userInfo: {username: string}}).userInfo.username, 'sandbox');
});
