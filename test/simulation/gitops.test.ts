// A GitOps controller that applies what is in Git every few seconds, server-side and by force, during a whole run.
import {isDeepStrictEqual} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {releaseOf} from '../../sandbox/scenarios.ts';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {argo, flux, follow} from './git-loop.ts';
import {keys} from './keys.ts';
import {quick, simulate} from './simulation.ts';
import type {Plan, Simulation} from './simulation.ts';
import {edited, isNamed, isRoute, said, started, status, weighted, written} from './subsets.ts';
import type {Spec} from './subsets.ts';

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

const isRule = isNamed('DestinationRule', 'podinfo');
const isCanary = ({kind}: KubeObject): boolean => kind === 'Canary';
const isEither = (object: KubeObject): boolean => isRoute(object) || isRule(object);
const hosts = ['podinfo', 'podinfo.example.com'];
const gateways = ['mesh', 'other-gateway'];

/** A commit to everything of the route but its weights: a host, a gateway, a timeout, and by which labels a subset selects. */
const rerouted = edited(isEither, (spec) => {
	const {http, subsets} = spec as {http?: readonly Spec[]; subsets?: ReadonlyArray<{labels: object}>};
	return {
		...spec,
		...(http && {hosts, gateways, http: http.map((route) => ({...route, timeout: '5s'}))}),
		...(subsets && {subsets: subsets.map((one) => ({...one, labels: {...one.labels, app: 'podinfo'}}))}),
	};
});

/** What of a commit to the route is in the cluster. */
const arrived = (simulation: Simulation) => {
	const specOf = (kind: 'virtualservices' | 'destinationrules'): Spec => simulation.get(kind, 'podinfo')?.spec ?? {};
	const {http, ...route} = specOf('virtualservices') as {http: readonly Spec[]} & Spec;
	const {subsets} = specOf('destinationrules') as {subsets: ReadonlyArray<{labels: object}>};
	return {
		host: isDeepStrictEqual([route['hosts'], route['gateways']], [hosts, gateways]),
		timeout: http.every(({timeout}) => timeout === '5s'),
		labels: subsets.every(({labels}) => 'app' in labels),
	};
};

test('yield: route, subsets and Canary from Git, changed in mid-run: all of it is kept, and Git leads the weights', async (t) => {
	const {simulation, daemon} = await started(t, 'yield', ['D3']);
	const ofGit = written.filter((object) => isEither(object) || isCanary(object));
	const git = follow(t, simulation, ofGit.map(weighted(10)));
	const waitsFor = async (weight: number): Promise<void> => {
		await simulation.until(() => status(simulation, 'state') === 'halted', 300, `halted before ${weight}`);
		await simulation.seconds(60);
		t.regex(status(simulation, 'reason'), new RegExp(`the run is at ${weight}; set it to ${weight}, let nobody else`));
	};
	const lead = async (weight: number): Promise<void> => {
		git.commit(weighted(weight));
		await simulation.until(() => status(simulation, 'state') === 'progressing', 60, `goes on at ${weight}`);
	};

	await waitsFor(60);
	git.commit(rerouted);
	await simulation.seconds(30);
	t.deepEqual(arrived(simulation), {host: true, timeout: true, labels: true});
	t.like(simulation.status(), {state: 'halted', canaryWeight: 60}, 'it is no weight, and changes nothing for the run');
	const lost: unknown[] = [];
	simulation.embedded.store.onAccepted(({key}) => {
		if (key.plural !== keys.virtualservices.plural && key.plural !== keys.destinationrules.plural) return;
		const found = arrived(simulation);
		if (!found.host || !found.timeout || !found.labels) lost.push(found);
	});
	await lead(60);
	git.commit(
		edited(isCanary, (spec) => ({
			...spec,
			canaryAnalysis: {...(spec['canaryAnalysis'] as Spec), stepWeights: [10, 60, 80]},
		})),
	);
	await waitsFor(80);
	await lead(80);
	await simulation.until(() => simulation.tag('podinfo-ga') === '0.2.0', 300, 'promoted');
	git.commit(weighted(0));
	await simulation.toRest();
	t.is(status(simulation, 'phase'), 'Succeeded');
	t.deepEqual(lost, [], 'no weight that Aviary wrote brought back what Git had before');
	t.deepEqual(new Set(simulation.weights), new Set([0, 10, 60, 80]), 'the new steps hold from the next one on');
	t.false(
		daemon.requests.some((request) => /^(?:PATCH|POST|PUT) (?:destinationrules|canaries podinfo$)/.test(request)),
	);
	git.stop();
	await simulation.stop(t);
});

/** The run went its way, and never saw anybody else. */
const isUndisturbed = async (t: ExecutionContext, simulation: Simulation): Promise<void> => {
	await simulation.toRest();
	await simulation.seconds(60);
	t.is(status(simulation, 'phase'), 'Succeeded');
	t.deepEqual(simulation.weights, [0, 10, 60, 100, 0]);
	t.is(simulation.tag('podinfo-ga'), '0.2.0', 'nor is the promotion taken back');
	t.is(simulation.get('deployments', 'podinfo-canary')?.spec?.['replicas'], 0);
	t.notRegex(said(simulation), /someone else|somebody else|drifted/);
};

const isDeployed = (object: KubeObject): boolean => !isCanary(object);

test('restore: Argo CD that ignores what docs/gitops.md tells it to leaves a run alone, and new hosts arrive', async (t) => {
	const {simulation} = await started(t, 'restore');
	const git = follow(t, simulation, written.filter(isDeployed), await argo());
	await simulation.seconds(10);
	git.commit(rerouted);
	await isUndisturbed(t, simulation);
	// A timeout is in the list that the weights are in.
	t.deepEqual(arrived(simulation), {host: true, timeout: false, labels: true});
	git.stop();
	await simulation.stop(t);
});

for (const [name, value] of [
	['reconcile', 'disabled'],
	['ssa', 'IfNotPresent'],
] as const) {
	test(`restore: Flux that finds ${name}: ${value} on the VirtualService leaves a run alone`, async (t) => {
		const annotated = (object: KubeObject, annotation: string, text: string): KubeObject => {
			const annotations = {[`kustomize.toolkit.fluxcd.io/${annotation}`]: text};
			return {...object, metadata: {...object.metadata, annotations}};
		};
		const {simulation} = await started(t, 'restore');
		const ofGit = written.filter(isDeployed).map((object) => {
			if (isRoute(object)) return annotated(object, name, value);
			if (isNamed('Deployment', 'podinfo-ga')(object)) return annotated(object, 'ssa', 'IfNotPresent');
			return withoutReplicas(object);
		});
		const git = follow(t, simulation, ofGit, flux);
		await simulation.seconds(10);
		git.commit(rerouted);
		await isUndisturbed(t, simulation);
		t.deepEqual(arrived(simulation), {host: false, timeout: false, labels: true});
		git.stop();
		await simulation.stop(t);
	});
}
