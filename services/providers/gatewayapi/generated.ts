// The HTTPRoute of the managed shape, as the peer generates it, with every default that the server would fill in: so it
// compares with what the server answers.
import {parseDuration} from '../../../api/durations.ts';
import type {CanaryModel, Problem} from '../../../api/model.ts';
import {shown} from '../../../api/reading.ts';
import type {CorsPolicy, HeaderOperations, Labels, Rewrite, ServiceModel} from '../../../api/service-model.ts';
import type {Share} from '../../../api/shares.ts';
import {withoutNulls} from '../../objects/shapes.ts';
import {GROUP, type BackendRef, type ParentRef} from './api.ts';
import {matchesOf, type Match} from './matching.ts';
import {timeoutsOf} from './time-outs.ts';

type Bag = Readonly<Record<string, unknown>>;

const parentRefsFor = (service: ServiceModel | undefined): readonly ParentRef[] =>
	(service?.gatewayRefs ?? []).map((written) => ({group: GROUP, kind: 'Gateway', ...withoutNulls(written)}));

/** Both sides; never both at 0, for then a gateway answers every user with an error. */
const backendRefsFor = ({hosts, service}: CanaryModel, {canary}: Share): readonly BackendRef[] => {
	const to = (name: string, weight: number): BackendRef => {
		const port = service?.port;
		return {group: '', kind: 'Service', name, ...(port !== undefined && {port}), weight};
	};
	return [to(hosts.primary, 100 - canary), to(hosts.canary, canary)];
};

/** Sorted, for objects have no order of their own. */
const named = (values: Labels = {}): readonly Bag[] =>
	Object.entries(values)
		.toSorted(([left], [right]) => (left < right ? -1 : 1))
		.map(([name, value]) => ({name, value}));

const modifierOf = (written: HeaderOperations | undefined): Bag | undefined => {
	const [set, add, remove] = [named(written?.set), named(written?.add), written?.remove ?? []];
	if (set.length + add.length + remove.length === 0) return undefined;
	return {...(set.length > 0 && {set}), ...(add.length > 0 && {add}), ...(remove.length > 0 && {remove})};
};

const headerFilters = (headers: ServiceModel['headers']): readonly Bag[] => {
	const [request, response] = [modifierOf(headers?.request), modifierOf(headers?.response)];
	return [
		...(request === undefined ? [] : [{type: 'RequestHeaderModifier', requestHeaderModifier: request}]),
		...(response === undefined ? [] : [{type: 'ResponseHeaderModifier', responseHeaderModifier: response}]),
	];
};

const isOfPrefix = (rewrite: Rewrite | undefined): boolean =>
	rewrite?.uri !== undefined && rewrite.type === 'ReplacePrefixMatch';

const rewriteFilters = (rewrite: Rewrite | undefined): readonly Bag[] => {
	const {uri, authority} = rewrite ?? {};
	if (uri === undefined && authority === undefined) return [];
	const path = isOfPrefix(rewrite)
		? {type: 'ReplacePrefixMatch', replacePrefixMatch: uri}
		: {type: 'ReplaceFullPath', replaceFullPath: uri};
	const urlRewrite = {...(authority !== undefined && {hostname: authority}), ...(uri !== undefined && {path})};
	return [{type: 'URLRewrite', urlRewrite}];
};

const mirrorFilters = (mirror: ServiceModel['mirror'] = []): readonly Bag[] =>
	mirror.map(({backendRef}) => ({
		type: 'RequestMirror',
		requestMirror: {backendRef: {group: '', kind: 'Service', ...backendRef}},
	}));

/** What the server fills in. */
const CORS_AGE_S = 5;

/** In whole seconds; undefined for less than one, and for what is no duration. */
const corsAgeOf = (maxAge: string): number | undefined => Math.round((parseDuration(maxAge) ?? 0) / 1000) || undefined;

