// What Knative makes of a Service: revisions, their Deployments and Services, and the route to them.
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import type {TrafficTarget} from '../../../services/workloads/knative-revisions.ts';
import {controllerReference, specOf, type PodTemplate} from '../objects.ts';

export const LABEL = 'serving.knative.dev';
/** The template that a revision was made of, for the server completes a spec; by a prefix that is none of users'. */
export const MADE_OF = 'serving.knative.dev/made-of';

/** The Service's revision number `count`. */
export const revisionObject = (service: KubeObject, template: PodTemplate, count: number): KubeObject => {
	const {name, namespace = ''} = service.metadata;
	return {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Revision',
		metadata: {
			name: `${name}-${String(count).padStart(5, '0')}`,
			namespace,
			labels: {
				...template.metadata?.labels,
				[`${LABEL}/service`]: name,
				[`${LABEL}/configuration`]: name,
				[`${LABEL}/configurationGeneration`]: String(count),
			},
			annotations: {...template.metadata?.annotations, [MADE_OF]: JSON.stringify(template)},
			ownerReferences: [controllerReference(service)],
		},
		spec: {...template.spec},
	};
};

const podLabels = ({metadata}: KubeObject) => ({
	[`${LABEL}/revision`]: metadata.name,
	[`${LABEL}/service`]: metadata.labels?.[`${LABEL}/service`] ?? '',
});

export const deploymentObject = (revision: KubeObject, replicas: number): KubeObject => {
	const {name, namespace = '', annotations = {}} = revision.metadata;
	const {[MADE_OF]: _, ...others} = annotations;
	const {containers = []} = specOf<NonNullable<PodTemplate['spec']>>(revision);
	return {
		apiVersion: 'apps/v1',
		kind: 'Deployment',
		metadata: {
			name: `${name}-deployment`,
			namespace,
			labels: podLabels(revision),
			ownerReferences: [controllerReference(revision)],
		},
		spec: {
			replicas,
			selector: {matchLabels: podLabels(revision)},
			template: {
				metadata: {labels: podLabels(revision), annotations: others},
				// A container of Knative's may go without a name.
				spec: {containers: containers.map((container) => ({...container, name: container.name || 'user-container'}))},
			},
		},
	};
};

export const backingService = (revision: KubeObject): KubeObject => {
	const {name, namespace = ''} = revision.metadata;
	return {
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name, namespace, ownerReferences: [controllerReference(revision)]},
		spec: {selector: podLabels(revision), ports: [{name: 'http', port: 80, targetPort: 8080}]},
	};
};

export const routeObject = (service: KubeObject, traffic: readonly TrafficTarget[]): KubeObject => {
	const {name, namespace = ''} = service.metadata;
	const destinations = traffic
		.filter(({percent = 0}) => percent > 0)
		.map(({revisionName = '', percent = 0}) => ({destination: {host: revisionName}, weight: percent}));
	return {
		apiVersion: 'networking.istio.io/v1beta1',
		kind: 'VirtualService',
		metadata: {name: `${name}-ingress`, namespace, ownerReferences: [controllerReference(service)]},
		spec: {hosts: [`${name}.${namespace}.svc.cluster.local`], http: [{route: destinations}]},
	};
};
