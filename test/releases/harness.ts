// What a release case needs of the cluster that it runs on: the embedded world on a virtual clock, or a real API server.
import type {KubeObject, Operation, Resource} from '../../services/kubernetes/cluster.ts';

/** One change of one object of the case's namespace, as the API server told it to those who watch. */
export type Change = {
	readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
	readonly plural: string;
	readonly object: KubeObject;
};

/** An event about the Canary. */
export type Said = {readonly type: string; readonly message: string};

export type Harness = {
	readonly namespace: string;
	apply(objects: readonly KubeObject[]): Promise<void>;
	get(kind: Resource, name: string): Promise<KubeObject | undefined>;
	patch(kind: Resource, name: string, operations: readonly Operation[]): Promise<void>;
	remove(kind: Resource, name: string): Promise<void>;
	/** What was said about the Canary, each text of a run once, in the order in which it was first said. */
	events(canary: string): Promise<readonly Said[]>;
	/** All changes until now, in the order in which the API server made them. */
	history(): Promise<readonly Change[]>;
	/** How many requests of users of this namespace nobody answered until now. */
	dropped(): number;
	/** Lets the cluster go on until the answer is not undefined; throws with the description when it never is. */
	eventually<T>(description: string, ask: () => Promise<T | undefined>): Promise<T>;
	/** Lets so much of the cluster's own time pass, at its speed. */
	pass(ms: number): Promise<void>;
};

/** The kinds whose changes a history has. */
export const recordedPlurals = [
	'canaries',
	'canarycommands',
	'canaryruns',
	'controllerrevisions',
	'daemonsets',
	'deployments',
	'destinationrules',
	'events',
	'horizontalpodautoscalers',
	'httproutes',
	'rollouts',
	'services',
	'statefulsets',
	'virtualservices',
] as const;

type EventObject = KubeObject & {
	readonly involvedObject?: {readonly kind?: string; readonly name?: string};
	readonly type?: string;
	readonly message?: string;
};

/** The events of a Canary, or of a Rollout of that name, in a history. */
export const saidIn = (changes: readonly Change[], canary: string): readonly Said[] =>
	changes
		.filter(({type, plural}) => type === 'ADDED' && plural === 'events')
		.map(({object}) => object as EventObject)
		.filter(
			({involvedObject}) => /^(?:Canary|Rollout)$/.test(involvedObject?.kind ?? '') && involvedObject?.name === canary,
		)
		.map(({type = '', message = ''}) => ({type, message}));
