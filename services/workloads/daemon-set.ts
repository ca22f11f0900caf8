// DaemonSets as workloads of a canary. They have no replicas: at zero is one whose template selects nodes by a label
// that none has, the same as the peer's, so that either can take over from the other.
import type {CanaryModel, Problem} from '../../api/model.ts';
import type {KubeObject, Operation} from '../kubernetes/cluster.ts';
import {daemonSets} from '../kubernetes/resources.ts';
import {podTemplateWorkloads, type Counts} from './pod-templates.ts';
import {pointerStep, templateOf, workloadSpec, type Labels} from '../objects/shapes.ts';
import type {Workloads} from './workload.ts';

const AT_ZERO = 'flagger.app/scale-to-zero';
const SELECTOR = '/spec/template/spec/nodeSelector';

const followed = ['minReadySeconds', 'revisionHistoryLimit', 'updateStrategy'] as const;

const nodeSelectorOf = (object: KubeObject): Labels | undefined =>
	templateOf(object).spec?.['nodeSelector'] as Labels | undefined;

const isAtZero = (object: KubeObject): boolean => nodeSelectorOf(object)?.[AT_ZERO] !== undefined;

/** The same without the label of zero, and without a selector of no labels: a server does not keep one. */
const awake = (object: KubeObject): KubeObject => {
	const selector = nodeSelectorOf(object);
	if (selector === undefined) return object;
	const {[AT_ZERO]: _, ...rest} = selector;
	const template = templateOf(object);
	const {nodeSelector: __, ...spec} = template.spec ?? {};
	const awakened = {...spec, ...(Object.keys(rest).length > 0 && {nodeSelector: rest})};
	return {...object, spec: {...object.spec, template: {...template, spec: awakened}}};
};

type Status = {
	readonly desiredNumberScheduled?: number;
	readonly currentNumberScheduled?: number;
	readonly updatedNumberScheduled?: number;
	readonly numberAvailable?: number;
	readonly numberReady?: number;
};

/** One that finds no node is not ready, rather than at zero. Its own rollout has no deadline; the Canary's counts. */
const counts = (object: KubeObject): Counts => {
	const status = (object.status ?? {}) as Status;
	return {
		replicas: isAtZero(object) ? 0 : Math.max(1, status.desiredNumberScheduled ?? 0),
		total: status.currentNumberScheduled ?? 0,
		updated: status.updatedNumberScheduled ?? 0,
		available: status.numberAvailable ?? 0,
		ready: status.numberReady ?? 0,
		deadlineExceeded: false,
	};
};

/** How many there are is for the nodes to say: any number above zero wakes it up. */
const scaling = (object: KubeObject, replicas: number): readonly Operation[] => {
	if ((replicas === 0) === isAtZero(object)) return [];
	const selector = nodeSelectorOf(object);
	const label = `${SELECTOR}/${pointerStep(AT_ZERO)}`;
	if (replicas > 0) {
		return [
			{op: 'test', path: label, value: selector?.[AT_ZERO]},
			{op: 'remove', path: label},
		];
	}

	// Nothing can test that there is still no selector but the template around it.
	const bare: Operation[] = [
		{op: 'test', path: '/spec/template', value: templateOf(object)},
		{op: 'add', path: SELECTOR, value: {}},
	];
	return [...(selector === undefined ? bare : []), {op: 'add', path: label, value: 'true'}];
};

/** One that waits for its pods to be deleted by hand would never roll. */
const unrollable = ({namespace}: CanaryModel, {kind, metadata, spec}: KubeObject): Problem[] => {
	const {type} = (spec?.['updateStrategy'] ?? {}) as {readonly type?: string};
	if (type === undefined || type === 'RollingUpdate') return [];
	const what = `${kind} ${metadata.name}.${namespace}`;
	return [
		{
			field: what,
			value: type,
			text: `${kind.toLowerCase()} ${metadata.name}.${namespace} has update strategy ${type} and does not roll by itself`,
			remedy: 'Set its spec.updateStrategy.type to RollingUpdate',
		},
	];
};

/** The problem of each that does not roll by itself. */
export const rollingProblems: Workloads['problems'] = (model, {target, primary}) =>
	[target, primary].flatMap((object) => (object === undefined ? [] : unrollable(model, object)));

const hostPortsOf = (object: KubeObject): readonly number[] =>
	(templateOf(object).spec?.containers ?? [])
		.flatMap(({ports = []}) => ports as ReadonlyArray<{readonly hostPort?: number}>)
		.flatMap(({hostPort = 0}) => (hostPort === 0 ? [] : [hostPort]));

/** A port of the node is for one pod alone, and of both sides there is one on each node. */
const portProblems = (model: CanaryModel, target: KubeObject, primary: KubeObject | undefined): Problem[] => {
	const taken = model.shape === 'managed' ? hostPortsOf(target) : primary === undefined ? [] : hostPortsOf(primary);
	const port = hostPortsOf(target).find((one) => taken.includes(one));
	if (port === undefined) return [];
	const name = `${target.metadata.name}.${model.namespace}`;
	return [
		{
			field: `DaemonSet ${name}`,
			value: String(port),
			text: `daemonset ${name} takes port ${port} of each node, which the primary’s pod on it needs, too`,
			remedy: 'Remove hostPort and hostNetwork, and let a Service bring users to the pods',
		},
	];
};

const problems: Workloads['problems'] = (model, objects) => [
	...rollingProblems(model, objects),
	...(objects.target === undefined ? [] : portProblems(model, objects.target, objects.primary)),
];

/** DaemonSets: as many pods as there are nodes, or none. */
export const daemonSetWorkloads = podTemplateWorkloads({
	kind: 'DaemonSet',
	resource: daemonSets,
	counts,
	awake,
	scaling,
	followed,
	generated(_, target) {
		const {minReadySeconds, revisionHistoryLimit, updateStrategy} = workloadSpec(target);
		return {minReadySeconds, revisionHistoryLimit, updateStrategy};
	},
	problems,
});
