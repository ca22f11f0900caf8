// doctor: what is wrong with a cluster, each finding with its remedy, and 1 as soon as something is broken.
import {readFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import type {ApiServerOptions} from '../../sandbox/api/server.ts';
import {jsonAnswer} from '../../sandbox/api/messages.ts';
import {objectsOf} from '../../sandbox/embedded.ts';
import type {Finding} from '../../cli/doctor/finding.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {openDesk, putCanary, run, type Desk} from './desk.ts';

type Behind = NonNullable<ApiServerOptions['behind']>;

const allKinds = [
	'canaries.flagger.app',
	'metrictemplates.flagger.app',
	'alertproviders.flagger.app',
	'canarycommands.aviary.dev',
	'canaryruns.aviary.dev',
];
const deployments = {group: 'apps', plural: 'deployments'};
const leases = {group: 'coordination.k8s.io', plural: 'leases'};
const namespaces = {group: '', plural: 'namespaces'};

const shippedOperator = (): KubeObject => {
	const text = readFileSync(new URL('../../artifacts/operator/operator.yaml', import.meta.url), 'utf8');
	const [deployment] = objectsOf(text);
	if (deployment === undefined) throw new Error('no Deployment');
	return deployment;
};

type Played = {denied?: readonly string[]; prometheus?: number; istio?: readonly string[]};

/** Prometheus behind the API server's proxy, Istio's discovery, and refusals of single permissions. */
const cluster =
	({denied = [], prometheus = 200, istio = ['v1', 'v1beta1']}: Played = {}): Behind =>
	(own) =>
	(request) => {
		if (request.path.includes('/proxy/api/v1/query')) {
			const path = '/api/v1/namespaces/aviary-system/services/prometheus:9090/proxy/api/v1/query?query=1';
			const status = request.path === path ? prometheus : 404;
			return jsonAnswer(status, status === 200 ? {status: 'success'} : {kind: 'Status', message: 'no endpoints'});
		}

		if (request.path === '/apis/networking.istio.io') {
			return jsonAnswer(200, {kind: 'APIGroup', versions: istio.map((version) => ({version}))});
		}

		if (request.path.includes('accessreviews')) {
			const review = JSON.parse(Buffer.from(request.body ?? '').toString()) as Review;
			const {verb, resource} = review.spec.resourceAttributes;
			const who = review.spec.user === undefined ? 'you' : 'operator';
			return jsonAnswer(201, {...review, status: {allowed: !denied.includes(`${who}: ${verb} ${resource}`)}});
		}

		return own(request);
	};

type Review = {spec: {user?: string; resourceAttributes: {verb: string; resource: string}}};

type Laid = {kinds?: readonly string[]; behind?: Behind; ready?: number; renewed?: number};

const laid = async (t: ExecutionContext, {kinds = allKinds, behind = cluster(), ready = 2, renewed = 5}: Laid = {}) => {
	const desk = await openDesk({kinds, behind});
	t.teardown(() => desk.close());
	const {store} = desk;
	store.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'aviary-system'}}, 'test');
	const stored = store.create(deployments, shippedOperator(), 'test');
	store.update(deployments, {...stored, status: {readyReplicas: ready}}, 'test', 'status');
	const renewTime = new Date(Date.now() - renewed * 1000).toISOString().replace('Z', '000Z');
	store.create(
		leases,
		{
			apiVersion: 'coordination.k8s.io/v1',
			kind: 'Lease',
			metadata: {name: 'flagger-leader-election', namespace: 'aviary-system'},
			spec: {holderIdentity: 'aviary-0', leaseDurationSeconds: 15, renewTime},
		},
		'test',
	);
	return desk;
};

const examined = async ({kubeconfig}: Desk): Promise<{code: number; findings: readonly Finding[]}> => {
	const {code, out, err} = await run(['doctor', '-n', 'test', '-o', 'json', '--kubeconfig', kubeconfig]);
	if (out === '') throw new Error(err);
	return {code, findings: (JSON.parse(out) as {findings: readonly Finding[]}).findings};
};

const troubles = (findings: readonly Finding[]): readonly string[] =>
	findings.filter(({level}) => level !== 'sound').map(({area, level, text}) => `${area} ${level}: ${text}`);

test('a sound cluster: nothing to say, and 0', async (t) => {
	const desk = await laid(t);
	putCanary(desk, {status: {phase: 'Initialized', state: 'initialized', canaryWeight: 0, failedChecks: 0}});
	const {code, out, err} = await run(['doctor', '-n', 'test', '--kubeconfig', desk.kubeconfig]);
	t.deepEqual([code, err], [0, '']);
	t.deepEqual(
		out.split('\n').map((line) => line.replace(/^(✓ Kubernetes +)v\S+/, '$1VERSION').replace(/all \d+/, 'all N')),
		[
			'✓ Kubernetes   VERSION',
			...allKinds.map(
				(name) => `✓ CRDs         ${name} ${name.endsWith('aviary.dev') ? 'v1alpha1' : 'v1beta1'}, with all fields`,
			),
			'✓ Operator     Deployment aviary-system/aviary (aviary:0.1.0), 2 ready',
			'✓ Operator     aviary-0 leads',
			'✓ Permissions  serviceaccount aviary-system/aviary has all N rights that the operator uses',
			'✓ Metrics      http://prometheus:9090 answers queries',
			'✓ Mesh         Istio: networking.istio.io v1, v1beta1',
			'✓ You          may see Canaries in test',
			'✓ You          may steer Canaries in test',
			'✓ Canaries     1, none in trouble',
			'',
			`${7 + allKinds.length + 2} sound, 0 to look at, 0 broken`,
			'',
		],
	);
});

