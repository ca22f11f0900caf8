// The Gateway API's HTTPRoute: its fields, defaults and bounds as v1 has them, for what routes by weight need.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';
import {GATEWAY_API, conditions, gatewayApiDefinition, list, open, port, text, type Schema} from './gateway-schema.ts';
import {gatewayDefinitions} from './gateways.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];
const everything = {type: 'PathPrefix', value: '/'};

const byName = (items: Schema): Schema => ({
	...list(items, 16),
	'x-kubernetes-list-type': 'map',
	'x-kubernetes-list-map-keys': ['name'],
});

const named = (properties: Schema = {}): Schema => ({
	type: 'object',
	required: ['name', 'value'],
	properties: {name: text, value: text, ...properties},
});

const matched = named({type: {type: 'string', enum: ['Exact', 'RegularExpression'], default: 'Exact'}});

const match: Schema = {
	type: 'object',
	properties: {
		path: {
			type: 'object',
			default: everything,
			properties: {
				type: {type: 'string', enum: ['Exact', 'PathPrefix', 'RegularExpression'], default: 'PathPrefix'},
				value: {type: 'string', maxLength: 1024, default: '/'},
			},
		},
		headers: byName(matched),
		queryParams: byName(matched),
		method: {type: 'string', enum: methods},
	},
};

const modifier: Schema = {
	type: 'object',
	properties: {set: byName(named()), add: byName(named()), remove: list(text, 16)},
};

const backend = {
	group: {type: 'string', default: ''},
	kind: {type: 'string', default: 'Service'},
	name: text,
	namespace: text,
	port,
};

const filter: Schema = {
	type: 'object',
	required: ['type'],
	properties: {
		type: {
			type: 'string',
			enum: [
				'RequestHeaderModifier',
				'ResponseHeaderModifier',
				'RequestMirror',
				'RequestRedirect',
				'URLRewrite',
				'ExtensionRef',
				'CORS',
			],
		},
		requestHeaderModifier: modifier,
		responseHeaderModifier: modifier,
		requestMirror: {
			type: 'object',
			required: ['backendRef'],
			properties: {
				backendRef: {type: 'object', required: ['name'], properties: backend},
				percent: {type: 'integer', format: 'int32', minimum: 0, maximum: 100},
				fraction: {
					type: 'object',
					required: ['numerator'],
					properties: {
						numerator: {type: 'integer', format: 'int32', minimum: 0},
						denominator: {type: 'integer', format: 'int32', minimum: 1, default: 100},
					},
				},
			},
		},
		requestRedirect: open,
		urlRewrite: {
			type: 'object',
			properties: {
				hostname: text,
				path: {
					type: 'object',
					required: ['type'],
					properties: {
						type: {type: 'string', enum: ['ReplaceFullPath', 'ReplacePrefixMatch']},
						replaceFullPath: {type: 'string', maxLength: 1024},
						replacePrefixMatch: {type: 'string', maxLength: 1024},
					},
				},
			},
		},
		extensionRef: open,
		cors: open,
	},
};

const rule: Schema = {
	type: 'object',
	properties: {
		name: text,
		matches: {...list(match, 64), default: [{path: everything}]},
		filters: list(filter, 16),
		backendRefs: list(
			{
				type: 'object',
				required: ['name'],
				properties: {
					...backend,
					weight: {type: 'integer', format: 'int32', minimum: 0, maximum: 1_000_000, default: 1},
					filters: list(filter, 16),
				},
			},
			16,
		),
		timeouts: {type: 'object', properties: {request: text, backendRequest: text}},
	},
};

const parent = {
	group: {type: 'string', default: GATEWAY_API},
	kind: {type: 'string', default: 'Gateway'},
	name: text,
	namespace: text,
	sectionName: text,
	port,
};

const spec: Schema = {
	type: 'object',
	properties: {
		parentRefs: list({type: 'object', required: ['name'], properties: parent}, 32),
		hostnames: list(text, 16),
		rules: {...list(rule, 16), minItems: 1, default: [{matches: [{path: everything}]}]},
	},
};

const status: Schema = {
	type: 'object',
	required: ['parents'],
	properties: {
		parents: list(
			{
				type: 'object',
				required: ['conditions', 'controllerName', 'parentRef'],
				properties: {
					parentRef: {type: 'object', required: ['name'], properties: parent},
					controllerName: {type: 'string', minLength: 1, maxLength: 253},
					conditions: {...conditions, minItems: 1},
				},
			},
			32,
		),
	},
};

/** HTTPRoute and what it refers to, in both versions that clusters serve. */
export const gatewayApiDefinitions: readonly KubeObject[] = [
	gatewayApiDefinition({
		names: {kind: 'HTTPRoute', plural: 'httproutes', singular: 'httproute'},
		columns: [
			{name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames'},
			{name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'},
		],
		schema: {type: 'object', required: ['spec'], properties: {spec, status}},
	}),
	...gatewayDefinitions,
];
