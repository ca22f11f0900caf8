// The fields of the kinds that are read from protobuf: those that kubectl's imperative creates fill in.
/** `count` is a number that Go also writes when it is 0, though JSON would omit it; `amount` is a number or a text. */
export type Scalar = 'text' | 'bytes' | 'number' | 'count' | 'boolean';
export type Shape = Scalar | 'amount' | {readonly map: Scalar} | {readonly list: Shape} | (() => Message);
export type Message = Readonly<Record<number, readonly [string, Shape]>>;

const texts: Shape = {map: 'text'};
const lines: Shape = {list: 'text'};

// Field numbers are those of generated.proto in k8s.io/api.
const metadata = (): Message => ({
	1: ['name', 'text'],
	2: ['generateName', 'text'],
	3: ['namespace', 'text'],
	11: ['labels', texts],
	12: ['annotations', texts],
	14: ['finalizers', lines],
});
const port = (): Message => ({
	1: ['name', 'text'],
	3: ['containerPort', 'number'],
	4: ['protocol', 'text'],
});
const variable = (): Message => ({1: ['name', 'text'], 2: ['value', 'text']});
const container = (): Message => ({
	1: ['name', 'text'],
	2: ['image', 'text'],
	3: ['command', lines],
	4: ['args', lines],
	6: ['ports', {list: port}],
	7: ['env', {list: variable}],
});
const podSpec = (): Message => ({2: ['containers', {list: container}], 3: ['restartPolicy', 'text']});
const podTemplate = (): Message => ({1: ['metadata', metadata], 2: ['spec', podSpec]});
const expression = (): Message => ({1: ['key', 'text'], 2: ['operator', 'text'], 3: ['values', lines]});
const labelSelector = (): Message => ({1: ['matchLabels', texts], 2: ['matchExpressions', {list: expression}]});
const deploymentSpec = (): Message => ({
	1: ['replicas', 'number'],
	2: ['selector', labelSelector],
	3: ['template', podTemplate],
});
const jobSpec = (): Message => ({
	1: ['parallelism', 'number'],
	2: ['completions', 'number'],
	6: ['template', podTemplate],
	7: ['backoffLimit', 'number'],
	8: ['ttlSecondsAfterFinished', 'number'],
});
const jobTemplate = (): Message => ({1: ['metadata', metadata], 2: ['spec', jobSpec]});
const cronJobSpec = (): Message => ({
	1: ['schedule', 'text'],
	3: ['concurrencyPolicy', 'text'],
	4: ['suspend', 'boolean'],
	5: ['jobTemplate', jobTemplate],
});
const servicePort = (): Message => ({
	1: ['name', 'text'],
	2: ['protocol', 'text'],
	3: ['port', 'number'],
	4: ['targetPort', 'amount'],
	5: ['nodePort', 'count'],
});
const serviceSpec = (): Message => ({
	1: ['ports', {list: servicePort}],
	2: ['selector', texts],
	3: ['clusterIP', 'text'],
	4: ['type', 'text'],
	10: ['externalName', 'text'],
});
const policyRule = (): Message => ({
	1: ['verbs', lines],
	2: ['apiGroups', lines],
	3: ['resources', lines],
	4: ['resourceNames', lines],
	5: ['nonResourceURLs', lines],
});
const aggregation = (): Message => ({1: ['clusterRoleSelectors', {list: labelSelector}]});
const subject = (): Message => ({
	1: ['kind', 'text'],
	2: ['apiGroup', 'text'],
	3: ['name', 'text'],
	4: ['namespace', 'text'],
});
const roleRef = (): Message => ({1: ['apiGroup', 'text'], 2: ['kind', 'text'], 3: ['name', 'text']});
const role = (): Message => ({1: ['metadata', metadata], 2: ['rules', {list: policyRule}]});
const binding = (): Message => ({
	1: ['metadata', metadata],
	2: ['subjects', {list: subject}],
	3: ['roleRef', roleRef],
});
const disruptionSpec = (): Message => ({
	1: ['minAvailable', 'amount'],
	2: ['selector', labelSelector],
	3: ['maxUnavailable', 'amount'],
});
const scaleTarget = (): Message => ({1: ['kind', 'text'], 2: ['name', 'text'], 3: ['apiVersion', 'text']});
const autoscalerSpec = (): Message => ({
	1: ['scaleTargetRef', scaleTarget],
	2: ['minReplicas', 'number'],
	3: ['maxReplicas', 'number'],
	4: ['targetCPUUtilizationPercentage', 'number'],
});
const metricTarget = (): Message => ({1: ['type', 'text'], 4: ['averageUtilization', 'number']});
const resourceMetric = (): Message => ({1: ['name', 'text'], 2: ['target', metricTarget]});
const metric = (): Message => ({1: ['type', 'text'], 4: ['resource', resourceMetric]});
const autoscalerSpecV2 = (): Message => ({
	1: ['scaleTargetRef', scaleTarget],
	2: ['minReplicas', 'number'],
	3: ['maxReplicas', 'number'],
	4: ['metrics', {list: metric}],
});
const resourceAttributes = (): Message => ({
	1: ['namespace', 'text'],
	2: ['verb', 'text'],
	3: ['group', 'text'],
	4: ['version', 'text'],
	5: ['resource', 'text'],
	6: ['subresource', 'text'],
	7: ['name', 'text'],
});
const nonResourceAttributes = (): Message => ({1: ['path', 'text'], 2: ['verb', 'text']});
const reviewSpec = (): Message => ({
	1: ['resourceAttributes', resourceAttributes],
	2: ['nonResourceAttributes', nonResourceAttributes],
});

