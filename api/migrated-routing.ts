// `spec.service` of today's shape from the VirtualService that a Rollout, or a Canary of the first shape, has routed by.
// Today's route is generated with one rule, so what has more of them is kept beside it, or is not migrated. Pure.
import type {CanaryModel, Problem} from './model.ts';
import {at, isBag, isSet, type Bag} from './reading.ts';

/** What of a VirtualService a migration is about. */
export type FormerRoute = {
	/** Undefined where there is none beside the Canary. */
	readonly object: unknown;
	/** The http rule that the weights are shared in; the first one where no rule has both sides. */
	readonly shared: unknown;
	/** How many rules it has beside that one, of any protocol. */
	readonly others: number;
};

const entries = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);

/** Without what is absent or empty. */
export const written = (fields: Bag): Bag =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => isSet(value)));

const hostOf = (destination: unknown): string => {
	const host = at(destination, 'destination', 'host') ?? at(destination, 'destination', 'name');
	return typeof host === 'string' ? host : '';
};

/** `front`, `front.shop` and `front.shop.svc.cluster.local` are one Service of the Canary's namespace. */
const isService = (host: string, name: string, namespace: string): boolean => {
	const [first = '', second = namespace, third = 'svc'] = host.toLowerCase().replace(/\.$/, '').split('.');
	return first === name.split('.')[0] && second === namespace && third === 'svc';
};

const isShared = (rule: unknown, {hosts, namespace}: CanaryModel): boolean => {
	const destinations = entries(at(rule, 'route')).map((one) => hostOf(one));
	const [primary, canary] = [hosts.primary, hosts.canary].map((name) =>
		destinations.filter((host) => isService(host, name, namespace)),
	);
	return hosts.primary === hosts.canary
		? (primary?.length ?? 0) > 1
		: (primary?.length ?? 0) > 0 && (canary?.length ?? 0) > 0;
};

/** Reads the VirtualService of a Canary, undefined for none. */
export const formerRoute = (object: unknown, model: CanaryModel): FormerRoute => {
	const http = entries(at(object, 'spec', 'http'));
	const shared = http.find((rule) => isShared(rule, model)) ?? http[0];
	const others = [...http, ...entries(at(object, 'spec', 'tcp')), ...entries(at(object, 'spec', 'tls'))];
	return {object, shared, others: others.filter((rule) => rule !== shared).length};
};

/** The port that the shared rule names, where it names one. */
export const portOfRule = ({shared}: FormerRoute): unknown =>
	at(entries(at(shared, 'route'))[0], 'destination', 'port', 'number');

/** What the generated route is to have beside its weights; a delegate has nothing, for all that stays where it is. */
export const routingOf = ({object, shared}: FormerRoute, model: CanaryModel, isDelegated: boolean): Bag => {
	if (isDelegated) {
		return {delegation: true};
	}

	const {match, rewrite, timeout, retries, headers, corsPolicy} = isBag(shared) ? shared : {};
	const hosts = entries(at(object, 'spec', 'hosts')).filter((host) => host !== model.hosts.primary);
	const gateways = at(object, 'spec', 'gateways');
	return written({gateways, hosts, match, rewrite, timeout, retries, headers, corsPolicy});
};

/** What the generated route could not carry, so that somebody would get another answer than before, or none. */
export const notCarried = (
	{others}: FormerRoute,
	{route, hosts, namespace}: CanaryModel,
	isDelegated: boolean,
): readonly Problem[] => {
	const name = `VirtualService ${route.name}${namespace === '' ? '' : `.${namespace}`}`;
	if (others > 0 && !isDelegated) {
		return [
			{
				field: name,
				value: String(others + 1),
				text: `${name} has ${others + 1} rules, and the one that is generated for today’s shape has one`,
				remedy:
					`Say --delegate, by which ${name} stays and hands the rule with the weights over to the generated one, or move ` +
					'the other rules to a VirtualService for other hosts first',
			},
		];
	}

	return isDelegated && route.name === hosts.primary
		? [
				{
					field: name,
					value: route.name,
					text: `${name} cannot stay, for the one that is generated has its name`,
					remedy: `Apply it under another name first, name that one in spec.virtualService.name, and delete ${name}`,
				},
			]
		: [];
};

const renamed = (destination: unknown, {hosts, namespace}: CanaryModel): unknown => {
	const host = hostOf(destination);
	const canary = `${hosts.primary}-canary`;
	return isBag(destination) && isBag(destination['destination']) && isService(host, hosts.canary, namespace)
		? {
				...destination,
				destination: {...destination['destination'], host: [canary, ...host.split('.').slice(1)].join('.')},
			}
		: destination;
};

/** The VirtualService that stays: the rule with the weights delegates, and the others name today's Services. */
export const delegatingRoute = ({object, shared}: FormerRoute, model: CanaryModel): Bag => {
	const {hosts, namespace} = model;
	const http = entries(at(object, 'spec', 'http')).map((rule) => {
		if (rule === shared && isBag(rule)) {
			const {route: _, ...rest} = rule;
			return {...rest, delegate: {name: hosts.primary, ...(namespace !== '' && {namespace})}};
		}

		const routes = at(rule, 'route');
		return isBag(rule) && Array.isArray(routes) && hosts.primary !== hosts.canary
			? {...rule, route: entries(routes).map((one) => renamed(one, model))}
			: rule;
	});
	const {status: _, metadata, ...rest} = object as Bag;
	const {name, labels, annotations} = isBag(metadata) ? metadata : {};
	const {'kubectl.kubernetes.io/last-applied-configuration': __, ...kept} = isBag(annotations) ? annotations : {};
	return {
		...rest,
		metadata: written({
			name,
			...(namespace !== '' && {namespace}),
			labels,
			annotations: Object.keys(kept).length > 0 ? kept : undefined,
		}),
		spec: {...(isBag(rest['spec']) ? rest['spec'] : {}), http},
	};
};

/** What is to be done about it, one sentence each. */
export const routeNotes = (
	{others}: FormerRoute,
	{route, hosts}: CanaryModel,
	isDelegated: boolean,
): readonly string[] =>
	isDelegated
		? [
				`VirtualService ${route.name} stays, with its hosts, gateways and all ${others + 1} rules; when the Canary is ` +
					`Initialized, apply what the same command prints with --part route: the rule with the weights delegates to ` +
					`VirtualService ${hosts.primary} then, and the other rules name Service ${hosts.primary}-canary`,
				`A rule that sends testers to Service ${hosts.primary}-canary answers during runs alone: at rest the canary has no pods`,
			]
		: route.name === hosts.primary
			? []
			: [`VirtualService ${hosts.primary} is made; delete VirtualService ${route.name}, which routes the same hosts`];
