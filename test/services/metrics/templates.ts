// MetricTemplates and their Secrets, and a metric that refers to one.
import type {Metric} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';

export const template = (provider: object, query = 'max(queue{app="{{ target }}"})', name = 'queue'): KubeObject => ({
	apiVersion: 'flagger.app/v1beta1',
	kind: 'MetricTemplate',
	metadata: {name, namespace: 'test'},
	spec: {provider: {type: 'prometheus', address: 'http://prom:9090', ...provider}, query},
});

export const secret = (data: Readonly<Record<string, string>>, name = 'keys'): KubeObject => ({
	apiVersion: 'v1',
	kind: 'Secret',
	metadata: {name, namespace: 'test'},
	data: Object.fromEntries(
		Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const),
	),
});

/** The Secret's name as a template has it. */
export const named = {secretRef: {name: 'keys'}};

export const metric: Metric = {
	name: 'queue',
	kind: 'query',
	dialect: 'today',
	template: {name: 'queue', namespace: 'test'},
	intervalMs: 60_000,
	max: 10,
};
