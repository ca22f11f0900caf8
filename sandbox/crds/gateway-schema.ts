// What the definitions of the Gateway API's kinds share: both served versions, and conditions as all their statuses have.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

export type Schema = Readonly<Record<string, unknown>>;

export const GATEWAY_API = 'gateway.networking.k8s.io';

export const text: Schema = {type: 'string'};
export const open: Schema = {type: 'object', 'x-kubernetes-preserve-unknown-fields': true};
export const list = (items: Schema, maxItems: number): Schema => ({type: 'array', items, maxItems});
export const port: Schema = {type: 'integer', format: 'int32', minimum: 1, maximum: 65_535};

/** Kubernetes' conditions: all but the generation must be there. */
export const conditions: Schema = {
	...list(
		{
			type: 'object',
			required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
			properties: {
				type: {type: 'string', maxLength: 316},
				status: {type: 'string', enum: ['True', 'False', 'Unknown']},
				reason: {type: 'string', minLength: 1, maxLength: 1024},
				message: {type: 'string', maxLength: 32_768},
				lastTransitionTime: {type: 'string', format: 'date-time'},
				observedGeneration: {type: 'integer', format: 'int64', minimum: 0},
			},
		},
		8,
	),
	'x-kubernetes-list-type': 'map',
	'x-kubernetes-list-map-keys': ['type'],
};

export type DefinitionFacts = {
	readonly names: {
		readonly kind: string;
		readonly plural: string;
		readonly singular: string;
		readonly shortNames?: readonly string[];
	};
	readonly scope?: 'Cluster' | 'Namespaced';
	/** The storage version; v1 without it. */
	readonly stored?: 'v1' | 'v1beta1';
	readonly columns: readonly Schema[];
	/** The same in both versions. A kind whose schema has a status has the subresource. */
	readonly schema: Schema & {readonly properties: Schema};
};

/** The definition of a kind that clusters serve as v1 and as v1beta1. */
export const gatewayApiDefinition = ({names, scope, stored = 'v1', columns, schema}: DefinitionFacts): KubeObject => ({
	apiVersion: 'apiextensions.k8s.io/v1',
	kind: 'CustomResourceDefinition',
	metadata: {
		name: `${names.plural}.${GATEWAY_API}`,
		// A real server asks this of definitions in a group of Kubernetes' own.
		annotations: {'api-approved.kubernetes.io': 'unapproved, played by the sandbox'},
	},
	spec: {
		group: GATEWAY_API,
		scope: scope ?? 'Namespaced',
		names: {...names, listKind: `${names.kind}List`, categories: ['gateway-api']},
		versions: ['v1', 'v1beta1'].map((name) => ({
			name,
			served: true,
			storage: name === stored,
			...(schema.properties['status'] !== undefined && {subresources: {status: {}}}),
			additionalPrinterColumns: columns,
			schema: {openAPIV3Schema: schema},
		})),
	},
});