const corsFilters = (policy: CorsPolicy | undefined): readonly Bag[] => {
	if (policy === undefined) return [];
	const {allowOrigin = [], allowOrigins = [], allowMethods = [], allowHeaders = [], exposeHeaders = []} = policy;
	const origins = [...allowOrigin, ...allowOrigins.flatMap(({exact}) => exact ?? [])];
	const lists = {allowOrigins: origins, allowMethods, allowHeaders, exposeHeaders};
	const written = Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
	const {allowCredentials} = policy;
	const maxAge = (policy.maxAge !== undefined && corsAgeOf(policy.maxAge)) || CORS_AGE_S;
	return [{type: 'CORS', cors: {...written, ...(allowCredentials !== undefined && {allowCredentials}), maxAge}}];
};

/** `spec` of the HTTPRoute with this share. */
export const httpRouteSpec = (model: CanaryModel, share: Share): Record<string, unknown> => {
	const {match, headers, rewrite, mirror, corsPolicy, hosts = []} = model.service ?? {};
	const filters = [
		...headerFilters(headers),
		...rewriteFilters(rewrite),
		...mirrorFilters(mirror),
		...corsFilters(corsPolicy),
	];
	const timeouts = model.service && timeoutsOf(model.service);
	const ruleOf = (matches: readonly Match[]) => ({
		matches,
		filters: filters.length > 0 ? filters : undefined,
		backendRefs: backendRefsFor(model, share),
		timeouts,
	});
	const matches = matchesOf(match);
	return withoutNulls<Record<string, unknown>>({
		parentRefs: parentRefsFor(model.service),
		hostnames: hosts.length > 0 ? hosts : undefined,
		// A rule that replaces a prefix may have one match alone.
		rules: isOfPrefix(rewrite) ? matches.map((one) => ruleOf([one])) : [ruleOf(matches)],
	});
};

/** A prefix that is to be replaced must be one that is asked for. */
export const rewriteProblems = ({rewrite, match}: ServiceModel): readonly Problem[] => {
	if (!isOfPrefix(rewrite)) return [];
	const others = matchesOf(match).filter(({path}) => path.type !== 'PathPrefix');
	if (others.length === 0) return [];
	return [
		{
			field: 'spec.service.rewrite.type',
			value: 'ReplacePrefixMatch',
			text: 'spec.service.rewrite.type is ReplacePrefixMatch, but a match of spec.service.match asks for no prefix',
			remedy: 'Match by uri.prefix, or set spec.service.rewrite.type to ReplaceFullPath',
		},
	];
};

const HOST = /^(?:\*\.)?[\da-z](?:[\da-z-]*[\da-z])?(?:\.[\da-z](?:[\da-z-]*[\da-z])?)*$/u;

/** Hosts that no HTTPRoute can be for. */
export const hostProblems = ({hosts = []}: Partial<ServiceModel>): readonly Problem[] =>
	hosts.flatMap((host, index) => {
		if (host.length <= 253 && HOST.test(host)) return [];
		const field = `spec.service.hosts[${index}]`;
		const text = `${field} is ${shown(host) || "''"}, which an HTTPRoute takes for no host`;
		const remedy =
			'Write a name in small letters, which may begin with *., or remove it: without hosts every host is meant';
		return [{field, value: host, text, remedy}];
	});

const ageProblems = (maxAge: string | undefined): readonly Problem[] => {
	if (maxAge === undefined || corsAgeOf(maxAge) !== undefined) return [];
	const field = 'spec.service.corsPolicy.maxAge';
	const text = `${field} is ${maxAge}, where an HTTPRoute takes from 1s to 24 days`;
	return [{field, value: maxAge, text, remedy: 'Write such a duration, or remove it: a preflight is kept for 5s then'}];
};

const originProblems = (origins: CorsPolicy['allowOrigins'] = []): readonly Problem[] =>
	origins.flatMap((origin, index) => {
		if (origin.exact !== undefined) return [];
		const field = `spec.service.corsPolicy.allowOrigins[${index}]`;
		return [
			{
				field,
				value: JSON.stringify(origin),
				text: `${field} is a pattern, where an HTTPRoute takes origins as they are`,
				remedy: 'Write each origin in spec.service.corsPolicy.allowOrigin; it may begin with https://*.',
			},
		];
	});

/** What of `spec.service.corsPolicy` no HTTPRoute can say. */
export const corsProblems = ({corsPolicy}: ServiceModel): readonly Problem[] => [
	...originProblems(corsPolicy?.allowOrigins),
	...ageProblems(corsPolicy?.maxAge),
];
