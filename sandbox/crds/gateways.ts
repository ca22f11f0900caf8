// The Gateway API's kinds that routes refer to: GatewayClass, Gateway, ReferenceGrant, as far as routes ask of them.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {GATEWAY_API, conditions, gatewayApiDefinition, list, open, port, text, type Schema} from './gateway-schema.ts';

const named: Schema = {type: 'string', minLength: 1, maxLength: 253};

const waiting = (...types: readonly string[]): readonly Schema[] =>
	types.map((type) => ({
		type,
		status: 'Unknown',
		reason: 'Pending',
		message: 'Waiting for controller',
		lastTransitionTime: '1970-01-01T00:00:00Z',
	}));

/** A status that says at once that nobody has looked yet. */
const awaited = (properties: Schema, ...types: readonly string[]): Schema => ({
	type: 'object',
	default: {conditions: waiting(...types)},
	properties: {...properties, conditions: {...conditions, default: waiting(...types)}},
});

const age = {name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'};
const condition = (type: string) => ({
	name: type,
	type: 'string',
	jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
});

const gatewayClass = gatewayApiDefinition({
	names: {kind: 'GatewayClass', plural: 'gatewayclasses', singular: 'gatewayclass', shortNames: ['gc']},
	scope: 'Cluster',
	columns: [{name: 'Controller', type: 'string', jsonPath: '.spec.controllerName'}, condition('Accepted'), age],
	schema: {
		type: 'object',
		required: ['spec'],
		properties: {
			spec: {
				type: 'object',
				required: ['controllerName'],
				properties: {controllerName: named, description: {type: 'string', maxLength: 64}, parametersRef: open},
			},
			status: awaited({supportedFeatures: open}, 'Accepted'),
		},
	},
});

const allowedRoutes: Schema = {
	type: 'object',
	default: {namespaces: {from: 'Same'}},
	properties: {
		kinds: list(
			{
				type: 'object',
				required: ['kind'],
				properties: {group: {type: 'string', default: GATEWAY_API}, kind: text},
			},
			8,
		),
		namespaces: {
			type: 'object',
			default: {from: 'Same'},
			properties: {
				from: {type: 'string', enum: ['All', 'Selector', 'Same'], default: 'Same'},
				selector: open,
			},
		},
	},
};

const listener: Schema = {
	type: 'object',
	required: ['name', 'port', 'protocol'],
	properties: {name: named, hostname: named, port, protocol: named, tls: open, allowedRoutes},
};

const gateway = gatewayApiDefinition({
	names: {kind: 'Gateway', plural: 'gateways', singular: 'gateway', shortNames: ['gtw']},
	columns: [
		{name: 'Class', type: 'string', jsonPath: '.spec.gatewayClassName'},
		{name: 'Address', type: 'string', jsonPath: '.status.addresses[*].value'},
		condition('Programmed'),
		age,
	],
	schema: {
		type: 'object',
		required: ['spec'],
		properties: {
			spec: {
				type: 'object',
				required: ['gatewayClassName', 'listeners'],
				properties: {
					gatewayClassName: named,
					addresses: list(open, 16),
					infrastructure: open,
					listeners: {...list(listener, 64), minItems: 1},
				},
			},
			status: awaited({addresses: list(open, 16), listeners: list(open, 64)}, 'Accepted', 'Programmed'),
		},
	},
});

const grantees = (required: readonly string[]): Schema => ({
	...list(
		{
			type: 'object',
			required,
			properties: {group: text, kind: text, namespace: text, name: text},
		},
		16,
	),
	minItems: 1,
});

const referenceGrant = gatewayApiDefinition({
	names: {kind: 'ReferenceGrant', plural: 'referencegrants', singular: 'referencegrant', shortNames: ['refgrant']},
	stored: 'v1beta1',
	columns: [age],
	schema: {
		type: 'object',
		properties: {
			spec: {
				type: 'object',
				required: ['from', 'to'],
				properties: {from: grantees(['group', 'kind', 'namespace']), to: grantees(['group', 'kind'])},
			},
		},
	},
});

/** What an HTTPRoute names beside Services. */
export const gatewayDefinitions: readonly KubeObject[] = [gatewayClass, gateway, referenceGrant];
