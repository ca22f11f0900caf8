// Values files of the peer's: they render, and what they make is ours.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {run} from '../cli/desk.ts';
import {seen} from './chart-values.ts';
import {byName, createHelm, PEER_VALUES, podSpecOf, type Helm} from './chart.ts';

const IMAGE = 'Deployment spec.template.spec.containers.0.image';
const MATCHED =
	'Deployment spec.template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.0' +
	'.podAffinityTerm.labelSelector.matchLabels';

let dir: string;
let rendered: Helm['rendered'];

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-helm-peer-'));
	({rendered} = createHelm({HOME: dir}));
});

test.after.always(async () => {
	await rm(dir, {recursive: true, force: true});
});

test.serial("the peer's default values render, with our image", async (t) => {
	const ours = await rendered();
	const objects = await rendered('--values', PEER_VALUES);
	// One replica by default there, so no budget.
	t.deepEqual(
		Object.keys(byName(objects)).sort(),
		Object.keys(byName(ours))
			.filter((name) => !name.startsWith('PodDisruptionBudget '))
			.sort(),
	);
	t.is(seen(objects, IMAGE), seen(ours, IMAGE));
	t.deepEqual(seen(objects, MATCHED), seen(objects, 'Deployment spec.selector.matchLabels'));
	t.like(seen(objects, 'Deployment spec.template.spec.containers.0.securityContext'), {
		allowPrivilegeEscalation: false,
		readOnlyRootFilesystem: true,
		runAsUser: 10_001,
	});
});

test.serial("the daemon takes the arguments that the peer's default values make", async (t) => {
	const {args} = podSpecOf(byName(await rendered('--values', PEER_VALUES))['Deployment aviary']).containers[0];
	const {code, err} = await run([...args, '--port', 'none']);
	t.is(code, 2);
	t.regex(err, /^aviary: option '--port <number>' argument 'none'/);
});

test.serial("an image of the peer's is not run with our arguments; another one is what it says", async (t) => {
	const ours = seen(await rendered(), IMAGE);
	for (const [repository, is] of [
		['ghcr.io/fluxcd/flagger', ours],
		['ghcr.io/weaveworks/flagger', ours],
		['weaveworks/flagger', ours],
		['mirror.example:5000/docker/fluxcd/flagger', ours],
		['registry.example/flagger', 'registry.example/flagger:1.44.0'],
		['registry.example/fluxcd/aviary', 'registry.example/fluxcd/aviary:1.44.0'],
	] as const) {
		const settings = ['--values', PEER_VALUES, '--set', `image.repository=${repository}`];
		t.is(seen(await rendered(...settings), IMAGE), is, repository);
	}
});

test.serial("values may use the names that the peer's templates define", async (t) => {
	const file = path.join(dir, 'values.yaml');
	const names = ['name', 'fullname', 'serviceAccountName', 'chart'];
	const affinity = Object.fromEntries(names.map((name) => [name, `{{ template "flagger.${name}" . }}`]));
	await writeFile(file, JSON.stringify({affinity: {...affinity, podAntiAffinity: null}}));
	const objects = await rendered('--values', file, '--set', 'nameOverride=bird,serviceAccount.name=account');
	const {chart, ...others} = seen(objects, 'Deployment spec.template.spec.affinity') as Record<string, string>;
	t.deepEqual(others, {name: 'bird', fullname: 'aviary-bird', serviceAccountName: 'account'});
	t.regex(chart ?? '', /^aviary-\d+\.\d+\.\d+/);
});
