// The Gateway API's HTTPRoute: its fields, defaults and bounds as v1 has them, for what routes by weight need.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = {type: 'string'};
const open: Schema = {type: 'object', 'x-kubernetes-preserve-unknown-fields': true};
const list = (items: Schema, maxItems: number): Schema => ({type: 'array', items, maxItems});
const port: Schema = {type: 'integer', format: 'int32', minimum: 1, maximum: 65_535};

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];
const everything = {type: 'PathPrefix', value: '/'};

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
		headers: list(matched, 16),
		queryParams: list(matched, 16),
		method: {type: 'string', enum: methods},
	},
};

const modifier: Schema = {
	type: 'object',
	properties: {set: list(named(), 16), add: list(named(), 16), remove: list(text, 16)},
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
		retry: open,
		sessionPersistence: open,
	},
};

const spec: Schema = {
	type: 'object',
	properties: {
		parentRefs: list(
			{
				type: 'object',
				required: ['name'],
				properties: {
					group: {type: 'string', default: 'gateway.networking.k8s.io'},
					kind: {type: 'string', default: 'Gateway'},
					name: text,
					namespace: text,
					sectionName: text,
					port,
				},
			},
			32,
		),
		hostnames: list(text, 16),
		rules: {...list(rule, 16), minItems: 1, default: [{matches: [{path: everything}]}]},
	},
};

/** HTTPRoute in both versions that clusters serve; its status is whatever a controller writes. */
export const gatewayApiDefinitions: readonly KubeObject[] = [
	{
		apiVersion: 'apiextensions.k8s.io/v1',
		kind: 'CustomResourceDefinition',
		metadata: {name: 'httproutes.gateway.networking.k8s.io'},
		spec: {
			group: 'gateway.networking.k8s.io',
			scope: 'Namespaced',
			names: {
				kind: 'HTTPRoute',
				listKind: 'HTTPRouteList',
				plural: 'httproutes',
				singular: 'httproute',
				categories: ['gateway-api'],
			},
			versions: ['v1', 'v1beta1'].map((name) => ({
				name,
				served: true,
				storage: name === 'v1',
				subresources: {status: {}},
				additionalPrinterColumns: [
					{name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames'},
					{name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'},
				],
				schema: {
					openAPIV3Schema: {type: 'object', required: ['spec'], properties: {spec, status: open}},
				},
			})),
		},
	},
];
