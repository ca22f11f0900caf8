// Knative Serving's Service and Revision, as far as the sandbox plays them: all fields are let through.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

const open = {type: 'object', 'x-kubernetes-preserve-unknown-fields': true};

const column = (name: string, jsonPath: string) => ({name, type: 'string', jsonPath});
const ready = [
	column('Ready', '.status.conditions[?(@.type=="Ready")].status'),
	column('Reason', '.status.conditions[?(@.type=="Ready")].reason'),
];

const definition = (kind: string, short: readonly string[], columns: readonly object[]): KubeObject => {
	const singular = kind.toLowerCase();
	const plural = `${singular}s`;
	return {
		apiVersion: 'apiextensions.k8s.io/v1',
		kind: 'CustomResourceDefinition',
		metadata: {name: `${plural}.serving.knative.dev`},
		spec: {
			group: 'serving.knative.dev',
			scope: 'Namespaced',
			names: {kind, listKind: `${kind}List`, plural, singular, shortNames: short},
			versions: [
				{
					name: 'v1',
					served: true,
					storage: true,
					subresources: {status: {}},
					additionalPrinterColumns: [...columns, ...ready],
					schema: {openAPIV3Schema: {type: 'object', properties: {spec: open, status: open}}},
				},
			],
		},
	};
};

/** Service (`ksvc`) and Revision (`rev`) of `serving.knative.dev/v1`. */
export const knativeDefinitions: readonly KubeObject[] = [
	definition(
		'Service',
		['kservice', 'ksvc'],
		[
			column('URL', '.status.url'),
			column('LatestCreated', '.status.latestCreatedRevisionName'),
			column('LatestReady', '.status.latestReadyRevisionName'),
		],
	),
	definition('Revision', ['rev'], []),
];
