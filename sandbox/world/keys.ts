// The kinds that the world's controllers read and write.
import type {KindKey} from '../api/types.ts';

const key = (group: string, plural: string): KindKey => ({group, plural});

export const deploymentsKey = key('apps', 'deployments');
export const daemonSetsKey = key('apps', 'daemonsets');
export const statefulSetsKey = key('apps', 'statefulsets');
export const replicaSetsKey = key('apps', 'replicasets');
export const podsKey = key('', 'pods');
export const servicesKey = key('', 'services');
export const endpointsKey = key('', 'endpoints');
export const endpointSlicesKey = key('discovery.k8s.io', 'endpointslices');
export const autoscalersKey = key('autoscaling', 'horizontalpodautoscalers');
export const virtualServicesKey = key('networking.istio.io', 'virtualservices');
export const destinationRulesKey = key('networking.istio.io', 'destinationrules');
export const knativeServicesKey = key('serving.knative.dev', 'services');
export const knativeRevisionsKey = key('serving.knative.dev', 'revisions');
export const httpRoutesKey = key('gateway.networking.k8s.io', 'httproutes');
export const canariesKey = key('flagger.app', 'canaries');
export const gatewaysKey = key('gateway.networking.k8s.io', 'gateways');
