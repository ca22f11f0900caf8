// Plays Knative Serving: a Revision for every template of a Service, a Deployment for each of them, and routes to those
// that `spec.traffic` names. As with Istio under Knative the routes are a VirtualService. Nothing is scaled by requests:
// a revision that is neither the newest nor named has no pods.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {trafficOf, type TrafficTarget} from '../../../services/workloads/knative-revisions.ts';
import type {KindKey} from '../../api/types.ts';
import type {Informer} from '../informer.ts';
import {deploymentsKey, knativeRevisionsKey, knativeServicesKey, servicesKey, virtualServicesKey} from '../keys.ts';
import {
	conditionOf,
	controllerOf,
	isEqual,
	nameOf,
	specOf,
	statusOf,
	withCondition,
	type Condition,
	type PodTemplate,
} from '../objects.ts';
import {createQueue} from '../work-queue.ts';
import {LABEL, MADE_OF, backingService, deploymentObject, revisionObject, routeObject} from './knative-objects.ts';
import {stateOf} from './operated.ts';
import type {ControllerParts} from './parts.ts';

const BY = 'knative-serving';

type Sources = {readonly knativeServices: Informer; readonly revisions: Informer; readonly deployments: Informer};

const reasons = {True: undefined, False: 'ProgressDeadlineExceeded', Unknown: 'Deploying'} as const;
type State = keyof typeof reasons;

const countOf = ({metadata}: KubeObject): number => Number(metadata.labels?.[`${LABEL}/configurationGeneration`]);
const isReady = (revision: KubeObject): boolean => conditionOf(revision, 'Ready')?.status === 'True';

const ensure = ({store}: ControllerParts, key: KindKey, wanted: KubeObject): KubeObject => {
	const {name, namespace = ''} = wanted.metadata;
	const present = store.get(key, namespace, name);
	if (present === undefined) return store.create(key, wanted, BY);
	// Of all that is made here only replicas and routes ever change.
	const fields = ['replicas', 'http'].filter((field) => wanted.spec?.[field] !== undefined);
	const changed = Object.fromEntries(fields.map((field) => [field, wanted.spec?.[field]]));
	const spec = {...present.spec, ...changed};
	return isEqual(spec, present.spec) ? present : store.update(key, {...present, spec}, BY);
};

const writeStatus = (
	{store, clock}: ControllerParts,
	key: KindKey,
	object: KubeObject,
	facts: object,
	states: readonly Condition[],
) => {
	const before = statusOf<{conditions: readonly Condition[]}>(object).conditions ?? [];
	const conditions = states.reduce<readonly Condition[]>(
		(list, condition) => withCondition(list, condition, clock.now()),
		before,
	);
	const status = {...facts, observedGeneration: object.metadata.generation ?? 0, conditions};
	return isEqual(status, object.status) ? object : store.update(key, {...object, status}, BY, 'status');
};

const condition = (type: string, status: State, reason: string | undefined = reasons[status]): Condition => ({
	type,
	status,
	...(reason !== undefined && {reason}),
});

/** Whom the entries of `spec.traffic` mean. */
const resolved = (service: KubeObject, latestReady: string | undefined): readonly TrafficTarget[] =>
	trafficOf(service).map(({revisionName = latestReady, ...entry}) => ({
		...entry,
		latestRevision: entry.latestRevision === true,
		...(revisionName !== undefined && {revisionName}),
	}));

/** The revisions, the newest last: one more when the template is another than that was made of. */
const madeOf = ({store}: ControllerParts, revisions: Informer, service: KubeObject): readonly KubeObject[] => {
	const made = [...revisions.ownedBy(service.metadata.uid ?? '')].sort((a, b) => countOf(a) - countOf(b));
	const {template = {}} = specOf<{template?: PodTemplate}>(service);
	const newest = made.at(-1);
	if (newest?.metadata.annotations?.[MADE_OF] === JSON.stringify(template)) return made;
	const next = revisionObject(service, template, (newest === undefined ? 0 : countOf(newest)) + 1);
	return [...made, store.create(knativeRevisionsKey, next, BY)];
};

/** Starts Knative; it works whenever one of its objects or a Deployment of these changes. */
export const startKnative = (parts: ControllerParts, sources: Sources): (() => void) => {
	const {clock, log} = parts;
	const {knativeServices, revisions, deployments} = sources;

	const run = (revision: KubeObject, isWanted: boolean): KubeObject => {
		ensure(parts, servicesKey, backingService(revision));
		const state = stateOf(ensure(parts, deploymentsKey, deploymentObject(revision, isWanted ? 1 : 0)));
		return writeStatus(parts, knativeRevisionsKey, revision, {}, [condition('Ready', state)]);
	};

	const reconcileService = (service: KubeObject): void => {
		const {name, namespace = ''} = service.metadata;
		const made = madeOf(parts, revisions, service);
		const newestName = made.at(-1)?.metadata.name;
		const {traffic: before = []} = statusOf<{traffic: readonly TrafficTarget[]}>(service);
		const named = [...trafficOf(service), ...before].map(({revisionName}) => revisionName);
		const running = made.map((one) => run(one, [newestName, ...named].includes(one.metadata.name)));
		const readyNames = running.filter((one) => isReady(one)).map(({metadata}) => metadata.name);
		const latestReady = readyNames.at(-1);
		const traffic = resolved(service, latestReady);
		// What is not ready is not routed to; everything stays as it was.
		const isRoutable = traffic.every(({revisionName = ''}) => readyNames.includes(revisionName));
		if (isRoutable) ensure(parts, virtualServicesKey, routeObject(service, traffic));
		const newest = running.at(-1);
		const configurations = ((newest && conditionOf(newest, 'Ready')?.status) ?? 'Unknown') as State;
		const routes: State = isRoutable ? 'True' : latestReady === undefined ? 'Unknown' : 'False';
		writeStatus(
			parts,
			knativeServicesKey,
			service,
			{
				url: `http://${name}.${namespace}.example.com`,
				latestCreatedRevisionName: newestName,
				...(latestReady !== undefined && {latestReadyRevisionName: latestReady}),
				traffic: isRoutable ? traffic : before,
			},
			[
				condition('ConfigurationsReady', configurations),
				condition('Ready', [configurations, routes].find((state) => state !== 'True') ?? 'True'),
				condition('RoutesReady', routes, routes === 'False' ? 'RevisionMissing' : undefined),
			],
		);
	};

	const queue = createQueue({
		clock,
		log,
		controller: BY,
		reconcile(name) {
			const service = knativeServices.get(name);
			if (service !== undefined && service.metadata.deletionTimestamp === undefined) reconcileService(service);
		},
	});

	const addOwner = (object: KubeObject, owners: Informer): void => {
		const name = `${object.metadata.namespace ?? ''}/${controllerOf(object)?.name ?? ''}`;
		const owner = owners.get(name);
		if (owner === undefined || owner.metadata.uid !== controllerOf(object)?.uid) return;
		if (owners === knativeServices) queue.add(name);
		else addOwner(owner, knativeServices);
	};
	knativeServices.onEvent(({type, object}) => {
		if (type !== 'DELETED') queue.add(nameOf(object));
	});
	revisions.onEvent(({object}) => addOwner(object, knativeServices));
	deployments.onEvent(({object}) => addOwner(object, revisions));
	for (const service of knativeServices.all()) queue.add(nameOf(service));
	return () => queue.stop();
};