test('every finding that is not sound has a remedy, and what is broken makes it 1', async (t) => {
	const behind = cluster({denied: ['operator: patch deployments', 'you: create canarycommands'], prometheus: 503});
	const desk = await laid(t, {
		behind,
		ready: 0,
		renewed: 3600,
		kinds: allKinds.filter((name) => !name.includes('runs')),
	});
	putCanary(desk, {name: 'spoiled', status: {phase: 'Failed', state: 'failed', reason: 'too slow', canaryWeight: 0}});
	const {code, findings} = await examined(desk);
	t.is(code, 1);
	const found = troubles(findings);
	for (const expected of [
		/^CRDs broken: canaryruns\.aviary\.dev is not installed: without it no run is recorded$/,
		/^Operator broken: Deployment aviary-system\/aviary .* has no ready pod$/,
		/^Operator broken: nobody leads: .* was renewed 6\dm ago$/,
		/^Permissions broken: serviceaccount aviary-system\/aviary may not patch deployments\.apps$/,
		/^Metrics broken: http:\/\/prometheus:9090 does not answer: .*no endpoints/,
		/^You doubtful: may not steer Canaries in test: create canarycommands\.aviary\.dev$/,
		/^Canaries doubtful: test\/spoiled is failed: too slow$/,
	]) {
		t.true(
			found.some((line) => expected.test(line)),
			`${String(expected)} in\n${found.join('\n')}`,
		);
	}

	t.deepEqual(
		findings.filter(({level, remedy}) => (level === 'sound') !== (remedy === '')),
		[],
	);
});

test('what the operator found in the cluster is named, each with its remedy, and the rest is counted', async (t) => {
	const desk = await laid(t);
	const problem = (number: number) => ({
		field: `VirtualService shop-${number}.test`,
		value: '',
		text: `route ${number} has 3 destinations`,
		remedy: `Leave only two in route ${number}`,
	});
	const problems = Array.from({length: 7}, (_, index) => problem(index + 1));
	const status = {phase: 'Initializing', state: 'initialized', waitingFor: 'what is wrong to be mended', problems};
	putCanary(desk, {name: 'shop', status});
	const {code, findings} = await examined(desk);
	t.is(code, 1);
	const ours = findings.filter(({area}) => area === 'Canaries');
	t.is(ours.length, 5);
	t.like(ours[0], {
		level: 'broken',
		text: 'test/shop: route 1 has 3 destinations',
		remedy: 'Leave only two in route 1',
	});
	t.is(ours[4]?.text, 'test/shop: route 5 has 3 destinations (and 2 more)');
});

test('the peer’s CRD, no operator, and a Canary that nobody attends to', async (t) => {
	const dropping: Behind = (own) => (request) => {
		if (!request.path.endsWith('customresourcedefinitions/canaries.flagger.app')) return cluster()(own)(request);
		const answer = own(request);
		return 'body' in answer
			? {...answer, body: answer.body.replaceAll('"waitingFor"', '"other"').replaceAll('"drainSeconds"', '"another"')}
			: answer;
	};
	const desk = await openDesk({kinds: allKinds, behind: dropping});
	t.teardown(() => desk.close());
	putCanary(desk, {name: 'young'});
	const {code, findings} = await examined(desk);
	t.is(code, 0);
	t.deepEqual(troubles(findings), [
		'CRDs doubtful: canaries.flagger.app is the peer’s or an older one: it drops spec.drainSeconds, status.waitingFor',
		'Operator doubtful: no Deployment of it in this cluster; a daemon may run elsewhere',
	]);
});

test('an API server without a proxy to Services says nothing about Prometheus', async (t) => {
	const without: Behind = (own) => (request) =>
		request.path.includes('/proxy/') ? own(request) : cluster()(own)(request);
	const {code, findings} = await examined(await laid(t, {behind: without}));
	t.is(code, 0);
	t.deepEqual(troubles(findings), ['Metrics doubtful: this API server has no proxy to Services']);
});

test('a mesh whose API is served in none of the versions that are spoken', async (t) => {
	const {code, findings} = await examined(await laid(t, {behind: cluster({istio: ['v2']})}));
	t.is(code, 1);
	t.deepEqual(troubles(findings), [
		'Mesh broken: networking.istio.io is served in v2 alone, not in v1, v1beta1 or v1alpha3: no route can be written',
	]);
});
