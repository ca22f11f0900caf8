// How long the same writes take a client that does nothing else, as an account under the same limits: what the server
// needs, so that what the operator adds can be told.
import {wallClock} from '../../services/clock.ts';
import type {KubeObject, Resource} from '../../services/kubernetes/cluster.ts';
import {
	canaries,
	controllerRevisions,
	deployments,
	events,
	pathOf,
	virtualServices,
} from '../../services/kubernetes/resources.ts';
import type {Client} from '../../sandbox/real/control-plane/client.ts';
import {inParallel} from './in-parallel.ts';
import {timed, type Timed} from './process-figures.ts';
import type {Place} from './objects.ts';

export type Bare = Timed & {readonly writes: number; readonly inFlight: number};

/** As many as the operator has in flight, beside the place that it keeps for rollbacks. */
const IN_FLIGHT = 7;
const JSON_PATCH = 'application/json-patch+json';

type Write = (client: Client) => Promise<unknown>;

/** Writes of a rollout of five steps: of each kind as many as test/simulation/budget.test.ts counts. */
const COUNTS = {status: 10, routes: 6, records: 2, scales: 2, primary: 1, events: 11};

const read = async (client: Client, kind: Resource, {namespace, name}: Place): Promise<KubeObject> =>
	(await client.call('GET', pathOf(kind, namespace, name))) as KubeObject;

const patch =
	(kind: Resource, {namespace, name}: Place, operations: readonly unknown[], subresource?: string): Write =>
	(client) =>
		client.call('PATCH', pathOf(kind, namespace, name, subresource), operations, JSON_PATCH);

const eventAbout = (about: KubeObject, index: number): KubeObject => {
	const {namespace = '', name, uid = ''} = about.metadata;
	const at = new Date(wallClock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
	return {
		apiVersion: 'v1',
		kind: 'Event',
		metadata: {name: `${name}.bare-${index}`, namespace},
		involvedObject: {kind: 'Canary', apiVersion: about.apiVersion, name, namespace, uid},
		type: 'Normal',
		reason: 'Synced',
		message: `Advance ${name}.${namespace} canary weight ${index}`,
		source: {component: 'bench'},
		firstTimestamp: at,
		lastTimestamp: at,
		count: 1,
	};
};

/** What one Canary's rollout writes: whole objects with one field changed, so that each is as large as the operator's. */
const writesFor = async (admin: Client, place: Place): Promise<readonly Write[]> => {
	const primary = {...place, name: `${place.name}-primary`};
	const [canary, route, rendered] = await Promise.all([
		read(admin, canaries, place),
		read(admin, virtualServices, place),
		read(admin, deployments, primary),
	]);
	const times = <T>(count: number, one: (index: number) => T): readonly T[] =>
		Array.from({length: count}, (_, i) => one(i));
	const record = (index: number): KubeObject => ({
		apiVersion: 'apps/v1',
		kind: 'ControllerRevision',
		metadata: {name: `${place.name}-bare-${index}`, namespace: place.namespace},
		data: {template: rendered.spec?.['template']},
		revision: index,
	});
	return [
		...times(COUNTS.status, (index): Write => {
			const status = {...canary.status, canaryWeight: index + 1};
			return patch(canaries, place, [{op: 'add', path: '/status', value: status}], 'status');
		}),
		...times(COUNTS.routes, (index): Write => {
			const annotations = {...route.metadata.annotations, bare: String(index)};
			return patch(virtualServices, place, [
				{op: 'add', path: '/spec', value: route.spec},
				{op: 'add', path: '/metadata/annotations', value: annotations},
			]);
		}),
		...times(COUNTS.scales, (index): Write => {
			const operations = [{op: 'add', path: '/spec/replicas', value: (index + 1) % COUNTS.scales}];
			return patch(deployments, place, operations, 'scale');
		}),
		...times(COUNTS.primary, (): Write => {
			const labels = {...rendered.metadata.labels, bare: 'true'};
			return patch(deployments, primary, [
				{op: 'add', path: '/metadata/labels', value: labels},
				{op: 'add', path: '/spec/template/metadata/labels/bare', value: 'true'},
			]);
		}),
		...times(COUNTS.records, (index): Write => (client) => {
			const body = record(index);
			return client.call('POST', pathOf(controllerRevisions, place.namespace), body);
		}),
		...times(COUNTS.events, (index): Write => (client) => {
			return client.call('POST', pathOf(events, place.namespace), eventAbout(canary, index));
		}),
	];
};

/** Writes for all places what a wave of rollouts writes, turn by turn, and nothing else. */
export const bareWrites = async (admin: Client, own: Client, places: readonly Place[]): Promise<Bare> => {
	const perPlace: Array<readonly Write[]> = [];
	await inParallel(places, IN_FLIGHT, async (place) => {
		perPlace.push(await writesFor(admin, place));
	});
	const turns = perPlace[0]?.length ?? 0;
	const writes = Array.from({length: turns}, (_, turn) => perPlace.flatMap((one) => one[turn] ?? [])).flat();
	const took = await timed(() => inParallel(writes, IN_FLIGHT, (write) => write(own)));
	return {...took, writes: writes.length, inFlight: IN_FLIGHT};
};
