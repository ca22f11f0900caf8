// `aviary diff` on a real API server: its defaults are no differences, and its RBAC decides what is compared.
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';
import {startControlPlane, type ControlPlane} from '../../sandbox/real/control-plane/start.ts';
import {silentLog} from '../../services/log.ts';
import {run} from '../cli/desk.ts';
import {artifact, kubectlOf} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';

const PERSON = 'alice';

const started = new AsyncDisposableStack();
let plane: ControlPlane;
let kubectl: ReturnType<typeof kubectlOf>;
let kubeconfig: string;

const apply = (...items: readonly unknown[]): Promise<string> =>
	kubectl(['apply', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'List', items}));

const deployment = (name: string, version: string): unknown => {
	const labels = {app: name};
	const envFrom = [{configMapRef: {name: `settings-${version}`}}, {secretRef: {name: `keys-${version}`}}];
	const container = {name: 'podinfod', image: `podinfo:${version}`, ports: [{containerPort: 9898}], envFrom};
	const template = {metadata: {labels}, spec: {containers: [container]}};
	const spec = {replicas: 0, selector: {matchLabels: labels}, template};
	return {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name, namespace: 'test'}, spec};
};

const config = (kind: 'ConfigMap' | 'Secret', name: string, value: string): unknown => ({
	apiVersion: 'v1',
	kind,
	metadata: {name, namespace: 'test'},
	...(kind === 'Secret' ? {stringData: {token: value}} : {data: {color: value}}),
});

/** May read all but Secrets. */
const rights = (): readonly unknown[] => {
	const metadata = {name: PERSON, namespace: 'test'};
	const rbac = {apiGroup: 'rbac.authorization.k8s.io'};
	const may = (apiGroup: string, resource: string) => ({apiGroups: [apiGroup], resources: [resource], verbs: ['get']});
	const rules = [may('flagger.app', 'canaries'), may('apps', 'deployments'), may('', 'configmaps')];
	const version = {apiVersion: 'rbac.authorization.k8s.io/v1', metadata};
	return [
		{...version, kind: 'Role', rules},
		{
			...version,
			kind: 'RoleBinding',
			roleRef: {...rbac, kind: 'Role', name: PERSON},
			subjects: [{...rbac, kind: 'User', name: PERSON}],
		},
	];
};

test.before(async () => {
	const dir = await mkdtemp(path.join(tmpdir(), 'aviary-diff-'));
	started.defer(() => rm(dir, {recursive: true, force: true}));
	plane = await startControlPlane({dir, assets: builtAssets(), log: silentLog});
	started.defer(() => plane.stop());
	kubectl = kubectlOf(plane);
	await kubectl(['apply', '-f', artifact('crds')]);
	await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
	await kubectl(['create', 'namespace', 'test']);
	const spec = {
		targetRef: {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'},
		service: {port: 9898},
		analysis: {interval: '1m', threshold: 5, iterations: 3},
	};
	await apply(
		{apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: {name: 'podinfo', namespace: 'test'}, spec},
		config('ConfigMap', 'settings-v1', 'blue'),
		config('ConfigMap', 'settings-v2', 'green'),
		config('Secret', 'keys-v1', 'hunter1'),
		config('Secret', 'keys-v2', 'hunter2'),
		deployment('podinfo-primary', 'v1'),
		deployment('podinfo', 'v1'),
		...rights(),
	);
	kubeconfig = await plane.kubeconfigFor(PERSON);
	// The API server learns of roles by a watch of its own.
	await eventually('she may read', async () => {
		const may = ['auth', 'can-i', 'get', 'configmaps', '-n', 'test', `--as=${PERSON}`];
		return (await plane.kubectl(may)).stdout.trim() === 'yes' || undefined;
	});
});

test.after.always(() => started.disposeAsync());

test.serial('what the server adds to both is no difference', async (t) => {
	const {code, out, err} = await run(['diff', 'test/podinfo', '--exit-code', '--kubeconfig', kubeconfig]);
	t.deepEqual([code, out, err], [0, '', '']);
});

test.serial('configs are compared with the caller’s rights, and what she may not read is said', async (t) => {
	await apply(deployment('podinfo', 'v2'));
	const hers = await run(['diff', 'test/podinfo', '--exit-code', '--kubeconfig', kubeconfig]);
	t.is(hers.code, 1, hers.err);
	const lines = hers.out.split('\n');
	t.true(lines.includes('-color: blue') && lines.includes('+color: green'), hers.out);
	const refused = 'you may not get secrets in the namespace test, so that what is in it is not compared';
	t.true(lines.includes(`secret/keys-v1: ${refused}`) && lines.includes(`secret/keys-v2: ${refused}`), hers.out);

	const {out} = await run(['diff', 'test/podinfo', '--kubeconfig', plane.adminKubeconfig]);
	t.true(out.includes('\n-token: (masked)\n+token: (masked, another value)\n'), out);
	t.notRegex(out, /hunter|aHVud/);
});
