// The kinds that the daemon reads and writes.
import type {Resource} from './cluster.ts';

const resource = (group: string, version: string, plural: string, kind: string): Resource => ({
	group,
	version,
	plural,
	kind,
});

export const canaries = resource('flagger.app', 'v1beta1', 'canaries', 'Canary');
export const rollouts = resource('apps.weave.works', 'v1beta1', 'rollouts', 'Rollout');
export const alertProviders = resource('flagger.app', 'v1beta1', 'alertproviders', 'AlertProvider');
export const metricTemplates = resource('flagger.app', 'v1beta1', 'metrictemplates', 'MetricTemplate');
export const secrets = resource('', 'v1', 'secrets', 'Secret');
export const configMaps = resource('', 'v1', 'configmaps', 'ConfigMap');
export const canaryCommands = resource('aviary.dev', 'v1alpha1', 'canarycommands', 'CanaryCommand');
export const canaryRuns = resource('aviary.dev', 'v1alpha1', 'canaryruns', 'CanaryRun');
export const selfSubjectReviews = resource('authentication.k8s.io', 'v1', 'selfsubjectreviews', 'SelfSubjectReview');
export const tokenReviews = resource('authentication.k8s.io', 'v1', 'tokenreviews', 'TokenReview');
export const subjectAccessReviews = resource(
	'authorization.k8s.io',
	'v1',
	'subjectaccessreviews',
	'SubjectAccessReview',
);
export const deployments = resource('apps', 'v1', 'deployments', 'Deployment');
export const daemonSets = resource('apps', 'v1', 'daemonsets', 'DaemonSet');
export const statefulSets = resource('apps', 'v1', 'statefulsets', 'StatefulSet');
export const controllerRevisions = resource('apps', 'v1', 'controllerrevisions', 'ControllerRevision');
export const services = resource('', 'v1', 'services', 'Service');
export const pods = resource('', 'v1', 'pods', 'Pod');
export const events = resource('', 'v1', 'events', 'Event');
export const leases = resource('coordination.k8s.io', 'v1', 'leases', 'Lease');
export const horizontalPodAutoscalers = resource(
	'autoscaling',
	'v2',
	'horizontalpodautoscalers',
	'HorizontalPodAutoscaler',
);
export const virtualServices = resource('networking.istio.io', 'v1beta1', 'virtualservices', 'VirtualService');
export const destinationRules = resource('networking.istio.io', 'v1beta1', 'destinationrules', 'DestinationRule');
export const knativeServices = resource('serving.knative.dev', 'v1', 'services', 'Service');
export const knativeRevisions = resource('serving.knative.dev', 'v1', 'revisions', 'Revision');

/** `/apis/apps/v1/namespaces/test/deployments/podinfo/status`, or the collection's path without a name. */
export const pathOf = (kind: Resource, namespace?: string, name?: string, subresource?: string): string => {
	const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
	const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
	const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
	return `${root}${scope}/${kind.plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
};
