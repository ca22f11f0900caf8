// Kinds of workload that operators make Deployments of, as far as the sandbox plays these: all fields are let through.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

const open = {type: 'object', 'x-kubernetes-preserve-unknown-fields': true};

type Named = {
	readonly group: string;
	readonly version: string;
	readonly kind: string;
	readonly short: readonly string[];
};

const definition = ({group, version, kind, short}: Named): KubeObject => {
	const singular = kind.toLowerCase();
	const plural = `${singular}s`;
	const ready = '.status.conditions[?(@.type=="Ready")].status';
	return {
		apiVersion: 'apiextensions.k8s.io/v1',
		kind: 'CustomResourceDefinition',
		metadata: {name: `${plural}.${group}`},
		spec: {
			group,
			scope: 'Namespaced',
			names: {kind, listKind: `${kind}List`, plural, singular, shortNames: short},
			versions: [
				{
					name: version,
					served: true,
					storage: true,
					subresources: {status: {}},
					additionalPrinterColumns: [
						{name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'},
						{name: 'Ready', type: 'string', jsonPath: ready},
					],
					schema: {openAPIV3Schema: {type: 'object', properties: {spec: open, status: open}}},
				},
			],
		},
	};
};

/** Flux' HelmRelease and OpenFaaS' Function. */
export const operatedDefinitions: readonly KubeObject[] = [
	definition({group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', short: ['hr']}),
	definition({group: 'openfaas.com', version: 'v1', kind: 'Function', short: []}),
];
