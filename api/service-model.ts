// `spec.service` of today's shape as it is read, once: the Services that are generated, and how requests reach them.
// Whoever makes Services or routes takes it from here.
import type {Bag} from './reading.ts';

export type Labels = Readonly<Record<string, string>>;

/** Labels and annotations for one of the Services; those of the apex go to the route as well. */
export type ServiceMetadata = {readonly labels: Labels; readonly annotations: Labels};

/** None or one of three forms; `regex` is RE2 and matches the whole value. */
export type StringMatch = {readonly exact?: string; readonly prefix?: string; readonly regex?: string};

/** Which requests are routed, in Istio's words. All members are to be met. */
export type RequestMatch = {
	readonly name?: string;
	readonly uri?: StringMatch;
	readonly scheme?: StringMatch;
	readonly method?: StringMatch;
	readonly authority?: StringMatch;
	readonly headers?: Readonly<Record<string, StringMatch>>;
	readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
	readonly queryParams?: Readonly<Record<string, StringMatch>>;
	readonly port?: number;
	readonly sourceLabels?: Labels;
	readonly sourceNamespace?: string;
	readonly gateways?: readonly string[];
	readonly ignoreUriCase?: boolean;
};

/** `type` is the Gateway API's; the whole path is replaced when it is absent. */
export type Rewrite = {
	readonly uri?: string;
	readonly authority?: string;
	readonly type?: 'ReplaceFullPath' | 'ReplacePrefixMatch';
};

/** Durations are as written. */
export type Retries = {readonly attempts?: number; readonly perTryTimeout?: string; readonly retryOn?: string};

export type HeaderOperations = {readonly add?: Labels; readonly set?: Labels; readonly remove?: readonly string[]};

export type CorsPolicy = {
	readonly allowOrigin?: readonly string[];
	readonly allowOrigins?: readonly StringMatch[];
	readonly allowMethods?: readonly string[];
	readonly allowHeaders?: readonly string[];
	readonly exposeHeaders?: readonly string[];
	readonly maxAge?: string;
	readonly allowCredentials?: boolean;
};

/** A parent of an HTTPRoute; a Gateway when kind and group are absent. */
export type GatewayRef = {
	readonly group?: string;
	readonly kind?: string;
	readonly name: string;
	readonly namespace?: string;
	readonly sectionName?: string;
	readonly port?: number;
};

/** Where every request is copied to, besides the canary. */
export type Mirror = {
	readonly backendRef: {
		readonly group?: string;
		readonly kind?: string;
		readonly name: string;
		readonly namespace?: string;
		readonly port?: number;
	};
};

/** What is absent in the Canary is absent here, unless it has a default. */
export type ServiceModel = {
	readonly port: number;
	readonly portName: string;
	readonly targetPort: number | string;
	readonly appProtocol?: string;
	readonly trafficDistribution?: string;
	/** The container's other ports are exposed too. */
	readonly portDiscovery: boolean;
	readonly headless: boolean;
	readonly hosts: readonly string[];
	readonly gateways: readonly string[];
	readonly gatewayRefs: readonly GatewayRef[];
	/** The route is another's to include, without hosts and gateways of its own. */
	readonly delegation: boolean;
	readonly match?: readonly RequestMatch[];
	readonly rewrite?: Rewrite;
	readonly timeout?: string;
	readonly backendTimeout?: string;
	readonly retries?: Retries;
	readonly headers?: {readonly request?: HeaderOperations; readonly response?: HeaderOperations};
	readonly corsPolicy?: CorsPolicy;
	readonly mirror?: readonly Mirror[];
	/** Istio's, as written. */
	readonly trafficPolicy?: Bag;
	readonly apex: ServiceMetadata;
	readonly primary: ServiceMetadata;
	readonly canary: ServiceMetadata;
};

/** Whether the Services speak TCP alone, so that requests are not told apart. */
export const isTcp = ({appProtocol}: Pick<ServiceModel, 'appProtocol'>): boolean =>
	appProtocol?.toLowerCase() === 'tcp';
