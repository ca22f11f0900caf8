// The walk-through's `watch curl http://podinfo-canary:9898/status/500` in a tester pod, with the real daemon.
import {readFile} from 'node:fs/promises';
import test from 'ava';
import {startDaemon} from '../../../index.ts';
import {objectsOf, startEmbedded, type Embedded} from '../../../sandbox/embedded.ts';
import {inProcess, inProcessConfig} from '../../../sandbox/in-process.ts';
import {createVirtualClock} from '../../../sandbox/virtual-clock.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {silentLog} from '../../../services/log.ts';
import {seededRandom} from '../../../services/random.ts';

const artifacts = [
	'namespaces/test.yaml',
	'workloads/primary-deployment.yaml',
	'workloads/primary-service.yaml',
	'workloads/canary-deployment.yaml',
	'workloads/canary-service.yaml',
	'workloads/virtual-service.yaml',
	'rollouts/podinfo.yaml',
];
const canariesKey = {group: 'flagger.app', plural: 'canaries'};

const tester: KubeObject = {
	apiVersion: 'v1',
	kind: 'Pod',
	metadata: {name: 'tester', namespace: 'test'},
	spec: {containers: [{name: 'tester', image: 'quay.io/stefanprodan/podinfo:1.2.1'}]},
};

type Status = {readonly state?: string; readonly phase?: string; readonly canaryWeight?: number};

const statusOf = ({store}: Embedded): Status => (store.get(canariesKey, 'test', 'podinfo')?.status ?? {}) as Status;

const haltsOf = ({store}: Embedded): readonly string[] =>
	store
		.list({group: '', plural: 'events'}, {namespace: 'test'})
		.items.map((event) => (event as KubeObject & {message: string}).message)
		.filter((message) => message.startsWith('Halt'));

type Watch = {readonly path: string; readonly halt: RegExp; readonly speed: number; readonly everyMs: number};

const watches: readonly Watch[] = [
	{path: '/status/500', halt: /success rate \d+\.\d\d% < 99%/, speed: 1, everyMs: 1000},
	{path: '/status/500', halt: /success rate \d+\.\d\d% < 99%/, speed: 60, everyMs: 2000},
	{path: '/delay/1', halt: /request duration .* > 500ms/, speed: 60, everyMs: 2000},
];

for (const {path, halt, speed, everyMs} of watches) {
	test(`${path} by hand, every ${everyMs} ms at speed ${speed}, ends a release`, async (t) => {
		const clock = createVirtualClock();
		const embedded = await startEmbedded({clock, random: seededRandom(1), speed, log: silentLog});
		const daemon = await startDaemon(
			{
				...inProcessConfig,
				speed,
			},
			{
				clock,
				random: seededRandom(2),
				log: silentLog,
				transport: inProcess(embedded.handler, embedded.world.prometheus),
			},
		);
		const texts = await Promise.all(
			artifacts.map((file) => readFile(new URL(`../../../artifacts/${file}`, import.meta.url), 'utf8')),
		);
		embedded.apply([...texts.flatMap((text) => objectsOf(text)), tester]);
		// Well under way before anybody breaks it.
		for (let step = 0; step < 1200 && (statusOf(embedded).canaryWeight ?? 0) < 10; step++) {
			await clock.advance(1000 / speed);
		}

		t.is(statusOf(embedded).canaryWeight, 10);
		const url = `http://podinfo-canary:9898${path}`;
		const codes = new Set<number>();
		for (let turn = 0; turn < 1800 && statusOf(embedded).phase !== 'Failed'; turn++) {
			const answer = embedded.world.fetchInWorld({namespace: 'test', pod: 'tester', url});
			await clock.advance(everyMs);
			codes.add((await answer).status);
		}

		t.is(statusOf(embedded).phase, 'Failed');
		t.true(codes.has(path === '/status/500' ? 500 : 200));
		t.true(haltsOf(embedded).some((message) => halt.test(message)));
		await daemon.stop();
		embedded.stop();
	});
}
