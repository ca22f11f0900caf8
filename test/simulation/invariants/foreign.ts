// T9, S6, S7: what Aviary may change at all, of the user's objects and of everybody's.
import jsonPatch from 'fast-json-patch';
import {canonicalJson} from '../../../api/canonical.ts';
import type {Accepted} from '../../../sandbox/api/types.ts';
import type {CanaryModel} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {LEASE_NAME} from '../../../services/election/lease.ts';
import {isByAviary, isOf, isOfWorkload, routeIn} from './invariant.ts';
import type {Invariant, Scene} from './invariant.ts';

/** What a write changes by itself. */
const serverOwned = new Set(['resourceVersion', 'generation', 'managedFields']);

type Json = Readonly<Record<string, unknown>>;

/** What an object says, without what the server owns and without the given paths. */
const without = (object: KubeObject | undefined, ...paths: readonly string[]): string => {
	const drop = (value: unknown, at: string): unknown => {
		if (Array.isArray(value)) return value.map((item: unknown) => drop(item, at));
		if (typeof value !== 'object' || value === null) return value;
		const members = Object.entries(value as Json)
			.map(([key, member]) => [key, member, at === '' ? key : `${at}.${key}`] as const)
			.filter(([key, , path]) => !paths.includes(path) && !(at === 'metadata' && serverOwned.has(key)))
			.map(([key, member, path]) => [key, drop(member, path)]);
		return Object.fromEntries(members) as Json;
	};
	return canonicalJson(drop(object, ''));
};

const named = (object: KubeObject | undefined, name: string, namespace: string): boolean =>
	object?.metadata.name === name && object.metadata.namespace === namespace;

const models = (scene: Scene): readonly CanaryModel[] => scene.canaries().map(({model}) => model);

/** Where objects of any provider write shares down. */
const shares = ['spec.http.route.weight', 'spec.tcp.route.weight', 'spec.rules.backendRefs.weight'];

export const onlyWeightsChange: Invariant = {
	name: "T9 nothing but the weights of a user's route changes",
	watch: (scene, violated) => ({
		accepted(change) {
			const {before, after} = change;
			if (!isByAviary(change)) return;
			const isUsers = models(scene).some(
				(model) => !model.route.generated && routeIn(scene, model, before ?? after) !== undefined,
			);
			// What carries revisions has more that is ours: S6 knows it.
			if (!isUsers || isOf(change, 'knativeservices')) return;
			if (before === undefined || after === undefined) violated(`it was ${change.verb}d`);
			else if (without(before, ...shares) !== without(after, ...shares)) {
				violated(`more than weights of ${after.metadata.name} changed`);
			}
		},
	}),
};

/** The same where the first annotation of all may be ours. */
const withAnnotations = (object: KubeObject | undefined, ...paths: readonly string[]): string => {
	const {annotations = {}, ...metadata} = object?.metadata ?? {name: ''};
	return without(object && {...object, metadata: {...metadata, annotations}}, ...paths);
};

const isGenerated = (object: KubeObject | undefined, model: CanaryModel): boolean =>
	object?.metadata.ownerReferences?.some(({uid, controller}) => uid === model.uid && controller === true) === true;

/** What one Canary lets Aviary do to an object; undefined when it is none of its business. */
const allows = (change: Accepted, model: CanaryModel): boolean | undefined => {
	const {before, after, subresource} = change;
	const object = after ?? before;
	const kind = model.origin === undefined ? 'canaries' : 'rollouts';
	if (isOf(change, kind) && named(object, model.name, model.namespace)) {
		return subresource === 'status' && before !== undefined && after !== undefined;
	}

	if (isOfWorkload(change) && named(object, model.target.name, model.namespace)) {
		const scaled = isOf(change, 'daemonsets') ? 'spec.template.spec.nodeSelector' : 'spec.replicas';
		return without(before, scaled, 'status') === without(after, scaled, 'status');
	}

	if (isOfWorkload(change) && model.shape === 'paired' && named(object, model.primary.name, model.namespace)) {
		const changed = ['spec.template', 'metadata.annotations', 'status'];
		return without(before, ...changed) === without(after, ...changed);
	}

	if (isOf(change, 'knativeservices')) {
		if (!named(object, model.target.name, model.namespace)) return undefined;
		const changed = ['spec.traffic', 'metadata.annotations.flagger.app/primary-revision', 'status'];
		return withAnnotations(before, ...changed) === withAnnotations(after, ...changed);
	}

	if (isOf(change, 'virtualservices') && !model.route.generated) {
		return named(object, model.route.name, model.namespace) ? true : undefined;
	}

	// Everything made carries the Canary as its controller. The apex Service may be the user's, whose selector moves.
	const isApex =
		isOf(change, 'services') && model.shape === 'managed' && named(object, model.hosts.apex, model.namespace);
	return isApex || isGenerated(object, model) ? true : undefined;
};

/** The one that replicas stand for; it is made and renewed, and never deleted. */
const isOwnLease = ({key, verb, after}: Accepted): boolean =>
	key.plural === 'leases' && after?.metadata.name === LEASE_NAME && verb !== 'delete';

/** The status of a command, and nothing else of it. */
const isAnswer = (change: Accepted): boolean => isOf(change, 'canarycommands') && change.subresource === 'status';

/** A record, which is ours alone; and a command that has its answer, whose run is recorded no more. */
const isRecord = (change: Accepted): boolean =>
	isOf(change, 'canaryruns') ||
	(isOf(change, 'canarycommands') &&
		change.verb === 'delete' &&
		['Done', 'Refused'].includes(String(change.before?.status?.['outcome'])));

/** Where the object after a change differs from the one before, as JSON pointers. */
const changedIn = ({before, after}: Accepted): string =>
	jsonPatch
		.compare(before ?? {}, after ?? {})
		.map(({op, path}) => `${op} ${path}`)
		.filter((text) => !text.includes('/managedFields'))
		.join(', ');

export const touchesNobodyElses: Invariant = {
	name: "S6 nobody else's objects are touched, and of the target only its replicas",
	watch: (scene, violated) => ({
		accepted(change) {
			if (!isByAviary(change) || isOf(change, 'events') || isOwnLease(change)) return;
			if (isAnswer(change) || isRecord(change)) return;
			const {metadata} = change.after ?? change.before ?? {metadata: {name: ''}};
			const opinions = models(scene)
				.map((model) => allows(change, model))
				.filter((opinion) => opinion !== undefined);
			if (opinions.length === 0 || opinions.includes(false)) {
				const what = [change.verb, 'of', change.key.plural, metadata.name, change.subresource].filter(
					(word) => word !== '',
				);
				violated(`${what.join(' ')}: ${changedIn(change)}`);
			}
		},
	}),
};
