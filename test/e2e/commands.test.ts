// Who may steer, on a real API server with its RBAC and its policy; and a release steered from the command line.
import {readFile, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {verbs, type Verb} from '../../api/model.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {canaries, canaryCommands, pathOf} from '../../services/kubernetes/resources.ts';
import {run, type Outcome} from '../cli/desk.ts';
import {midRun, phaseBecomes, statusBecomes, statusOf} from '../releases/assertions.ts';
import {shapes, type ReleaseShape} from '../releases/shapes.ts';
import {artifact, startCluster, type Cluster} from './cluster.ts';
import {builtAssets} from './control-plane/build-assets.ts';
import {ApiError, createClient, type Client} from '../../sandbox/real/control-plane/client.ts';
import {eventually} from '../../sandbox/real/control-plane/eventually.ts';

/** A check interval of a minute is a second. */
const SPEED = 60;
const INTERVAL_MS = 60_000;
/** How often what is in Git is applied while a run is paused, once in an interval. */
const APPLIES = 5;
const PLACE = 'a';

const [first] = shapes as readonly [ReleaseShape, ReleaseShape];

/** Who is bound to which role in the namespace `a`; carol is bound to none. */
const roles = {
	alice: 'aviary-releaser',
	bob: 'aviary-viewer',
	carol: undefined,
	erin: 'edit',
	frank: 'aviary-admin',
	gina: 'pauses-podinfo',
} as const;
type Person = keyof typeof roles;
const people = Object.keys(roles) as readonly Person[];

type Access = {readonly kubeconfig: string; readonly client: Client};

let dir: string;
let cluster: Cluster;
const accesses = new Map<Person, Access>();

const bindings = (): readonly unknown[] => {
	const rbac = {apiGroup: 'rbac.authorization.k8s.io'};
	const bound = people.flatMap((name) => {
		const role = roles[name];
		return role === undefined
			? []
			: [
					{
						apiVersion: 'rbac.authorization.k8s.io/v1',
						kind: 'RoleBinding',
						metadata: {name, namespace: PLACE},
						roleRef: {...rbac, kind: 'ClusterRole', name: role},
						subjects: [{...rbac, kind: 'User', name}],
					},
				];
	});
	const narrow = {
		apiVersion: 'rbac.authorization.k8s.io/v1',
		kind: 'ClusterRole',
		metadata: {name: roles.gina},
		rules: [
			{apiGroups: ['aviary.dev'], resources: ['canarycommands'], verbs: ['create']},
			{apiGroups: ['flagger.app'], resources: ['canaries'], resourceNames: ['podinfo'], verbs: ['pause']},
		],
	};
	const namespaces = [PLACE, 'b'].map((name) => ({apiVersion: 'v1', kind: 'Namespace', metadata: {name}}));
	return [...namespaces, narrow, ...bound];
};

type Wish = {
	readonly namespace?: string;
	readonly canary?: string;
	readonly verb?: Verb;
	readonly requestedBy?: string;
};

/** Asks the API server without storing anything; answers what it refused with, or an empty text. */
const refusalTo = async (person: Person, wish: Wish = {}): Promise<string> => {
	const {namespace = PLACE, canary = 'podinfo', verb = 'pause', requestedBy = person} = wish;
	const command = {
		apiVersion: 'aviary.dev/v1alpha1',
		kind: 'CanaryCommand',
		metadata: {name: `${canary}-${verb}`, namespace},
		spec: {canary, verb, reason: 'it is so', requestedBy, ...(verb === 'set-weight' && {weight: 30})},
	};
	try {
		await accesses.get(person)?.client.call('POST', `${pathOf(canaryCommands, namespace)}?dryRun=All`, command);
		return '';
	} catch (error) {
		if (error instanceof ApiError) {
			return error.message;
		}

		throw error;
	}
};

/** The command line, as this person. */
const aviary = async (person: Person, ...words: readonly string[]): Promise<Outcome> =>
	run([...words, '--kubeconfig', accesses.get(person)?.kubeconfig ?? '']);

test.before(async () => {
	dir = await mkdtemp(path.join(tmpdir(), 'aviary-commands-'));
	cluster = await startCluster(dir, builtAssets(), SPEED);
	const {plane} = cluster;
	await cluster.kubectl(['apply', '-k', artifact('roles')]);
	await cluster.kubectl(['apply', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'List', items: bindings()}));
	for (const person of people) {
		const kubeconfig = await plane.kubeconfigFor(person);
		const {users} = JSON.parse(await readFile(kubeconfig, 'utf8')) as {users: [{user: {token: string}}]};
		const client = createClient({url: plane.url, ca: await readFile(plane.caFile), token: users[0].user.token});
		accesses.set(person, {kubeconfig, client});
	}

	// The API server learns of roles and policies by watches of its own.
	await eventually('the releaser may pause', async () => ((await refusalTo('alice')) === '' ? true : undefined));
	await eventually('the built-in role has the releaser’s rules', async () =>
		(await refusalTo('erin')) === '' ? true : undefined,
	);
	await eventually('the policy is in force', async () =>
		(await refusalTo('alice', {requestedBy: 'bob'})) === '' ? undefined : true,
	);
});

