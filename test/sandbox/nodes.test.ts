// The nodes that pods are said to run on are objects, too: what `kubectl get nodes` and `describe pod` show of them.
import test from 'ava';
import {startEmbeddedGround} from '../../sandbox/ground.ts';
import {createFaults} from '../../sandbox/scenario/faults.ts';
import {silentLog} from '../../services/log.ts';
import {startScene} from './world/scene.ts';

type Table = {
	readonly columnDefinitions: ReadonlyArray<{readonly name: string}>;
	readonly rows: ReadonlyArray<{readonly cells: readonly unknown[]}>;
};

test('there are three, ready, with what a wide table shows', async (t) => {
	const faults = createFaults();
	const ground = await startEmbeddedGround({speed: 60, port: 0, gatewayPort: 0, rps: 0, log: silentLog, faults});
	t.teardown(() => ground.stop());
	const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
	const answer = await fetch(`${ground.url}/api/v1/nodes`, {headers: {accept}});
	const {columnDefinitions, rows} = (await answer.json()) as Table;
	const shown = rows.map(({cells}) =>
		Object.fromEntries(columnDefinitions.map(({name}, index) => [name, cells[index]])),
	);
	const node = {
		Status: 'Ready',
		Roles: '<none>',
		Version: 'v1.36.0',
		'External-IP': '<none>',
		'OS-Image': 'Aviary sandbox',
		'Kernel-Version': 'none',
		'Container-Runtime': 'sandbox://1',
	};
	t.like(shown, [
		{...node, Name: 'sandbox', 'Internal-IP': '10.0.0.1'},
		{...node, Name: 'sandbox-2', 'Internal-IP': '10.0.0.2'},
		{...node, Name: 'sandbox-3', 'Internal-IP': '10.0.0.3'},
	]);
});

test('a pod is on one of them, at its address', async (t) => {
	const {clock, deploy, pods, world} = startScene();
	t.teardown(() => world.stop());
	deploy('podinfo');
	await clock.advance(2000);
	t.is(pods('podinfo')[0]?.spec?.['nodeName'], 'sandbox');
	t.is(pods('podinfo')[0]?.status?.['hostIP'], '10.0.0.1');
});

const qosClasses = {
	BestEffort: {},
	Burstable: {requests: {cpu: '1m'}},
	Guaranteed: {limits: {cpu: '1', memory: '1Gi'}},
};

for (const [qosClass, resources] of Object.entries(qosClasses)) {
	test(`a running pod stays ${qosClass}`, async (t) => {
		const {clock, deploy, pods, world} = startScene();
		t.teardown(() => world.stop());
		const template = {
			metadata: {labels: {app: 'podinfo'}},
			spec: {containers: [{name: 'podinfod', image: 'a', resources}]},
		};
		deploy('podinfo', {spec: {template}});
		await clock.advance(2000);
		t.like(pods('podinfo')[0]?.status, {phase: 'Running', qosClass});
	});
}
