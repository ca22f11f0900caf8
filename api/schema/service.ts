// `spec.service` of today's shape: the Services that are generated, and how requests reach them.
import {Type} from '@sinclair/typebox';
import {trafficPolicy} from './traffic-policy.ts';
import {
	absent,
	atMostOneOf,
	choice,
	exactlyOneOf,
	flag,
	group,
	int32,
	integer,
	intOrText,
	list,
	map,
	must,
	number,
	shape,
	text,
	textMap,
	texts,
	type Notes,
} from './words.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const groupName: Notes = {maxLength: 253, pattern: `^$|^${label}(\\.${label})*$`};
const kindName: Notes = {maxLength: 63, minLength: 1, pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$'};
const namespaceName: Notes = {maxLength: 63, minLength: 1, pattern: `^${label}$`};
const objectName: Notes = {maxLength: 253, minLength: 1};
const portNumber: Notes = {minimum: 1, maximum: 65_535};

const matchForms = () => ({
	exact: text('The whole value'),
	prefix: text('Start of the value'),
	regex: text('RE2 regular expression of the whole value'),
});

/** Istio's StringMatch: none or one of three forms. */
export const stringMatch = (description?: string) =>
	group(matchForms(), description, atMostOneOf('exact', 'prefix', 'regex'));

const match = list(
	group({
		name: text('Name of the condition'),
		uri: stringMatch('Path'),
		scheme: stringMatch('Scheme'),
		method: stringMatch('Method'),
		authority: stringMatch('Host'),
		headers: map(stringMatch(), 'Headers'),
		withoutHeaders: map(stringMatch(), 'Headers that must not match'),
		queryParams: map(stringMatch(), 'Query parameters'),
		port: integer('Port on the host that is addressed'),
		sourceLabels: textMap('Labels of the workload that a request comes from'),
		sourceNamespace: text('Namespace that a request comes from'),
		gateways: texts('Gateways to which the condition applies'),
		ignoreUriCase: flag('Whether upper and lower case of the path are the same'),
	}),
	'Which requests are routed; all without it',
);

const headerOperations = (description: string) =>
	group(
		{
			add: textMap('Headers to add'),
			set: textMap('Headers to replace'),
			remove: texts('Headers to remove'),
		},
		description,
	);

const corsPolicy = group(
	{
		allowOrigin: texts('Origins that may ask'),
		allowOrigins: list(
			group(matchForms(), undefined, exactlyOneOf(['exact'], ['prefix'], ['regex'])),
			'Patterns of origins that may ask',
		),
		allowMethods: texts('Methods that may be used'),
		allowHeaders: texts('Headers that may be sent'),
		exposeHeaders: texts('Headers that may be read'),
		maxAge: text('How long a preflight’s answer is kept'),
		allowCredentials: flag('Whether credentials may be sent'),
	},
	'Cross-origin resource sharing',
);

const mirror = list(
	group({
		backendRef: group(
			{
				group: text('API group', {default: '', ...groupName}),
				kind: text('Kind', {default: 'Service', ...kindName}),
				name: must(text('Name', objectName)),
				namespace: text('Namespace', namespaceName),
				port: int32('Port; a Service must have it', portNumber),
			},
			'Where requests are mirrored to',
			{
				'x-kubernetes-validations': [
					{
						message: 'Must have port for Service reference',
						rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
					},
				],
			},
		),
	}),
	'Backends that requests are mirrored to (Gateway API)',
);

const gatewayRefs = list(
	group({
		group: text('API group', {default: 'gateway.networking.k8s.io', ...groupName}),
		kind: text('Kind', {default: 'Gateway', ...kindName}),
		name: must(text('Name', objectName)),
		namespace: text('Namespace', namespaceName),
		sectionName: text('Listener', {...objectName, pattern: `^${label}(\\.${label})*$`}),
		port: int32('Port', portNumber),
	}),
	'Parents of the HTTPRoute (Gateway API)',
	{maxItems: 32},
);

const metadataOf = (whose: string) =>
	group(
		{labels: textMap('Labels'), annotations: textMap('Annotations')},
		`Labels and annotations for the ${whose} Service`,
	);

export const service = group(
	{
		name: text('Name of the Service that users call', absent('`spec.targetRef.name`')),
		port: must(number('Port of the Services')),
		portName: text('Name of the port', absent('`http`')),
		targetPort: intOrText('Port of the container, by number or name', absent('`port`')),
		appProtocol: text('Application protocol of the port'),
		trafficDistribution: choice(['PreferClose', 'PreferSameZone', 'PreferSameNode'], 'Traffic distribution'),
		portDiscovery: flag('Whether the container’s other ports are exposed too', absent(false)),
		headless: flag('Whether the Services have no cluster address', absent(false)),
		timeout: text('Time-out of a request'),
		backendTimeout: text('Time-out of a request to a backend (Gateway API)'),
		gateways: texts('Istio gateways', absent('`mesh`')),
		gatewayRefs,
		hosts: texts('Hosts; the Service itself is added', absent('the Service')),
		delegation: flag('Whether the VirtualService is a delegate, without hosts and gateways', absent(false)),
		trafficPolicy,
		match,
		rewrite: group(
			{
				uri: text('New path'),
				authority: text('New host'),
				type: text('`ReplacePrefixMatch` or `ReplaceFullPath` (Gateway API)', absent('`ReplaceFullPath`')),
			},
			'How requests are rewritten',
		),
		retries: group(
			{
				attempts: int32('Retries of a request'),
				perTryTimeout: text('Time-out of one attempt'),
				retryOn: text('When a request is retried'),
			},
			'Retries',
		),
		headers: group(
			{request: headerOperations('On the request'), response: headerOperations('On the response')},
			'Header operations',
		),
		mirror,
		corsPolicy,
		meshName: text('Mesh (App Mesh)'),
		backends: texts('Backends (App Mesh)'),
		apex: metadataOf('users’'),
		primary: metadataOf('primary’s'),
		canary: metadataOf('canary’s'),
		unmanagedMetadata: group(
			{annotations: texts('Keys of annotations'), labels: texts('Keys of labels')},
			'Labels and annotations on generated Services that are left alone',
		),
	},
	'The generated Services and their routing',
	shape('today'),
);

/** A form of `analysis.match`: exactly one, with suffix as a fourth. */
export const headerMatch = () =>
	group(
		{...matchForms(), suffix: Type.Optional(Type.String({description: 'End of the value'}))},
		undefined,
		exactlyOneOf(['exact'], ['prefix'], ['suffix'], ['regex']),
	);
