// The kinds that simulations read and write, by their plural.
import type {KindKey} from '../../sandbox/api/types.ts';

const groups = {
	canarycommands: 'aviary.dev',
	canaryruns: 'aviary.dev',
	canaries: 'flagger.app',
	rollouts: 'apps.weave.works',
	deployments: 'apps',
	daemonsets: 'apps',
	statefulsets: 'apps',
	replicasets: 'apps',
	controllerrevisions: 'apps',
	pods: '',
	services: '',
	events: '',
	namespaces: '',
	horizontalpodautoscalers: 'autoscaling',
	virtualservices: 'networking.istio.io',
	destinationrules: 'networking.istio.io',
} as const;

/** A second plural of the name. */
const knativeservices: KindKey = {group: 'serving.knative.dev', plural: 'services'};

export type Kind = keyof typeof groups | 'knativeservices';

export const keys = {
	...Object.fromEntries(Object.entries(groups).map(([plural, group]) => [plural, {group, plural}])),
	knativeservices,
} as Readonly<Record<Kind, KindKey>>;
