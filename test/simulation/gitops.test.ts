// A GitOps controller that applies what is in Git every few seconds, server-side and by force, during a whole run.
import test from 'ava';
import {releaseOf} from '../../sandbox/scenarios.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {follow} from './git-loop.ts';
import {quick, simulate} from './simulation.ts';
import type {Plan} from './simulation.ts';

const withoutReplicas = (object: KubeObject): KubeObject => {
	const {replicas: _, ...spec} = object.spec ?? {};
	return object.kind === 'Deployment' ? {...object, spec} : object;
};

const withImage =
	(name: string, tag: string) =>
	(object: KubeObject): KubeObject =>
		object.kind === 'Deployment' && object.metadata.name === name
			? (JSON.parse(JSON.stringify(object).replace(/podinfo:\d\.\d\.\d/, `podinfo:${tag}`)) as KubeObject)
			: object;

const today: Plan = {shape: 'today', analysis: quick, isReleasedByHand: true};

/** What Git has: the plan's manifests with its analysis. */
const gitOf = async ({shape, analysis = {}}: Plan): Promise<readonly KubeObject[]> => {
	const field = shape === 'today' ? 'analysis' : 'canaryAnalysis';
	return (await releaseOf('good', shape)).objects.map((object) =>
		object.kind === 'Canary'
			? {...object, spec: {...object.spec, [field]: {...(object.spec?.[field] as object), ...analysis}}}
			: object,
	);
};

for (const [title, edit] of [
	['leaves the replicas to us', withoutReplicas],
	['names replicas of its own', (object: KubeObject) => object],
] as const) {
	test(`a release from Git, which ${title} and is applied again every 3 s, runs as one that is left alone`, async (t) => {
		const simulation = await simulate(today, t);
		const daemon = await simulation.start();
		await simulation.untilPhase('Initialized');
		const git = follow(t, simulation, (await gitOf(today)).map(edit));
		await simulation.seconds(30);
		const before = daemon.requests.length;
		git.commit(withImage('podinfo', '1.2.0'));
		await simulation.until(() => simulation.status()['phase'] === 'Succeeded', 1800);
		await simulation.seconds(60);
		t.deepEqual([...new Set(simulation.weights)], [0, 25, 50]);
		t.is(simulation.tag('podinfo-primary'), '1.2.0');
		t.is(simulation.weight(), 0);
		const writes = daemon.requests.slice(before).filter((request) => /^(?:PATCH|POST|PUT) (?!events)/.test(request));
		t.true(writes.length <= 21, `${writes.length} object writes: ${writes.join(', ')}`);
		t.is(writes.filter((request) => request === 'PATCH deployments podinfo-primary').length, 1, 'promoted once');
		git.stop();
		await simulation.stop(t);
	});
}

test("the seed's VirtualService in Git with its weights: it is said, not fought for ever, and the run ends", async (t) => {
	const plan: Plan = {shape: 'first', analysis: quick, spec: {progressDeadlineSeconds: 300}, except: ['T2', 'D3']};
	const simulation = await simulate(plan, t);
	const daemon = await simulation.start();
	await simulation.until(() => simulation.weight() === 25);
	const git = follow(
		t,
		simulation,
		(await gitOf(plan)).filter(({kind}) => kind === 'VirtualService'),
	);
	await simulation.untilPhase('Failed');
	await simulation.seconds(30);
	t.is(simulation.weight(), 0, 'users are on the primary');
	t.is(simulation.tag('podinfo'), '1.1.1');
	t.regex([...simulation.events().keys()].join('\n'), /Route podinfo\.test was changed by someone else/);
	t.regex(
		String(simulation.status()['reason']),
		/deadline exceeded: route podinfo\.test was changed by someone else to canary weight 0, the run is at 25/,
	);
	const writes = daemon.requests.filter((request) => request === 'PATCH virtualservices podinfo');
	t.true(writes.length <= 8, `${writes.length} writes of the route against Git's ${simulation.weights.length}`);
	git.stop();
	await simulation.stop(t);
});
