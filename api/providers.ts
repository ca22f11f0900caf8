// What the reader of a Canary has to know of the providers of routing, which are rooms of services/ and are told here.
import type {Findings} from './findings.ts';
import type {CanaryModel, Problem} from './model.ts';
import {shown} from './reading.ts';

/** What a Canary may ask of its provider. */
export type Capability =
	/** Shares out requests by percent. */
	| 'weights'
	/** Sends the canary copies of requests whose answers nobody sees. */
	| 'mirror'
	/** Shares out only requests with certain headers or cookies. */
	| 'match'
	/** Keeps a user on the side that answered first. */
	| 'affinity'
	/** Routes what is no HTTP. */
	| 'tcp'
	/** Keeps to a route of the user's own, as the first shape names it. */
	| 'paired'
	/** Tells by itself whether a route that was written is in force. */
	| 'acceptance'
	/** Has no routing object: nobody but the checks reaches a canary before its promotion. */
	| 'routeless';

/** A provider as far as reading a Canary goes. */
export type ProviderFacts = {
	/** As `spec.provider` and `--mesh-provider` name it; each is a dialect of it: `gatewayapi:v1`, `gatewayapi:v1beta1`. */
	readonly names: readonly string[];
	readonly capabilities: readonly Capability[];
	/** The route of a Canary of today's shape, where that is not named as the apex is: nginx's `{ingressRef}-canary`. */
	readonly routeName?: (spec: unknown, apex: string) => string;
	/** What else it wants of a Canary; `field` is a path of the spec. */
	readonly problems?: (model: Omit<CanaryModel, 'problems'>) => readonly Problem[];
};

/** The providers that a Canary may name; the API server refuses any other in `spec.provider`. */
export const knownProviders = [
	'apisix',
	'appmesh',
	'appmesh:v1beta2',
	'contour',
	'gatewayapi:v1',
	'gatewayapi:v1beta1',
	'gloo',
	'istio',
	'knative',
	'kubernetes',
	'kuma',
	'linkerd',
	'nginx',
	'osm',
	'skipper',
	'smi:v1alpha1',
	'smi:v1alpha2',
	'smi:v1alpha3',
	'traefik',
] as const;

/** Of a Service of Knative, which shares out its traffic by itself: it has no other provider, and no other target it. */
export const KNATIVE = 'knative';

/** `istio, linkerd or nginx`. */
export const oneOf = (names: readonly string[]): string =>
	new Intl.ListFormat('en-GB', {type: 'disjunction'}).format(names);

/** The provider of that name. */
export const factsIn = (providers: readonly ProviderFacts[], name: string): ProviderFacts | undefined =>
	providers.find(({names}) => names.includes(name));

/** Reports a provider that cannot be routed by, whether the Canary or the daemon named it. */
const checkSupported = (
	provider: string,
	source: string,
	providers: readonly ProviderFacts[],
	findings: Findings,
): void => {
	if (factsIn(providers, provider) !== undefined) {
		return;
	}

	const isKnown = knownProviders.some((name) => name === provider);
	const supported = providers.flatMap(({names}) => names).filter((name) => name !== KNATIVE);
	findings.report(
		'spec.provider',
		provider,
		`${source} is ${shown(provider)}, which is ${isKnown ? 'not supported yet' : 'no provider'}`,
		`Set spec.provider to ${oneOf(supported)}`,
	);
};

export type ProviderReading = {
	/** `spec.provider`; empty when it is absent. */
	readonly written: string;
	readonly meshProvider: string;
	/** The target is a Service of Knative. */
	readonly isOfKnative: boolean;
	/** Those that there are; undefined where nobody knows, and then none is refused. */
	readonly providers: readonly ProviderFacts[] | undefined;
};

/** The provider: what the Canary names, else the only one that its target has, else the daemon's. */
export const providerOf = (
	{written, meshProvider, isOfKnative, providers}: ProviderReading,
	findings: Findings,
): {readonly provider: string; readonly facts: ProviderFacts | undefined} => {
	const provider = written || (isOfKnative ? KNATIVE : meshProvider);
	const facts = factsIn(providers ?? [], provider);
	const source = written === '' ? 'The daemon’s --mesh-provider' : 'spec.provider';
	if (isOfKnative === (provider === KNATIVE)) {
		if (!isOfKnative && providers !== undefined) checkSupported(provider, source, providers, findings);
		return {provider, facts};
	}

	const [what, remedy] = isOfKnative
		? ['which cannot share out the traffic of a Knative Service', 'Set spec.provider to knative, or remove it']
		: [
				'which shares out the traffic of Knative Services alone',
				'Set spec.provider to istio, or spec.targetRef.apiVersion to serving.knative.dev/v1 and its kind to Service',
			];
	findings.report('spec.provider', provider, `${source} is ${shown(provider)}, ${what}`, remedy);
	return {provider, facts};
};
