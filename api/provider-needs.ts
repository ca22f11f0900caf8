// What a Canary asks of its provider, and the refusal where that cannot do it.
import type {Findings} from './findings.ts';
import type {CanaryModel} from './model.ts';
import {factsIn, KNATIVE, oneOf, type Capability, type ProviderFacts} from './providers.ts';
import {at, isAbsent, isSet} from './reading.ts';

const asked: Readonly<
	Record<Exclude<Capability, 'acceptance' | 'routeless'>, {readonly for: string; readonly do: string}>
> = {
	weights: {for: 'a share of all requests', do: 'share out requests by weight'},
	mirror: {for: 'traffic mirroring', do: 'mirror'},
	match: {for: 'A/B testing', do: 'tell requests apart'},
	affinity: {for: 'session affinity', do: 'keep users on one side'},
	tcp: {for: 'TCP routes', do: 'route TCP'},
	paired: {for: 'a route of your own', do: 'keep to one'},
};

/** What of an analysis or a service asks for more than routes that all providers have, and how to do without. */
export type Need = {
	readonly capability: keyof typeof asked;
	readonly field: string;
	readonly value: unknown;
	/** How to do without it. */
	readonly remedy: string;
};

type Model = Omit<CanaryModel, 'problems'>;

/** What a Canary asks of its provider, by its plan and by its service. */
const needsOf = ({shape, skipAnalysis, analysis}: Model, spec: unknown): readonly Need[] => {
	const {steps} = analysis.plan;
	const name = shape === 'managed' ? 'analysis' : 'canaryAnalysis';
	const field = `spec.${name}`;
	const written = (member: string): unknown => at(spec, name, member);
	const needs: Need[] = [];
	const need = (capability: Need['capability'], where: string, value: unknown, remedy: string): void => {
		needs.push({capability, field: where, value, remedy});
	};

	if (!skipAnalysis && steps.some(({tells}) => tells === 'weight')) {
		const member = ['stepWeight', 'stepWeights', 'maxWeight'].find((one) => isSet(written(one))) ?? 'stepWeight';
		const remedy = `Set ${field}.iterations instead, to check the canary and then switch`;
		need('weights', `${field}.${member}`, written(member), remedy);
	}

	if (steps.some(({share}) => share.match !== undefined)) {
		need('match', `${field}.match`, written('match'), 'Remove match');
	}

	if (steps.some(({share}) => share.mirrored !== undefined)) {
		need('mirror', `${field}.mirror`, written('mirror'), 'Remove mirror');
	}

	const route = at(spec, 'virtualService');
	if (shape === 'paired' && !isAbsent(route)) {
		need('paired', 'spec.virtualService', at(route, 'name'), 'Use today’s shape, by spec.targetRef and spec.service');
	}

	const protocol = at(spec, 'service', 'appProtocol');
	if (typeof protocol === 'string' && protocol.toLowerCase() === 'tcp') {
		need('tcp', 'spec.service.appProtocol', protocol, 'Remove appProtocol');
	}

	return needs;
};

/** Reports what the provider cannot do, naming those that can. Nothing is said of a provider that nobody knows. */
export const checkNeeds = (
	model: Model,
	spec: unknown,
	providers: readonly ProviderFacts[] | undefined,
	findings: Findings,
): void => {
	const {provider} = model;
	const facts = factsIn(providers ?? [], provider);
	if (facts === undefined) return;
	for (const {capability, field, value, remedy} of needsOf(model, spec)) {
		if (facts.capabilities.includes(capability)) continue;
		const able = (providers ?? []).filter((one) => one.capabilities.includes(capability));
		const names = able.flatMap((one) => one.names).filter((name) => name !== KNATIVE);
		const others = names.length === 0 ? '' : `; ${new Intl.ListFormat('en-GB').format(names)} can`;
		const text = `${field} asks for ${asked[capability].for}, but provider ${provider} cannot ${asked[capability].do}${others}`;
		findings.report(
			field,
			value,
			text,
			names.length === 0 ? remedy : `${remedy}, or set spec.provider to ${oneOf(names)}`,
		);
	}

	for (const {field, value, text, remedy} of facts.problems?.(model) ?? []) findings.report(field, value, text, remedy);
};
