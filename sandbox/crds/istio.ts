// Istio's kinds that the sandbox serves: as strict as the walk-throughs can notice (docs/sandbox.md), no more.
import type {KubeObject} from '../../services/kubernetes/cluster.ts';

type Schema = Readonly<Record<string, unknown>>;

const open: Schema = {type: 'object', 'x-kubernetes-preserve-unknown-fields': true};
const text: Schema = {type: 'string'};
const list = (items: Schema): Schema => ({type: 'array', items});

const destination: Schema = {
	type: 'object',
	required: ['host'],
	properties: {
		host: text,
		subset: text,
		port: {type: 'object', properties: {number: {type: 'integer', minimum: 0, maximum: 4_294_967_295}}},
	},
};

const map = (values: Schema): Schema => ({type: 'object', additionalProperties: values});
const change: Schema = {type: 'object', properties: {set: map(text), add: map(text), remove: list(text)}};
const headers: Schema = {type: 'object', properties: {request: change, response: change}};

const weighted: Schema = {
	type: 'object',
	required: ['destination'],
	properties: {destination, weight: {type: 'integer', format: 'int32'}, headers},
};

const textMatch: Schema = {type: 'object', properties: {exact: text, prefix: text, regex: text}};

const match: Schema = {
	type: 'object',
	properties: {
		uri: textMatch,
		method: textMatch,
		authority: textMatch,
		headers: map(textMatch),
		withoutHeaders: map(textMatch),
		queryParams: map(textMatch),
		sourceLabels: map(text),
		gateways: list(text),
		ignoreUriCase: {type: 'boolean'},
	},
	'x-kubernetes-preserve-unknown-fields': true,
};

const route: Schema = {
	type: 'object',
	properties: {route: list(weighted)},
	'x-kubernetes-preserve-unknown-fields': true,
};

const httpRoute: Schema = {
	type: 'object',
	properties: {
		match: list(match),
		route: list(weighted),
		delegate: {type: 'object', properties: {name: text, namespace: text}},
		mirror: destination,
		mirrorPercentage: {type: 'object', properties: {value: {type: 'number', format: 'double'}}},
		rewrite: {type: 'object', properties: {uri: text, authority: text, uriRegexRewrite: open}},
		headers,
		timeout: text,
	},
	'x-kubernetes-preserve-unknown-fields': true,
};

const virtualService: Schema = {
	type: 'object',
	properties: {
		hosts: list(text),
		gateways: list(text),
		exportTo: list(text),
		http: list(httpRoute),
		tcp: list(route),
		tls: list(route),
	},
};

const destinationRule: Schema = {
	type: 'object',
	required: ['host'],
	properties: {
		host: text,
		exportTo: list(text),
		subsets: list({
			type: 'object',
			required: ['name'],
			properties: {name: text, labels: {type: 'object', additionalProperties: text}, trafficPolicy: open},
		}),
		trafficPolicy: open,
		workloadSelector: open,
	},
};

type Named = {
	readonly kind: string;
	readonly plural: string;
	readonly short: string;
	readonly spec: Schema;
	readonly columns: ReadonlyArray<readonly [string, string]>;
};

const definition = ({kind, plural, short, spec, columns}: Named): KubeObject => ({
	apiVersion: 'apiextensions.k8s.io/v1',
	kind: 'CustomResourceDefinition',
	metadata: {name: `${plural}.networking.istio.io`},
	spec: {
		group: 'networking.istio.io',
		scope: 'Namespaced',
		names: {
			kind,
			listKind: `${kind}List`,
			plural,
			singular: kind.toLowerCase(),
			shortNames: [short],
			categories: ['istio-io', 'networking-istio-io'],
		},
		// Newest first: it is the one that kubectl prefers; v1beta1 is stored, as Istio does.
		versions: ['v1', 'v1beta1', 'v1alpha3'].map((name) => ({
			name,
			served: true,
			storage: name === 'v1beta1',
			subresources: {status: {}},
			additionalPrinterColumns: [
				...columns.map(([column, jsonPath]) => ({name: column, type: 'string', jsonPath})),
				{name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'},
			],
			schema: {openAPIV3Schema: {type: 'object', properties: {spec, status: open}}},
		})),
	},
});

/** VirtualService, DestinationRule and Gateway, in all three versions that clusters serve. */
export const istioDefinitions: readonly KubeObject[] = [
	definition({
		kind: 'VirtualService',
		plural: 'virtualservices',
		short: 'vs',
		spec: virtualService,
		columns: [
			['Gateways', '.spec.gateways'],
			['Hosts', '.spec.hosts'],
		],
	}),
	definition({
		kind: 'DestinationRule',
		plural: 'destinationrules',
		short: 'dr',
		spec: destinationRule,
		columns: [['Host', '.spec.host']],
	}),
	definition({
		kind: 'Gateway',
		plural: 'gateways',
		short: 'gw',
		spec: {type: 'object', properties: {selector: map(text), servers: list(open)}},
		columns: [],
	}),
];
