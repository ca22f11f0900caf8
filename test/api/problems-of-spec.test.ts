import {today} from './manifests.ts';
import {testCases, type Case} from './problem-cases.ts';

const target = {apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo'};
const a = 'spec.analysis';

const cases: readonly Case[] = [
	[null, 'spec', '', 'The Canary has no spec', 'Write spec.targetRef, spec.service and spec.analysis'],
	[
		today({}, {targetRef: undefined}),
		'spec.targetRef',
		'',
		'The Canary names no workload: it has neither spec.targetRef nor spec.primary and spec.canary',
		'Set spec.targetRef to the workload to release',
	],
	[
		today({}, {primary: {name: 'a', host: 'a'}}),
		'spec.primary',
		'',
		'The Canary has both spec.targetRef and spec.primary, which belong to different shapes',
		'Keep targetRef, service and analysis, or keep targetKind, virtualService, primary, canary and canaryAnalysis',
	],
	[
		today({}, {targetRef: {...target, kind: 'Service'}}),
		'spec.targetRef.kind',
		'Service',
		'spec.targetRef.kind is Service, which is not supported yet',
		'Use a Deployment, a DaemonSet or a StatefulSet',
	],
	[
		today({}, {targetRef: {...target, kind: 'DaemonSet'}, autoscalerRef: {kind: 'HorizontalPodAutoscaler', name: 'a'}}),
		'spec.autoscalerRef',
		'a',
		'spec.autoscalerRef is set, but nodes decide how many pods a DaemonSet has',
		'Remove spec.autoscalerRef',
	],
	[
		today({}, {targetRef: {...target, kind: 'Pod'}}),
		'spec.targetRef.kind',
		'Pod',
		'spec.targetRef.kind is Pod, which is no kind of workload',
		'Use a Deployment, a DaemonSet or a StatefulSet',
	],
	[
		today({}, {targetRef: {...target, name: undefined}}),
		'spec.targetRef.name',
		'',
		'spec.targetRef.name is missing',
		'Set spec.targetRef.name to the name of the object it refers to',
	],
	[
		today({}, {targetRef: {...target, name: 'x'.repeat(56)}}),
		'spec.targetRef.name',
		'x'.repeat(56),
		`spec.targetRef.name is ${'x'.repeat(56)}, from which no Service can be named`,
		'Use at most 55 lower-case letters, digits and dashes, a letter first and no dash last',
	],
	[
		today({}, {service: {port: 80, name: 'Web'}}),
		'spec.service.name',
		'Web',
		'spec.service.name is Web, from which no Service can be named',
		'Use at most 55 lower-case letters, digits and dashes, a letter first and no dash last',
	],
	[
		today({}, {service: undefined}),
		'spec.service',
		'',
		'spec.service is missing, so that no Service can be generated',
		'Add spec.service with the port that the workload listens on',
	],
	[
		today({}, {service: {}}),
		'spec.service.port',
		'',
		'spec.service.port is missing',
		'Set it to the port that the workload listens on',
	],
	[
		today({}, {service: {port: 0}}),
		'spec.service.port',
		'0',
		'spec.service.port is 0, not a whole number from 1 to 65535',
		'Set it to a whole number from 1 to 65535',
	],
	[
		today({}, {service: {port: 80, delegation: true, hosts: ['a']}}),
		'spec.service.delegation',
		'true',
		'spec.service.delegation excludes spec.service.hosts: a delegate has neither hosts nor gateways',
		'Remove delegation, or remove hosts and gateways',
	],
	[
		today({}, {provider: 'linkerd'}),
		'spec.provider',
		'linkerd',
		'spec.provider is linkerd, which is not supported yet',
		'Set spec.provider to istio',
	],
	[
		today({}, {provider: 'isto'}),
		'spec.provider',
		'isto',
		'spec.provider is isto, which is no provider',
		'Set spec.provider to istio',
	],
	[
		today({}, {revertOnDeletion: true}),
		'spec.revertOnDeletion',
		'true',
		'spec.revertOnDeletion asks to undo all changes when the Canary is deleted, which is not supported yet',
		'Remove revertOnDeletion',
	],
	[
		today({}, {autoscalerRef: {apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'podinfo'}}),
		'spec.autoscalerRef.kind',
		'ScaledObject',
		'spec.autoscalerRef.kind is ScaledObject, which is not supported yet',
		'Refer to a HorizontalPodAutoscaler',
	],
	[
		today({}, {metricsServer: 'prometheus:9090'}),
		'spec.metricsServer',
		'prometheus:9090',
		'spec.metricsServer is prometheus:9090, which is no HTTP address',
		'Write an address such as http://prometheus.istio-system:9090',
	],
	[
		today({}, {suspend: 'yes'}),
		'spec.suspend',
		'yes',
		'spec.suspend is yes, which is neither true nor false',
		'Write true or false',
	],
	[
		today({}, {drainSeconds: -1}),
		'spec.drainSeconds',
		'-1',
		'spec.drainSeconds is -1, not a number from 0 to 2073600',
		'Set it to a number from 0 to 2073600',
	],
	[
		today({}, {progressDeadlineSeconds: 1e308}),
		'spec.progressDeadlineSeconds',
		'1e+308',
		'spec.progressDeadlineSeconds is 1e+308, not a number from 0 to 2073600',
		'Set it to a number from 0 to 2073600',
	],
	[
		today({}, {analysis: undefined}),
		a,
		'',
		'spec.analysis is missing',
		'Add spec.analysis with interval, threshold, stepWeight, maxWeight and metrics',
	],
];

testCases(cases);
