// The form of a scenario's file. `read.ts` reads it; docs/sandbox.md says it in words.
import {Type, type Static} from '@sinclair/typebox';
import {verbs} from '../../api/model.ts';

const strict = {additionalProperties: false};

/** A time of the world: `90s`, `1m30s`. */
const duration = Type.String({
	pattern: '^([0-9]+([.][0-9]+)?(ms|s|m|h))+$',
	description: 'a duration such as 90s or 5m',
});

/** `NAMESPACE/NAME`. */
const key = Type.String({pattern: '^[a-z0-9.-]+/[a-z0-9.-]+$', description: 'NAMESPACE/NAME'});

const oneOf = <const T extends string>(...values: readonly T[]) => Type.Unsafe<T>({type: 'string', enum: [...values]});

/** How pods behave: annotations of their template without the prefix `sandbox.aviary.dev/`. */
const behaviour = Type.Object(
	{
		'error-rate': Type.Optional(Type.String()),
		'latency-ms': Type.Optional(Type.String()),
		'ready-after': Type.Optional(Type.String()),
		'never-ready': Type.Optional(Type.String()),
		'crash-after': Type.Optional(Type.String()),
	},
	strict,
);

/** An object as kubectl would apply it, or the path of a file of such. */
const manifest = Type.Unsafe<string | Readonly<Record<string, unknown>>>({
	type: ['string', 'object'],
	description: 'a path or an object',
});

const objectRef = {
	apiVersion: Type.String(),
	kind: Type.String(),
	namespace: Type.Optional(Type.String()),
	name: Type.String(),
};

const states = oneOf('initialized', 'progressing', 'halted', 'promoting', 'finished', 'failed');

const when = Type.Object(
	{
		canary: Type.Optional(key),
		state: Type.Optional(states),
		phase: Type.Optional(Type.String()),
		weight: Type.Optional(Type.Integer({minimum: 0, maximum: 100})),
	},
	{...strict, minProperties: 1},
);

/** What makes the new version: its image, and how it behaves. */
const version = {
	deployment: Type.Optional(key),
	image: Type.Optional(Type.String({minLength: 1})),
	behaviour: Type.Optional(behaviour),
};

const fault = Type.Object(
	{
		metrics: Type.Optional(oneOf('silent', 'failing')),
		api: Type.Optional(oneOf('unavailable', 'throttling', 'hanging')),
		traffic: Type.Optional(oneOf('none')),
		crash: Type.Optional(key),
		for: duration,
	},
	strict,
);

/** What somebody asks of a Canary, as `aviary pause` and the like do. */
const command = Type.Object(
	{
		canary: Type.Optional(key),
		verb: oneOf(...verbs),
		weight: Type.Optional(
			Type.Integer({minimum: 1, maximum: 100, description: 'the weight that set-weight sets, 1 to 100'}),
		),
		reason: Type.Optional(Type.String({minLength: 1, maxLength: 500, description: 'why, in 1 to 500 characters'})),
	},
	strict,
);

const entry = Type.Object(
	{
		at: Type.Optional(duration),
		when: Type.Optional(when),
		after: Type.Optional(duration),
		apply: Type.Optional(Type.Array(manifest, {minItems: 1})),
		patch: Type.Optional(Type.Object({...objectRef, merge: Type.Record(Type.String(), Type.Unknown())}, strict)),
		delete: Type.Optional(Type.Object(objectRef, strict)),
		release: Type.Optional(Type.Object(version, {...strict, minProperties: 1})),
		fault: Type.Optional(fault),
		command: Type.Optional(command),
	},
	strict,
);

const event = Type.Object(
	{
		message: Type.String({minLength: 1, description: 'a regular expression'}),
		reason: Type.Optional(Type.String()),
		type: Type.Optional(oneOf('Normal', 'Warning')),
	},
	strict,
);

const expect = Type.Object(
	{
		canary: Type.Optional(key),
		phase: Type.Optional(Type.String()),
		state: Type.Optional(states),
		through: Type.Optional(Type.Array(states, {minItems: 1})),
		never: Type.Optional(Type.Array(states, {minItems: 1})),
		weights: Type.Optional(Type.Array(Type.Integer({minimum: 0, maximum: 100}))),
		events: Type.Optional(Type.Array(event, {minItems: 1})),
		noEvents: Type.Optional(Type.Array(event, {minItems: 1})),
		errorShare: Type.Optional(Type.Number({minimum: 0, maximum: 1})),
		within: Type.Optional(duration),
	},
	strict,
);

/** What differs between the shapes of a Canary; fields of `release` and `expect` are added to those of the file. */
const variant = Type.Object(
	{
		manifests: Type.Optional(Type.Array(manifest)),
		release: Type.Optional(
			Type.Object({...version, with: Type.Optional(oneOf('the manifests', 'the initialized Canary'))}, strict),
		),
		timeline: Type.Optional(Type.Array(entry)),
		expect: Type.Optional(expect),
	},
	strict,
);

export const scenarioFile = Type.Object(
	{
		name: Type.String({minLength: 1}),
		description: Type.String({minLength: 1}),
		extends: Type.Optional(Type.String({minLength: 1})),
		...variant.properties,
		shapes: Type.Optional(Type.Object({first: Type.Optional(variant), today: Type.Optional(variant)}, strict)),
	},
	strict,
);

export type ScenarioFile = Static<typeof scenarioFile>;
export type Variant = Static<typeof variant>;
export type Manifest = Static<typeof manifest>;
export type Behaviour = Static<typeof behaviour>;
export type Version = {readonly image?: string; readonly behaviour?: Behaviour};
export type Entry = Static<typeof entry>;
export type When = Static<typeof when>;
export type Fault = Static<typeof fault>;
export type Steering = Static<typeof command>;
export type Expect = Static<typeof expect>;
export type EventPattern = Static<typeof event>;
