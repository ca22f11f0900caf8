// A GitOps controller that applies what is in Git every few seconds, server-side and by force.
import {readFile} from 'node:fs/promises';
import type {ExecutionContext} from 'ava';
import {parse} from 'yaml';
import {at} from '../../api/reading.ts';
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

/** What a controller applies of an object in Git, whose other self in the cluster is `live`; undefined: nothing. */
export type Controller = (object: KubeObject, live: KubeObject | undefined) => KubeObject | undefined;

const isAnnotated = (object: KubeObject | undefined, name: string, value: string): boolean =>
	object?.metadata.annotations?.[`kustomize.toolkit.fluxcd.io/${name}`] === value;

/** Leaves alone what is annotated so. */
export const flux: Controller = (object, live) => {
	const isDisabled = [object, live].some((one) => isAnnotated(one, 'reconcile', 'disabled'));
	const isLeft = live !== undefined && isAnnotated(object, 'ssa', 'IfNotPresent');
	return isDisabled || isLeft ? undefined : object;
};

type Ignored = {
	readonly kind: string;
	readonly name: string;
	readonly jsonPointers?: readonly string[];
	readonly jqPathExpressions?: readonly string[];
};

/** With the `ignoreDifferences` of docs/gitops.md: what is ignored is applied as it is in the cluster, whole lists too. */
export const argo = async (): Promise<Controller> => {
	const page = await readFile(new URL('../../docs/gitops.md', import.meta.url), 'utf8');
	const [, block = ''] = /```yaml\n(apiVersion: argoproj\.io\/[^`]*)```/.exec(page) ?? [];
	const {spec} = parse(block) as {spec: {ignoreDifferences: readonly Ignored[]}};
	return (object, live) => {
		const ignored = spec.ignoreDifferences
			.filter(({kind, name}) => kind === object.kind && name === object.metadata.name)
			.flatMap(({jsonPointers = [], jqPathExpressions = []}) => [
				...jsonPointers.map((pointer) => pointer.split('/')),
				...jqPathExpressions.map((path) => path.replace(/\[\].*$/, '').split('.')),
			]);
		const kept = ignored.map(([, ...path]) => [path.at(-1) ?? '', at(live, ...path)]);
		return {...object, spec: {...object.spec, ...(Object.fromEntries(kept) as object)}};
	};
};

/** Applies the objects from now on; answers how to change what is in Git. */
export const follow = (
	t: ExecutionContext,
	simulation: Simulation,
	git: readonly KubeObject[],
	controller: Controller = (object) => object,
) => {
	let present = git;
	let isOver = false;
	const apply = (object: KubeObject): void => {
		const plural = plurals[object.kind];
		if (plural === undefined) return;
		const applied = controller(object, simulation.get(plural, object.metadata.name));
		if (applied === undefined) return;
		const [group, version = ''] = object.apiVersion.includes('/')
			? object.apiVersion.split('/')
			: ['', object.apiVersion];
		const root = group === '' ? `/api/${version}` : `/apis/${group ?? ''}/${version}`;
		const path = `${root}/namespaces/test/${plural}/${object.metadata.name}`;
		const answer = simulation.embedded.handler({
			method: 'PATCH',
			path: `${path}?fieldManager=kustomize-controller&force=true`,
			headers: {'content-type': 'application/apply-patch+yaml'},
			body: JSON.stringify(applied),
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
