// Reading and acting with real tokens: TokenReview, SubjectAccessReview and the admission policy of a real API server.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import type {CanaryDetail, CanarySummary} from '../../api/http/canary-views.ts';
import {startDaemon, type Daemon} from '../../index.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {releaseOf} from '../../sandbox/scenarios.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {canaryCommands, pathOf} from '../../services/kubernetes/resources.ts';
import {silentLog} from '../../services/log.ts';
import {ask as askAt, type Said, type Sent} from '../services/web/site.ts';
import {ACCOUNT, artifact, startGround, type Ground} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';

const SPEED = 20;
const CANARY = 'canaries/test/podinfo';
/** Service accounts in `test`, and the ClusterRole that each is bound to there. */
const accounts = {releaser: 'aviary-releaser', viewer: 'aviary-viewer', stranger: undefined} as const;
type Account = keyof typeof accounts;

let dir: string;
let ground: Ground;
let daemon: Daemon;
const tokens = new Map<Account, string>();

const userOf = (account: Account): string => `system:serviceaccount:test:${account}`;

const ask = (url: string, account?: Account, sent: Sent = {}): Promise<Said> =>
	askAt(Number(new URL(daemon.pageUrl ?? '').port), `/api/v1/${url}`, {
		...sent,
		headers: {
			...(account !== undefined && {authorization: `Bearer ${tokens.get(account) ?? ''}`}),
			...sent.headers,
		},
	});

const give = (account: Account, command: unknown): Promise<Said> =>
	ask(`${CANARY}/commands`, account, {
		method: 'POST',
		headers: {'content-type': 'application/json'},
		body: JSON.stringify(command),
	});

const applied = async (objects: readonly unknown[]): Promise<void> => {
	await ground.kubectl(['apply', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'List', items: objects}));
};

const people = (): readonly unknown[] =>
	(Object.keys(accounts) as readonly Account[]).flatMap((name) => {
		const metadata = {name, namespace: 'test'};
		const role = accounts[name];
		return [
			{apiVersion: 'v1', kind: 'ServiceAccount', metadata},
			...(role === undefined
				? []
				: [
						{
							apiVersion: 'rbac.authorization.k8s.io/v1',
							kind: 'RoleBinding',
							metadata,
							roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role},
							subjects: [{kind: 'ServiceAccount', ...metadata}],
						},
					]),
		];
	});

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-web-'));
	ground = await startGround(dir, builtAssets(), SPEED);
	await ground.kubectl(['apply', '-f', artifact('page-tokens/rbac.yaml')]);
	await ground.kubectl(['apply', '-k', artifact('roles')]);
	const {objects} = await releaseOf('good', 'first');
	await applied(objects);
	await applied(people());
	for (const account of Object.keys(accounts) as readonly Account[]) {
		const token = await ground.kubectl(['create', 'token', account, '-n', 'test', '--duration=1h']);
		tokens.set(account, token.trim());
	}

	daemon = await startDaemon(
		{
			kubeconfig: await ground.plane.kubeconfigFor(ACCOUNT),
			metricsServer: ground.mesh.url,
			meshProvider: 'istio',
			intervalMs: 60_000,
			logLevel: 'error',
			port: 0,
			speed: SPEED,
			ui: {port: 0, address: '127.0.0.1', auth: 'token'},
		},
		{log: silentLog},
	);
	await daemon.ready;
	// The API server learns of roles by watches of its own.
	await eventually('the viewer may read', async () =>
		(await ask(CANARY, 'viewer')).status === 200 ? true : undefined,
	);
});

test.after.always(async () => {
	await daemon?.stop();
	await ground?.stop();
	await rm(dir, {recursive: true, force: true});
});

test.serial('whoever may get Canaries in a namespace reads them, and nobody else', async (t) => {
	t.is((await ask('canaries')).status, 401);
	t.is((await ask('canaries', undefined, {headers: {authorization: 'Bearer guessed'}})).status, 401);
	t.is((await ask(CANARY, 'stranger')).status, 403);
	t.deepEqual(JSON.parse((await ask('canaries', 'stranger')).body), {items: []});
	const {items} = JSON.parse((await ask('canaries', 'viewer')).body) as {items: readonly CanarySummary[]};
	t.deepEqual(
		items.map(({namespace, name, custody}) => ({namespace, name, custody})),
		[{namespace: 'test', name: 'podinfo', custody: 'living'}],
	);
});

test.serial('a command is the caller’s own: in its name, by its rights, and past the admission policy', async (t) => {
	await eventually('the run has traffic', async () => {
		const detail = JSON.parse((await ask(CANARY, 'viewer')).body) as CanaryDetail;
		return detail.weight > 0 ? true : undefined;
	});
	const pause = {verb: 'pause', reason: 'checkout is slow'};
	for (const account of ['viewer', 'stranger'] as const) {
		const refused = await give(account, pause);
		t.is(refused.status, 403, refused.body);
	}

	const given = await eventually('the releaser’s rights are known', async () => {
		const said = await give('releaser', pause);
		return said.status === 201 ? said : undefined;
	});
	const {name, requestedBy} = JSON.parse(given.body) as {readonly name: string; readonly requestedBy: string};
	t.is(requestedBy, userOf('releaser'));
	const command = (await ground.client.call('GET', pathOf(canaryCommands, 'test', name))) as KubeObject;
	t.is(command.spec?.['requestedBy'], userOf('releaser'));
	const detail = await eventually('the run is paused', async () => {
		const found = JSON.parse((await ask(CANARY, 'viewer')).body) as CanaryDetail;
		return found.path === 'halted.paused' ? found : undefined;
	});
	t.true(detail.paused);
	t.like(detail.commands.at(-1), {name, verb: 'pause', requestedBy, reason: pause.reason});
});

test.serial('a right that ends is gone within a minute', async (t) => {
	await ground.kubectl(['delete', 'rolebinding', 'viewer', '-n', 'test']);
	await eventually('the viewer may no longer read', async () =>
		(await ask(CANARY, 'viewer')).status === 403 ? true : undefined,
	);
	t.is((await ask(CANARY, 'releaser')).status, 200);
});
