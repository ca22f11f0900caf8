// podinfo behind a gateway: its Canary, its HTTPRoute, and what parents say of that.
import type {CanaryModel} from '../../../../api/model.ts';
import type {ServiceModel} from '../../../../api/service-model.ts';
import type {KubeObject} from '../../../../services/kubernetes/cluster.ts';
import {httpRouteSpec} from '../../../../services/providers/gatewayapi/generated.ts';
import {managedModel, plainService} from '../../workloads/podinfo.ts';

const service: ServiceModel = {
	...plainService,
	gatewayRefs: [{name: 'public', namespace: 'gateways'}],
	hosts: ['app.example.com'],
};

/** The Canary with more in `spec.service`. */
export const modelWith = (more: Partial<ServiceModel>): CanaryModel => ({
	...managedModel,
	provider: 'gatewayapi:v1',
	service: {...service, ...more},
});

export const model: CanaryModel = modelWith({});

export const parentRef = {group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'gateways'};

export const backends = (primary?: number, canary?: number) =>
	[
		['podinfo-primary', primary],
		['podinfo-canary', canary],
	].map(([name, weight]) => ({
		group: '',
		kind: 'Service',
		name,
		port: 80,
		...(weight !== undefined && {weight}),
	}));

/** With a rule for each pair of weights. */
export const httpRoute = (...rules: ReadonlyArray<ReturnType<typeof backends>>): KubeObject => ({
	apiVersion: 'gateway.networking.k8s.io/v1',
	kind: 'HTTPRoute',
	metadata: {name: 'podinfo', namespace: 'test', generation: 2},
	spec: {
		...httpRouteSpec(model, {canary: 0}),
		rules: rules.map((backendRefs, index) => ({
			matches: [{path: {type: 'PathPrefix', value: `/${index}`}}],
			backendRefs,
		})),
	},
});

type Facts = {readonly type?: string; readonly status?: string; readonly reason?: string; readonly generation?: number};

export const condition = ({type = 'Accepted', status = 'True', reason = type, generation = 2}: Facts = {}) => ({
	type,
	status,
	reason,
	message: status === 'True' ? '' : 'it is so.',
	observedGeneration: generation,
});

/** The route with what controllers say of its parents. */
export const said = (
	parents: ReadonlyArray<readonly [parentRef: object, conditions: ReadonlyArray<ReturnType<typeof condition>>]>,
	parentRefs: readonly object[] = [parentRef],
): KubeObject => {
	const route = httpRoute(backends(100, 0));
	return {
		...route,
		spec: {...route.spec, parentRefs},
		status: {
			parents: parents.map(([ref, conditions]) => ({
				parentRef: ref,
				controllerName: 'example.com/gateway',
				conditions,
			})),
		},
	};
};
