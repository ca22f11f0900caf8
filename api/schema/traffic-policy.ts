// `spec.service.trafficPolicy`: Istio's TrafficPolicy as far as the peer passes it on.
import {Type} from '@sinclair/typebox';
import {choice, exactlyOneOf, flag, group, int32, integer, list, map, text, texts, type Notes} from './words.ts';

const oneHash = exactlyOneOf(['httpHeaderName'], ['httpCookie'], ['useSourceIp'], ['httpQueryParameterName']);

/** Either a simple algorithm, or a consistent hash of exactly one thing. */
const oneAlgorithm: Notes = {
	oneOf: [{required: ['simple']}, {properties: {consistentHash: oneHash}, required: ['consistentHash']}],
};

const connectionPool = group({
	http: group(
		{
			h2UpgradePolicy: choice(['DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'], 'Whether HTTP/1.1 is upgraded to HTTP/2'),
			http1MaxPendingRequests: int32('Pending HTTP requests to a destination at most'),
			http2MaxRequests: int32('Requests to a backend at most'),
			idleTimeout: text('Idle timeout of upstream connections'),
			maxRequestsPerConnection: int32('Requests per connection at most'),
			maxRetries: int32('Retries outstanding at a time at most'),
		},
		'HTTP connection pool',
	),
});

const loadBalancer = group(
	{
		simple: choice(['ROUND_ROBIN', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'LEAST_REQUEST'], 'Algorithm without a key'),
		consistentHash: group(
			{
				httpHeaderName: text('Hash by this header'),
				httpCookie: group(
					{
						name: text('Name of the cookie'),
						path: text('Path of the cookie'),
						ttl: text('Lifetime of the cookie'),
					},
					'Hash by a cookie',
				),
				useSourceIp: flag('Hash by the source address'),
				httpQueryParameterName: text('Hash by this query parameter'),
				minimumRingSize: integer('Size of the hash ring at least'),
			},
			'Consistent hash by exactly one thing',
		),
		localityLbSetting: group(
			{
				enabled: flag('Whether locality load balancing is used; overrides the setting of the mesh'),
				distribute: list(
					group({
						from: text('Originating locality, parts separated by /'),
						to: map(Type.Integer(), 'Upstream localities and their weights'),
					}),
					'Distribution; excludes failover',
				),
				failover: list(
					group({from: text('Originating region'), to: text('Region to fail over to')}),
					'Failover; excludes distribute',
				),
			},
			'Locality load balancing',
		),
		warmupDurationSecs: text('How long a new endpoint is warmed up'),
	},
	'Load balancing algorithm',
	oneAlgorithm,
);

const outlierDetection = group(
	{
		baseEjectionTime: text('Ejection at least'),
		consecutive5xxErrors: integer('5xx errors in a row before a host is ejected'),
		consecutiveErrors: int32('Errors in a row before a host is ejected'),
		consecutiveGatewayErrors: int32('Gateway errors in a row before a host is ejected'),
		consecutiveLocalOriginFailures: int32('Local failures in a row before a host is ejected'),
		interval: text('Time between two sweeps'),
		maxEjectionPercent: int32('Percentage of hosts that may be ejected'),
		minHealthPercent: int32('Percentage of healthy hosts below which none is ejected'),
		splitExternalLocalOriginErrors: flag('Whether local failures count apart from external ones'),
	},
	'Ejection of unhealthy hosts from the pool',
);

const tls = group(
	{
		mode: choice(['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'], 'How connections to the service are secured'),
		caCertificates: text('Path of the CA certificates'),
		clientCertificate: text('Path of the client certificate; required with MUTUAL'),
		privateKey: text('Path of the private key; required with MUTUAL'),
		sni: text('Server name to present'),
		subjectAltNames: texts('Names that the server’s certificate may have'),
	},
	'TLS to the service',
);

export const trafficPolicy = group(
	{connectionPool, loadBalancer, outlierDetection, tls},
	'Istio traffic policy, copied to both DestinationRules',
);