const namespaceSpec = (): Message => ({1: ['namespace', 'text']});

/** By `apiVersion kind`. */
export const messages: Readonly<Record<string, Message>> = {
	'v1 Namespace': {1: ['metadata', metadata]},
	'v1 ConfigMap': {1: ['metadata', metadata], 2: ['data', texts], 3: ['binaryData', {map: 'bytes'}]},
	'v1 Secret': {1: ['metadata', metadata], 2: ['data', {map: 'bytes'}], 3: ['type', 'text'], 4: ['stringData', texts]},
	'v1 Service': {1: ['metadata', metadata], 2: ['spec', serviceSpec]},
	'v1 ServiceAccount': {1: ['metadata', metadata]},
	'apps/v1 Deployment': {1: ['metadata', metadata], 2: ['spec', deploymentSpec]},
	'batch/v1 Job': {1: ['metadata', metadata], 2: ['spec', jobSpec]},
	'batch/v1 CronJob': {1: ['metadata', metadata], 2: ['spec', cronJobSpec]},
	'policy/v1 PodDisruptionBudget': {1: ['metadata', metadata], 2: ['spec', disruptionSpec]},
	'rbac.authorization.k8s.io/v1 Role': role(),
	'rbac.authorization.k8s.io/v1 RoleBinding': binding(),
	'rbac.authorization.k8s.io/v1 ClusterRole': {...role(), 3: ['aggregationRule', aggregation]},
	'rbac.authorization.k8s.io/v1 ClusterRoleBinding': binding(),
	'autoscaling/v1 HorizontalPodAutoscaler': {1: ['metadata', metadata], 2: ['spec', autoscalerSpec]},
	'autoscaling/v2 HorizontalPodAutoscaler': {1: ['metadata', metadata], 2: ['spec', autoscalerSpecV2]},
	'authentication.k8s.io/v1 SelfSubjectReview': {1: ['metadata', metadata]},
	'authorization.k8s.io/v1 SelfSubjectAccessReview': {1: ['metadata', metadata], 2: ['spec', reviewSpec]},
	'authorization.k8s.io/v1 SelfSubjectRulesReview': {1: ['metadata', metadata], 2: ['spec', namespaceSpec]},
};