test.after.always(async () => {
	for (const {client} of accesses.values()) {
		await client.close();
	}

	await cluster?.stop();
	await rm(dir, {recursive: true, force: true});
});

test.serial('a role decides who may give which command', async (t) => {
	const allowed: Record<string, readonly Verb[]> = {};
	for (const person of people) {
		const refusals = await Promise.all(verbs.map((verb) => refusalTo(person, {verb})));
		allowed[person] = verbs.filter((_, index) => refusals[index] === '');
	}

	t.deepEqual(allowed, {alice: verbs, bob: [], carol: [], erin: verbs, frank: verbs, gina: ['pause']});
});

test.serial('a verb that one may not is refused by name, with the role that gives it', async (t) => {
	const told = await refusalTo('gina', {verb: 'promote'});
	t.regex(told, /: 403 /);
	t.true(
		told.includes(
			String.raw`spec.verb: \"gina\" may not promote the Canary \"podinfo\" in the namespace \"a\"; ask for the verb promote on canaries.flagger.app there, which the ClusterRole aviary-releaser gives`,
		),
		told,
	);
	// Her verb is for one Canary.
	t.regex(await refusalTo('gina', {canary: 'cart'}), /may not pause the Canary \\"cart\\"/);
	for (const person of ['alice', 'frank'] as const) {
		t.regex(await refusalTo(person, {namespace: 'b'}), /cannot create resource \\"canarycommands\\"/);
	}
});

test.serial('nobody gives a command in the name of another, whatever else they may', async (t) => {
	for (const person of ['alice', 'frank'] as const) {
		const told = await refusalTo(person, {requestedBy: 'bob'});
		t.true(told.includes(String.raw`spec.requestedBy: \"bob\" is not who asks; write \"${person}\"`), told);
	}

	const command = {
		apiVersion: 'aviary.dev/v1alpha1',
		kind: 'CanaryCommand',
		metadata: {name: 'forged', namespace: PLACE},
		spec: {canary: 'podinfo', verb: 'pause', reason: 'it is so', requestedBy: 'alice'},
	};
	await t.throwsAsync(cluster.kubectl(['create', '-f', '-'], JSON.stringify(command)), {
		message: /spec\.requestedBy: "alice" is not who asks; write "admin"/,
	});
});

/** Applies the Canary as it is in Git, as a GitOps controller does: server-side, and by force. */
const applyFromGit = async (): Promise<void> => {
	const canary = (await first.objects(PLACE, {tag: '1.2.0'})).find(({kind}) => kind === 'Canary') as KubeObject;
	const where = `${pathOf(canaries, PLACE, canary.metadata.name)}?fieldManager=kustomize-controller&force=true`;
	await accesses.get('frank')?.client.call('PATCH', where, canary, 'application/apply-patch+yaml');
};

