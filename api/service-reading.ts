// Reading `spec.service`: a model whatever is written, and a problem for the user whenever that is not what it must be.
import type {Findings} from './findings.ts';
import {at, isAbsent, isBag, isSet, shown, type Bag} from './reading.ts';
import type {
	CorsPolicy,
	GatewayRef,
	HeaderOperations,
	Labels,
	Mirror,
	RequestMatch,
	Retries,
	Rewrite,
	ServiceMetadata,
	ServiceModel,
} from './service-model.ts';

/** Reads members of one group; every reader answers undefined for what is absent or wrong, which is reported. */
class Group {
	readonly #field: string;
	readonly #value: unknown;
	readonly #findings: Findings;

	constructor(field: string, value: unknown, findings: Findings) {
		this.#field = field;
		this.#value = value;
		this.#findings = findings;
	}

	of(name: string): unknown {
		return at(this.#value, name);
	}

	/** Empty texts are absent ones. */
	text(name: string): string | undefined {
		return this.#findings.text(this.#where(name), this.of(name)) || undefined;
	}

	flag(name: string): boolean {
		return this.#findings.flag(this.#where(name), this.of(name));
	}

	texts(name: string): readonly string[] | undefined {
		return this.#checked(name, 'a list of texts', isTexts);
	}

	textMap(name: string): Labels | undefined {
		return this.#checked(name, 'a map of texts', isTextMap);
	}

	group(name: string): Bag | undefined {
		return this.#checked(name, 'an object', isBag);
	}

	/** A list of what is sound, with at least one; `what` says what that is. */
	list<Item>(name: string, what: string, isSound: (item: unknown) => item is Item): readonly Item[] | undefined {
		const isList = (value: unknown): value is readonly Item[] => Array.isArray(value) && value.every(isSound);
		const found = this.#checked(name, `a list of ${what}`, isList);
		return found === undefined || found.length === 0 ? undefined : found;
	}

	#checked<Value>(name: string, what: string, isSound: (value: unknown) => value is Value): Value | undefined {
		const value = this.of(name);
		if (isAbsent(value)) return undefined;
		if (isSound(value)) return value;
		const where = this.#where(name);
		this.#findings.report(where, value, `${where} is ${shown(value)}, which is not ${what}`, `Write ${what}`);
		return undefined;
	}

	#where(name: string): string {
		return `${this.#field}.${name}`;
	}
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const isTextMap = (value: unknown): value is Labels => isBag(value) && Object.values(value).every(isText);

const matchForms = ['exact', 'prefix', 'regex'] as const;

const isStringMatch = (value: unknown): boolean =>
	isBag(value) && matchForms.filter((form) => !isAbsent(value[form])).length <= 1 && isTextMap(value);

const isRequestMatch = (match: unknown): match is RequestMatch =>
	isBag(match) &&
	['uri', 'scheme', 'method', 'authority'].every((name) => isAbsent(match[name]) || isStringMatch(match[name])) &&
	['headers', 'withoutHeaders', 'queryParams'].every(
		(name) => isAbsent(match[name]) || (isBag(match[name]) && Object.values(match[name]).every(isStringMatch)),
	);

const isNamed = (reference: unknown): reference is GatewayRef =>
	isText(at(reference, 'name')) && at(reference, 'name') !== '';

const isMirror = (mirror: unknown): mirror is Mirror => isNamed(at(mirror, 'backendRef'));

/** A copy without the members that are absent. */
const present = <T extends object>(members: T): {[K in keyof T]: Exclude<T[K], undefined>} =>
	Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;

const metadataIn = (field: string, value: unknown, findings: Findings): ServiceMetadata => {
	const group = new Group(field, value, findings);
	return {labels: group.textMap('labels') ?? {}, annotations: group.textMap('annotations') ?? {}};
};

const operationsIn = (field: string, value: unknown, findings: Findings): HeaderOperations | undefined => {
	if (isAbsent(value)) return undefined;
	const group = new Group(field, value, findings);
	return present({add: group.textMap('add'), set: group.textMap('set'), remove: group.texts('remove')});
};

const FIELD = 'spec.service';

const portOf = (service: Group, findings: Findings): number => {
	const port = service.of('port');
	if (isAbsent(port)) {
		const remedy = 'Set it to the port that the workload listens on';
		findings.report(`${FIELD}.port`, '', `${FIELD}.port is missing`, remedy);
	}

	return findings.number(`${FIELD}.port`, port, 0, {least: 1, most: 65_535, whole: true});
};

/** By number or by name; what means no port is the Service's own. */
const targetPortOf = (service: Group, port: number, findings: Findings): number | string => {
	const written = service.of('targetPort');
	if (!isSet(written) || written === '0') return port;
	if (typeof written === 'string' || (typeof written === 'number' && Number.isInteger(written))) return written;
	const text = `${FIELD}.targetPort is ${shown(written)}, which is neither a port's number nor its name`;
	findings.report(`${FIELD}.targetPort`, written, text, 'Write the number or the name of a port of the container');
	return port;
};

const checkDelegation = (delegation: boolean, service: Group, findings: Findings): void => {
	const exposed = ['hosts', 'gateways'].find((name) => isSet(service.of(name)));
	if (!delegation || exposed === undefined) return;
	const text = `${FIELD}.delegation excludes ${FIELD}.${exposed}: a delegate has neither hosts nor gateways`;
	findings.report(`${FIELD}.delegation`, true, text, 'Remove delegation, or remove hosts and gateways');
};

/** How requests are routed. */
const routingOf = (service: Group, findings: Findings) => {
	const headers = service.group('headers');
	const within = (name: 'request' | 'response') =>
		operationsIn(`${FIELD}.headers.${name}`, at(headers, name), findings);
	return present({
		match: service.list('match', 'conditions on requests', isRequestMatch),
		rewrite: service.group('rewrite') as Rewrite | undefined,
		timeout: service.text('timeout'),
		backendTimeout: service.text('backendTimeout'),
		retries: service.group('retries') as Retries | undefined,
		headers: headers && present({request: within('request'), response: within('response')}),
		corsPolicy: service.group('corsPolicy') as CorsPolicy | undefined,
		mirror: service.list('mirror', 'references to backends', isMirror),
		trafficPolicy: service.group('trafficPolicy'),
	});
};

/** Reads `spec.service`; total, and what is wrong is reported. Undefined where there is none. */
export const serviceModelOf = (value: unknown, findings: Findings): ServiceModel | undefined => {
	if (!isBag(value)) {
		const text = 'spec.service is missing, so that no Service can be generated';
		findings.report(FIELD, value, text, 'Add spec.service with the port that the workload listens on');
		return undefined;
	}

	const service = new Group(FIELD, value, findings);
	const port = portOf(service, findings);
	const delegation = service.flag('delegation');
	checkDelegation(delegation, service, findings);
	return {
		port,
		portName: service.text('portName') ?? 'http',
		targetPort: targetPortOf(service, port, findings),
		...present({appProtocol: service.text('appProtocol'), trafficDistribution: service.text('trafficDistribution')}),
		portDiscovery: service.flag('portDiscovery'),
		headless: service.flag('headless'),
		hosts: service.texts('hosts') ?? [],
		gateways: service.texts('gateways') ?? [],
		gatewayRefs: service.list('gatewayRefs', 'references with names', isNamed) ?? [],
		delegation,
		...routingOf(service, findings),
		apex: metadataIn(`${FIELD}.apex`, value['apex'], findings),
		primary: metadataIn(`${FIELD}.primary`, value['primary'], findings),
		canary: metadataIn(`${FIELD}.canary`, value['canary'], findings),
	};
};
