// A GitOps controller that applies what is in Git every few seconds, server-side and by force.
import type {ExecutionContext} from 'ava';
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {keys} from './keys.ts';
import type {Simulation} from './simulation.ts';

const EVERY_S = 3;
const plurals: Readonly<Record<string, keyof typeof keys>> = {
	Deployment: 'deployments',
	DestinationRule: 'destinationrules',
	Service: 'services',
	VirtualService: 'virtualservices',
	Canary: 'canaries',
};

/** Applies the objects from now on; answers how to change what is in Git. */
export const follow = (t: ExecutionContext, simulation: Simulation, git: readonly KubeObject[]) => {
	let present = git;
	let isOver = false;
	const apply = (object: KubeObject): void => {
		const plural = plurals[object.kind];
		if (plural === undefined) return;
		const [group, version = ''] = object.apiVersion.includes('/')
			? object.apiVersion.split('/')
			: ['', object.apiVersion];
		const root = group === '' ? `/api/${version}` : `/apis/${group ?? ''}/${version}`;
		const path = `${root}/namespaces/test/${plural}/${object.metadata.name}`;
		const answer = simulation.embedded.handler({
			method: 'PATCH',
			path: `${path}?fieldManager=kustomize-controller&force=true`,
			headers: {'content-type': 'application/apply-patch+yaml'},
			body: JSON.stringify(object),
		});
		t.true(answer.status < 300, 'body' in answer ? answer.body : '');
	};
	const loop = (): void => {
		if (isOver) return;
		for (const object of present) apply(object);
		simulation.clock.setTimeout(loop, (EVERY_S * 1000) / simulation.speed);
	};
	loop();
	return {
		commit(change: (object: KubeObject) => KubeObject) {
			present = present.map((object) => change(structuredClone(object)));
		},
		stop() {
			isOver = true;
		},
	};
};