test.serial('a command cannot be changed, nor its answer be made up', async (t) => {
	const metadata = {name: 'fixed', namespace: PLACE};
	const spec = {canary: 'nobody', verb: 'pause', reason: 'it is so', requestedBy: 'frank'};
	const client = accesses.get('frank')?.client as Client;
	const body = {apiVersion: 'aviary.dev/v1alpha1', kind: 'CanaryCommand', metadata, spec, status: {outcome: 'Done'}};
	const created = (await client.call('POST', pathOf(canaryCommands, PLACE), body)) as KubeObject;
	t.is(created.status, undefined);
	const merge = 'application/merge-patch+json';
	for (const subresource of [undefined, 'status'] as const) {
		const where = pathOf(canaryCommands, PLACE, 'fixed', subresource);
		const error = await t.throwsAsync(client.call('PATCH', where, {status: {outcome: 'Done'}}, merge));
		t.regex(error?.message ?? '', /User \\"frank\\" cannot patch resource/);
	}

	await t.throwsAsync(
		cluster.kubectl(['-n', PLACE, 'patch', 'canarycommand/fixed', '--type=merge', '-p', '{"spec":{"verb":"promote"}}']),
		{message: /a command cannot be changed; give another one/},
	);
});

test.serial('a releaser steers a running release from the command line, and nobody else does', async (t) => {
	const harness = cluster.harnessIn(PLACE);
	await first.begin(harness, {tag: '1.2.0'});
	await midRun(harness, first);
	const paused = await aviary('alice', 'pause', 'podinfo', '-n', PLACE, '--reason', 'checkout is slow');
	t.deepEqual([paused.code, paused.err], [0, '']);
	t.regex(paused.out, /^alice asks to pause a\/podinfo \(revision [0-9a-f]+, \w+, \d+ % of the traffic\)\nAccepted: /);
	const {canaryWeight} = await statusBecomes(harness, 'it is paused', ({state}) => state === 'halted');

	for (let applied = 0; applied < APPLIES; applied++) {
		await applyFromGit();
		await harness.pass(INTERVAL_MS);
	}

	t.like(await statusOf(harness), {
		state: 'halted',
		canaryWeight,
		waitingFor: 'somebody to resume it: paused by alice: checkout is slow',
	});
	const seen = await aviary('bob', 'explain', 'podinfo', '-n', PLACE);
	t.regex(seen.out, /\n {2}\S+ ago +pause by alice: checkout is slow \(Accepted, no weight rises/);
	t.regex(seen.out, /the run goes on\n +aviary resume podinfo -n a --reason/);
	const viewer = await aviary('bob', 'resume', 'podinfo', '-n', PLACE, '--reason', 'it is fine');
	t.is(viewer.code, 1);
	t.regex(
		viewer.err,
		/User "bob" cannot create [^\n]+; ask for create on [^\n]+ the ClusterRole aviary-releaser gives both\n$/,
	);
	const stranger = await aviary('carol', 'resume', 'podinfo', '-n', PLACE, '--reason', 'it is fine');
	t.regex(
		stranger.err,
		/User "carol" cannot get [^\n]+; ask for the right to get [^\n]+ClusterRole aviary-viewer gives\n$/,
	);

	const back = await aviary('alice', 'rollback', 'podinfo', '-n', PLACE, '--reason', 'checkout fails');
	t.deepEqual([back.code, back.err], [0, '']);
	t.like(await phaseBecomes(harness, 'Failed'), {reason: 'a rollback was ordered by alice: checkout fails'});
	const late = await aviary('alice', 'pause', 'podinfo', '-n', PLACE, '--reason', 'too late', '--any-revision');
	t.is(late.code, 1);
	t.regex(late.err, /^aviary: refused: [^\n]+; see aviary explain a\/podinfo\n$/);
	t.deepEqual(cluster.errors, []);
});
