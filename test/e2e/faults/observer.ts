// What a history proves: every change in the order in which etcd took it, held against the rules of the design.
import {toModel} from '../../../api/model-of-canary.ts';
import {canonicalJson} from '../../../api/canonical.ts';
import {jsonPatched} from '../../../sandbox/api/patches.ts';
import {StatusError, type Accepted} from '../../../sandbox/api/types.ts';
import type {KubeObject, Operation} from '../../../services/kubernetes/cluster.ts';
import {providers} from '../../../services/providers/index.ts';
import {recordedPlurals, type Change} from '../../releases/harness.ts';
import {invariants} from '../../simulation/invariants/index.ts';
import type {Scene} from '../../simulation/invariants/invariant.ts';
import {keys, type Kind} from '../../simulation/keys.ts';
import type {Call} from './proxy.ts';

const verbs = {ADDED: 'create', MODIFIED: 'update', DELETED: 'delete'} as const;

/** The cluster as of one change. */
const createPast = (speed: number) => {
	const objects = new Map<string, KubeObject>();
	const keyOf = (plural: string, namespace: string | undefined, name: string): string =>
		`${plural} ${namespace ?? ''} ${name}`;
	const store = {
		get: ({plural}: {readonly plural: string}, namespace: string | undefined, name: string) =>
			objects.get(keyOf(plural, namespace, name)),
		list: ({plural}: {readonly plural: string}, {namespace}: {readonly namespace?: string}) => ({
			items: [...objects]
				.filter(([key]) => key.startsWith(namespace === undefined ? `${plural} ` : `${plural} ${namespace} `))
				.map(([, object]) => object),
		}),
	};
	return {
		/** The object before; from now on it is as the change says. */
		take({type, plural, object}: Change): KubeObject | undefined {
			const key = keyOf(plural, object.metadata.namespace, object.metadata.name);
			const before = objects.get(key);
			if (type === 'DELETED') objects.delete(key);
			else objects.set(key, object);
			return before;
		},
		scene: {
			// The rules that are asked here only get and list.
			store: store as unknown as Scene['store'],
			canaries: () =>
				[...objects].flatMap(([key, object]) =>
					key.startsWith('canaries ')
						? [{object, model: toModel(object, {meshProvider: 'istio', intervalMs: 60_000, speed, providers})}]
						: [],
				),
		} satisfies Scene,
	};
};

/**
 * Whether a write can have made the version that was answered. One that is repeated because its answer was lost changes
 * nothing, and is answered with the version of whoever came between.
 */
const hasMade = ({method, body}: Call, before: KubeObject | undefined): boolean => {
	if (method !== 'PATCH' || before === undefined) return true;
	try {
		return canonicalJson(jsonPatched(before, JSON.parse(body) as readonly Operation[])) !== canonicalJson(before);
	} catch (error) {
		if (error instanceof StatusError) return false;
		throw error;
	}
};

export type Observation = {
	readonly changes: readonly Change[];
	/** All that the daemons asked. */
	readonly calls: readonly Call[];
	/** The daemons' own writes, by the version that was answered. */
	readonly written: ReadonlyMap<string, Call>;
	readonly speed: number;
	/** Rules that cannot be asked here, by the first word of their names. */
	readonly except: readonly string[];
};

/** Written, and of no rule: what is said, and who leads. */
const isOfNoRule = (plural: string): boolean => plural === 'events' || plural === 'leases';

/** Kinds that are written and not followed: no rule would see what becomes of them. */
const unseenIn = (calls: readonly Call[]): readonly string[] => {
	const plurals = calls.filter(({isWrite}) => isWrite).map(({kind}) => kind.split(/[ /]/u)[1] ?? '');
	return [...new Set(plurals)]
		.filter((plural) => !isOfNoRule(plural) && !recordedPlurals.some((one) => one === plural))
		.map((plural) => `S6 cannot be asked: ${plural} are written, and nobody follows them`);
};

/** What was violated, in words; empty when all rules held after every write. */
export const violationsIn = ({changes, calls, written, speed, except}: Observation): readonly string[] => {
	const past = createPast(speed);
	const violations = [...unseenIn(calls)];
	const watching = invariants
		.filter(({name}) => !except.includes(name.split(' ')[0] ?? ''))
		.map((invariant) => invariant.watch(past.scene, (text) => violations.push(`${invariant.name}: ${text}`)));
	for (const change of changes) {
		const {type, plural, object} = change;
		const before = past.take(change);
		const answered =
			written.get(object.metadata.resourceVersion ?? '') ??
			(type === 'DELETED' ? calls.find(({what}) => what === `DELETE ${plural} ${object.metadata.name}`) : undefined);
		const call = answered !== undefined && hasMade(answered, before) ? answered : undefined;
		const accepted: Accepted = {
			verb: verbs[type],
			key: keys[plural as Kind],
			subresource: call?.kind.split('/')[1] ?? '',
			before,
			after: type === 'DELETED' ? undefined : object,
			by: call === undefined ? 'somebody' : 'aviary',
		};
		for (const {accepted: look} of watching) look?.(accepted);
	}

	return violations;
};
