// What people get wrong, how each is mended, and what must be said of it meanwhile.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import type {Bag, Simulation} from './simulation.ts';

export type Objects = readonly KubeObject[];
export type Mistake = {
	readonly title: string;
	readonly shape: 'first' | 'today';
	/** What is wrong at the start. */
	readonly edit: (objects: Objects) => Objects;
	/** How the user mends it. */
	readonly mend: (simulation: Simulation) => void;
	readonly says: RegExp;
};

const named = (kind: string, name: string) => (object: KubeObject) =>
	object.kind === kind && object.metadata.name === name;

const without =
	(kind: string, name: string) =>
	(objects: Objects): Objects =>
		objects.filter((object) => !named(kind, name)(object));

const changed =
	(kind: string, name: string, change: (spec: Bag) => Bag) =>
	(objects: Objects): Objects =>
		objects.map((object) =>
			named(kind, name)(object) ? {...object, spec: change(object.spec ?? {}) as Record<string, unknown>} : object,
		);

const ofCanary = (change: (spec: Bag) => Bag) => changed('Canary', 'podinfo', change);
const ofAnalysis = (field: 'analysis' | 'canaryAnalysis', part: Bag) =>
	ofCanary((spec) => ({...spec, [field]: {...(spec[field] as Bag), ...part}}));

/** The Canary's spec as the sound manifest has it. */
const restore =
	(sound: Bag) =>
	(simulation: Simulation): void => {
		simulation.edit('canaries', 'podinfo', (object) => ({...object, spec: {...object.spec, ...sound}}));
	};

const restoreAnalysis =
	(field: 'analysis' | 'canaryAnalysis', part: Bag) =>
	(simulation: Simulation): void => {
		simulation.edit('canaries', 'podinfo', (object) => ({
			...object,
			spec: {...object.spec, [field]: {...(object.spec?.[field] as Bag), ...part}},
		}));
	};

/** Creates again what was left out of the seed's manifests. */
const recreate =
	(kind: string, name: string, shape: 'first' | 'today' = 'first') =>
	async (simulation: Simulation): Promise<void> => {
		const {releaseOf} = await import('../../sandbox/scenarios.ts');
		const {objects} = await releaseOf('good', shape);
		simulation.embedded.apply(objects.filter((object) => named(kind, name)(object)));
	};

const first = 'canaryAnalysis';
export const mistakes: readonly Mistake[] = [
	{
		title: 'an unknown target kind',
		shape: 'first',
		edit: ofCanary((spec) => ({...spec, targetKind: 'CronJob'})),
		mend: restore({targetKind: 'Deployment'}),
		says: /targetKind.*CronJob.*Deployment/,
	},
	{
		title: 'a provider that nobody knows',
		shape: 'first',
		edit: ofCanary((spec) => ({...spec, provider: 'linkerd'})),
		mend: restore({provider: 'istio'}),
		says: /provider.*linkerd.*istio/i,
	},
	{
		title: 'a missing canary deployment',
		shape: 'first',
		edit: without('Deployment', 'podinfo-canary'),
		mend: (simulation) => void recreate('Deployment', 'podinfo-canary')(simulation),
		says: /deployment podinfo-canary\.test not found\. Create it/,
	},
	{
		title: 'a missing target of today’s shape',
		shape: 'today',
		edit: without('Deployment', 'podinfo'),
		mend: (simulation) => void recreate('Deployment', 'podinfo', 'today')(simulation),
		says: /deployment podinfo\.test not found/,
	},
	{
		title: 'a missing service',
		shape: 'first',
		edit: without('Service', 'podinfo-canary'),
		mend: (simulation) => void recreate('Service', 'podinfo-canary')(simulation),
		says: /service podinfo-canary\.test not found/,
	},
	{
		title: 'a missing VirtualService',
		shape: 'first',
		edit: without('VirtualService', 'podinfo'),
		mend: (simulation) => void recreate('VirtualService', 'podinfo')(simulation),
		says: /VirtualService podinfo\.test not found/i,
	},
	{
		title: 'a service without a port named http',
		shape: 'first',
		edit: changed('Service', 'podinfo-canary', (spec) => ({...spec, ports: [{name: 'web', port: 9898}]})),
		mend: (simulation) => {
			simulation.edit('services', 'podinfo-canary', (object) => ({
				...object,
				spec: {...object.spec, ports: [{name: 'http', port: 9898, protocol: 'TCP', targetPort: 9898}]},
			}));
		},
		says: /podinfo-canary.*http/,
	},
	{
		title: 'a route that does not point at both hosts',
		shape: 'first',
		edit: changed('VirtualService', 'podinfo', (spec) => ({
			...spec,
			http: [{route: [{destination: {host: 'podinfo', port: {number: 9898}}, weight: 100}]}],
		})),
		mend: (simulation) => {
			simulation.edit('virtualservices', 'podinfo', (object) => ({
				...object,
				spec: {
					...object.spec,
					http: [
						{
							route: [
								{destination: {host: 'podinfo', port: {number: 9898}}, weight: 100},
								{destination: {host: 'podinfo-canary', port: {number: 9898}}, weight: 0},
							],
						},
					],
				},
			}));
		},
		says: /does not contain routes for podinfo and podinfo-canary/,
	},
	...[0, -1].map((threshold) => ({
		title: `a threshold of ${threshold}`,
		shape: 'first' as const,
		edit: ofAnalysis(first, {threshold}),
		mend: restoreAnalysis(first, {threshold: 2}),
		says: new RegExp(`canaryAnalysis\\.threshold.*${threshold}`),
	})),
	...[0, 101].map((stepWeight) => ({
		title: `a step weight of ${stepWeight}`,
		shape: 'first' as const,
		edit: ofAnalysis(first, {stepWeight}),
		mend: restoreAnalysis(first, {stepWeight: 25}),
		says: new RegExp(`canaryAnalysis\\.stepWeight.*${stepWeight}`),
	})),
	{
		title: 'a max weight below the step',
		shape: 'first',
		edit: ofAnalysis(first, {stepWeight: 25, maxWeight: 10}),
		mend: restoreAnalysis(first, {maxWeight: 50}),
		says: /maxWeight.*10.*25/,
	},
	{
		title: 'an unknown metric',
		shape: 'first',
		edit: ofAnalysis(first, {metrics: [{name: 'happiness', threshold: 1, interval: '1m'}]}),
		mend: restoreAnalysis(first, {metrics: [{name: 'istio_requests_total', threshold: 99, interval: '1m'}]}),
		says: /metrics.*happiness/,
	},
	{
		title: 'an interval that cannot be read',
		shape: 'first',
		edit: ofAnalysis(first, {metrics: [{name: 'istio_requests_total', threshold: 99, interval: 'soon'}]}),
		mend: restoreAnalysis(first, {metrics: [{name: 'istio_requests_total', threshold: 99, interval: '1m'}]}),
		says: /interval.*soon/,
	},
	{
		title: 'an interval of today’s shape that is no duration',
		shape: 'today',
		edit: ofAnalysis('analysis', {interval: '1mango'}),
		mend: restoreAnalysis('analysis', {interval: '1m'}),
		says: /spec\.analysis\.interval.*1mango/,
	},
];
