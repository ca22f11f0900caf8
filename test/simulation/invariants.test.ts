// Each invariant can fail: a violation is planted, and found under its name.
import test from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {invariants} from './invariants/index.ts';
import {keys} from './keys.ts';
import type {Kind} from './keys.ts';
import {quick, simulate} from './simulation.ts';
import type {Simulation} from './simulation.ts';

type Seeded = {
	readonly title: string;
	readonly invariant: string;
	readonly violate: (simulation: Simulation) => void | Promise<void>;
};

/** Writes as a daemon with a bug would: each text in place of the other. */
const write =
	(kind: Kind, name: string, ...replacements: ReadonlyArray<readonly [string, string]>) =>
	(simulation: Simulation): void => {
		const object = simulation.get(kind, name);
		if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
		const text = replacements.reduce((before, [from, to]) => before.replace(from, to), JSON.stringify(object));
		simulation.embedded.store.update(keys[kind], JSON.parse(text) as KubeObject, 'aviary');
	};

const replicasOf =
	(name: string, replicas: number) =>
	(simulation: Simulation): void => {
		const object = simulation.get('deployments', name);
		const {store} = simulation.embedded;
		if (object) store.update(keys.deployments, {...object, spec: {...object.spec, replicas}}, 'aviary');
	};

/** What a status must be to be changed at all. */
const status = (change: Readonly<Record<string, unknown>>) => (simulation: Simulation) => {
	const object = simulation.get('canaries', 'podinfo');
	const {store} = simulation.embedded;
	if (object) store.update(keys.canaries, {...object, status: {...object.status, ...change}}, 'aviary', 'status');
};

const seeded: readonly Seeded[] = [
	{
		title: 'weights of 70 and 25',
		invariant: 'T1',
		violate: write('virtualservices', 'podinfo', ['"weight":75', '"weight":70']),
	},
	{
		title: 'a jump from 25 to 100',
		invariant: 'T2',
		violate: write('virtualservices', 'podinfo', ['"weight":75', '"weight":0'], ['"weight":25', '"weight":100']),
	},
	{
		title: 'a condition that GitOps tools take for readiness',
		invariant: 'S2',
		violate: status({conditions: [{type: 'Ready', status: 'False', reason: 'x', message: 'not yet'}]}),
	},
	{title: 'the canary at zero with users on it', invariant: 'T4', violate: replicasOf('podinfo-canary', 0)},
	{
		title: 'requests with nobody to answer them',
		invariant: 'D3',
		async violate(simulation) {
			replicasOf('podinfo-canary', 0)(simulation);
			await simulation.seconds(5);
		},
	},
	{
		title: 'another port in the route',
		invariant: 'T9',
		violate: write('virtualservices', 'podinfo', ['"number":9898', '"number":9999']),
	},
	{
		title: 'an annotation on the route',
		invariant: 'T9',
		violate: write('virtualservices', 'podinfo', ['"uid"', '"labels":{"a":"b"},"uid"']),
	},
	{
		title: "a change of the target's template",
		invariant: 'S6',
		violate: write('deployments', 'podinfo-canary', ['podinfo:1.2', 'podinfo:9.2']),
	},
	{
		title: 'a Service of somebody else',
		invariant: 'S6',
		violate: write('services', 'podinfo', ['"uid"', '"labels":{"a":"b"},"uid"']),
	},
	{
		title: 'a template that nobody analysed',
		invariant: 'A1',
		violate: write('deployments', 'podinfo', ['podinfo:1.1', 'podinfo:9.1']),
	},
	{
		title: 'the canary’s template before its last step',
		invariant: 'A1',
		violate(simulation) {
			const {store} = simulation.embedded;
			const [canary, primary] = ['podinfo-canary', 'podinfo'].map((name) => simulation.get('deployments', name));
			const containers = (canary?.spec?.['template'] as {spec: unknown} | undefined)?.spec;
			if (primary === undefined) return;
			const template = {...(primary.spec?.['template'] as object), spec: containers};
			store.update(keys.deployments, {...primary, spec: {...primary.spec, template}}, 'aviary');
		},
	},
	{title: 'a status without a phase', invariant: 'S1', violate: status({phase: ''})},
	{title: 'a status without a state', invariant: 'S1', violate: status({state: undefined})},
	{
		title: 'a condition that Flux reads',
		invariant: 'S1',
		violate: status({conditions: [{type: 'Ready', status: 'True', reason: 'x', message: 'x'}]}),
	},
	{
		title: 'a condition without a message',
		invariant: 'S1',
		violate: status({conditions: [{type: 'Promoted', status: 'True', reason: 'x', message: ''}]}),
	},
	{
		title: 'failed checks that are forgotten',
		invariant: 'A6',
		violate(simulation) {
			status({failedChecks: 3})(simulation);
			status({failedChecks: 2})(simulation);
		},
	},
];

for (const {title, invariant, violate} of seeded) {
	test(`${invariant} finds ${title}`, async (t) => {
		const simulation = await simulate({shape: 'first', analysis: quick}, t);
		const daemon = await simulation.start();
		await simulation.until(() => simulation.weight() === 25);
		await simulation.seconds(5);
		t.deepEqual(simulation.violations, []);
		daemon.kill();
		await violate(simulation);
		t.true(
			simulation.violations.some((text) => text.startsWith(`${invariant} `)),
			JSON.stringify(simulation.violations),
		);
	});
}

test('every invariant has a planted violation', (t) => {
	const planted = new Set(seeded.map(({invariant}) => invariant));
	t.deepEqual(
		invariants.map(({name}) => name.split(' ')[0] ?? '').filter((id) => !planted.has(id)),
		[],
	);
});
