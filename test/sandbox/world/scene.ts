// A world on a virtual clock, and the objects that the tests put into it.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {seededRandom} from '../../../services/random.ts';
import {createStore} from '../../../sandbox/api/store.ts';
import type {Store} from '../../../sandbox/api/types.ts';
import {gatewayApiDefinitions} from '../../../sandbox/crds/gateway-api.ts';
import {createVirtualClock, type VirtualClock} from '../../../sandbox/virtual-clock.ts';
import {
	autoscalersKey,
	deploymentsKey,
	destinationRulesKey,
	gatewaysKey,
	httpRoutesKey,
	podsKey,
	servicesKey,
	virtualServicesKey,
} from '../../../sandbox/world/keys.ts';
import {conditionOf, isReady, type Condition} from '../../../sandbox/world/objects.ts';
import {startWorld, type World, type WorldOptions} from '../../../sandbox/world/world.ts';

const NAMESPACE = 'test';
const BY = 'the test';
const definitionsKey = {group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions'};

const definition = (plural: string, kind: string): KubeObject => ({
	apiVersion: 'apiextensions.k8s.io/v1',
	kind: 'CustomResourceDefinition',
	metadata: {name: `${plural}.networking.istio.io`},
	spec: {
		group: 'networking.istio.io',
		names: {kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`},
		scope: 'Namespaced',
		versions: [
			{
				name: 'v1beta1',
				served: true,
				storage: true,
				schema: {openAPIV3Schema: {type: 'object', 'x-kubernetes-preserve-unknown-fields': true}},
			},
		],
	},
});

export type DeploymentFacts = {
	readonly replicas?: number;
	readonly image?: string;
	readonly annotations?: Readonly<Record<string, string>>;
	readonly labels?: Readonly<Record<string, string>>;
	readonly spec?: Readonly<Record<string, unknown>>;
};

export type Scene = {
	readonly clock: VirtualClock;
	readonly store: Store;
	readonly world: World;
	readonly deploy: (name: string, facts?: DeploymentFacts) => void;
	readonly expose: (name: string, selector?: Readonly<Record<string, string>>) => void;
	readonly route: (name: string, weights: Readonly<Record<string, number>>) => void;
	readonly put: (
		key: 'autoscalers' | 'destinationRules' | 'gateways' | 'httpRoutes' | 'virtualServices',
		object: KubeObject,
	) => void;
	readonly deployment: (name: string) => KubeObject;
	readonly condition: (name: string, type: string) => Condition | undefined;
	readonly pods: (app: string) => readonly KubeObject[];
	readonly readyPods: (app: string) => readonly KubeObject[];
	/** The value of a query whose answer is one sample; undefined when there is none. */
	readonly query: (query: string) => number | undefined;
	readonly queryAll: (query: string) => ReadonlyArray<{metric: Record<string, string>; value: [number, string]}>;
};

const keys = {
	autoscalers: autoscalersKey,
	destinationRules: destinationRulesKey,
	gateways: gatewaysKey,
	httpRoutes: httpRoutesKey,
	virtualServices: virtualServicesKey,
};

/** Starts a world with an empty namespace `test`. */
export const startScene = (
	options: Partial<Pick<WorldOptions, 'speed' | 'rps' | 'proxyDelayMs' | 'providers'>> & {
		readonly hasKubelet?: boolean;
	} = {},
): Scene => {
	const clock = createVirtualClock();
	const store = createStore({clock, random: seededRandom(1), hasKubelet: options.hasKubelet ?? false});
	const namespace = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: NAMESPACE}};
	store.create({group: '', plural: 'namespaces'}, namespace, BY);
	store.create(definitionsKey, definition('virtualservices', 'VirtualService'), BY);
	const world = startWorld({store, clock, random: seededRandom(2), speed: 1, ...options});
	// After the start, as a user may apply them at any time.
	store.create(definitionsKey, definition('destinationrules', 'DestinationRule'), BY);
	for (const one of gatewayApiDefinitions) store.create(definitionsKey, one, BY);

	const put: Scene['put'] = (kind, object) => {
		const {name} = object.metadata;
		const known = store.get(keys[kind], NAMESPACE, name);
		const metadata = {...known?.metadata, ...object.metadata, namespace: NAMESPACE};
		if (known === undefined) store.create(keys[kind], {...object, metadata}, BY);
		else store.update(keys[kind], {...object, metadata}, BY);
	};

	const scene: Scene = {
		clock,
		store,
		world,
		put,
		deploy(name, {replicas = 1, image = 'podinfo:1', annotations = {}, labels = {}, spec = {}} = {}) {
			const known = store.get(deploymentsKey, NAMESPACE, name);
			const object: KubeObject = {
				apiVersion: 'apps/v1',
				kind: 'Deployment',
				metadata: {...known?.metadata, name, namespace: NAMESPACE},
				spec: {
					replicas,
					selector: {matchLabels: {app: name}},
					template: {
						metadata: {labels: {app: name, ...labels}, annotations},
						spec: {containers: [{name: 'podinfod', image, ports: [{name: 'http', containerPort: 9898}]}]},
					},
					...spec,
				},
			};
			if (known === undefined) store.create(deploymentsKey, object, BY);
			else store.update(deploymentsKey, object, BY);
		},
		expose(name, selector = {app: name}) {
			const ports = [{name: 'http', port: 9898, targetPort: 'http'}];
			const metadata = {name, namespace: NAMESPACE};
			store.create(servicesKey, {apiVersion: 'v1', kind: 'Service', metadata, spec: {selector, ports}}, BY);
		},
		route(name, weights) {
			const route = Object.entries(weights).map(([host, weight]) => ({destination: {host}, weight}));
			const spec = {hosts: [name], http: [{route}]};
			put('virtualServices', {
				apiVersion: 'networking.istio.io/v1beta1',
				kind: 'VirtualService',
				metadata: {name},
				spec,
			});
		},
		deployment: (name) => store.get(deploymentsKey, NAMESPACE, name) as KubeObject,
		condition: (name, type) => conditionOf(scene.deployment(name), type),
		pods: (app) => store.list(podsKey, {namespace: NAMESPACE, labelSelector: `app=${app}`}).items,
		readyPods: (app) => scene.pods(app).filter((pod) => isReady(pod)),
		queryAll(query) {
			const {body} = world.prometheus('/api/v1/query', new URLSearchParams({query}));
			const {data, error} = JSON.parse(body) as {
				data?: {result: Array<{metric: Record<string, string>; value: [number, string]}>};
				error?: string;
			};
			if (data === undefined) throw new Error(error);
			return data.result;
		},
		query(query) {
			const result = scene.queryAll(query);
			if (result.length > 1) throw new Error(`${result.length} samples`);
			const [first] = result;
			return first && Number(first.value[1]);
		},
	};
	return scene;
};
