// install: by default what `kubectl apply -k artifacts/operator` applies; with flags, the same fitted to a cluster.
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {parseAllDocuments} from 'yaml';
import {objectsOf} from '../../sandbox/embedded.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {casesWith, programNamed} from '../kubectl/program.ts';
import {run} from './desk.ts';

const withKubectl = casesWith('kubectl');

const keyOf = ({kind, metadata}: KubeObject): string => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

const byName = (objects: readonly KubeObject[]): readonly KubeObject[] =>
	objects.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

const installed = async (...words: readonly string[]): Promise<readonly KubeObject[]> => {
	const {code, out, err} = await run(['install', ...words]);
	if (code !== 0) throw new Error(err);
	return objectsOf(out);
};

withKubectl('by default it prints what kubectl kustomize makes of artifacts/operator', async (t) => {
	const folder = fileURLToPath(new URL('../../artifacts/operator', import.meta.url));
	const {stdout} = await promisify(execFile)(programNamed('kubectl') ?? '', ['kustomize', folder], {
		maxBuffer: 16 * 1024 * 1024,
	});
	t.deepEqual(byName(await installed()), byName(objectsOf(stdout)));
});

test('what others need comes first', async (t) => {
	const kinds = (await installed()).map(({kind}) => kind);
	t.is(kinds[0], 'Namespace');
	t.true(kinds.lastIndexOf('CustomResourceDefinition') < kinds.indexOf('Deployment'));
	t.true(kinds.lastIndexOf('ClusterRole') < kinds.indexOf('ClusterRoleBinding'));
});

test('another namespace, image, Prometheus and mesh, and nowhere the old ones', async (t) => {
	const {out} = await run([
		'install',
		'--namespace=releases',
		'--image=registry.test/aviary:9',
		'--mesh-provider=kubernetes',
		'--metrics-server=http://prometheus.monitoring:9090',
	]);
	t.false(/aviary-system|aviary:0|http:\/\/prometheus:9090|provider=istio/.test(out));
	const deployment = objectsOf(out).find(({kind}) => kind === 'Deployment');
	t.is(deployment?.metadata.namespace, 'releases');
	for (const text of ['--metrics-server=http://prometheus.monitoring:9090', '--mesh-provider=kubernetes']) {
		t.true(JSON.stringify(deployment).includes(text), text);
	}

	t.is(parseAllDocuments(out).length, (await installed()).length);
});

test('a mesh that wants more permissions brings them', async (t) => {
	const roles = (await installed('--mesh-provider=knative', '-n', 'releases')).filter(
		({kind}) => kind === 'ClusterRole',
	);
	t.true(roles.some(({metadata}) => metadata.name === 'aviary-knativeservices'));
});

test('--crds-only, -o name, and a flag with a wrong value', async (t) => {
	const crds = await installed('--crds-only');
	t.deepEqual([...new Set(crds.map(({kind}) => kind))], ['CustomResourceDefinition']);
	const {out} = await run(['install', '--crds-only', '-o', 'name']);
	t.true(out.includes('customresourcedefinition/canaries.flagger.app\n'));
	const wrong = await run(['install', '--metrics-server', 'prometheus:9090']);
	t.is(wrong.code, 2);
	t.regex(wrong.err, /Write an address such as http:\/\/prometheus:9090; see aviary install --help/);
});
