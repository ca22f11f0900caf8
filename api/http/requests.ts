// What the HTTP interface tells of itself, what it takes, and how it refuses.
import {Type, type Static} from '@sinclair/typebox';
import {Value} from '@sinclair/typebox/value';
import {verbs} from '../model.ts';
import {canarySummary} from './canary-views.ts';
import {choice, flag, group, instant, integer, list, maybe, number, text} from './words.ts';

/** Whom one talks to. */
export const about = group(
	{
		version: text('Version of Aviary'),
		auth: choice(['open', 'token'], 'open: everybody may read. token: reading needs a token, too'),
		leading: flag(
			'This replica looks after Canaries; one that does not answers 503 for all that it would have to know',
		),
		speed: number('How many times faster than written durations pass: 1 but in the sandbox'),
		now: instant('The clock of the daemon'),
	},
	'Whom one talks to',
);
export type About = Static<typeof about>;

/** The list of Canaries. */
export const canaryList = group(
	{items: list(canarySummary, 'By namespace and name; those that the caller may not read are left out')},
	'All Canaries',
);
export type CanaryList = Static<typeof canaryList>;

/** What is asked of a Canary. Who asks is for the API server to say. */
export const commandRequest = Type.Object(
	{
		verb: choice(verbs, 'What is asked'),
		reason: text('Why, for everybody who reads of it', {minLength: 1, maxLength: 500}),
		revision: maybe(text('The revision that it is meant for; refused for any other', {maxLength: 253})),
		weight: maybe(integer('Of `set-weight`, and of nothing else', {minimum: 1, maximum: 100})),
	},
	{description: 'A command', additionalProperties: false},
);
export type CommandRequest = Static<typeof commandRequest>;

/** What is wrong with a command as it was sent, naming the field; undefined when it is one. */
export const wrongInCommand = (body: unknown): string | undefined => {
	const [wrong] = Value.Errors(commandRequest, body);
	if (wrong !== undefined) {
		const field = wrong.path.slice(1);
		const isVerb = field === 'verb';
		return `${field || 'the body'}: ${isVerb ? `one of ${verbs.join(', ')}` : wrong.message.toLowerCase()}`;
	}

	const {verb, weight} = body as CommandRequest;
	if (!verbs.includes(verb)) {
		return `verb: one of ${verbs.join(', ')}`;
	}

	return (verb === 'set-weight') === (weight !== undefined)
		? undefined
		: 'weight: it belongs to set-weight, and to nothing else';
};

/** A command that was given; what comes of it is told by the stream and the Canary’s `commands`. */
export const commandGiven = group(
	{
		namespace: text('Namespace'),
		name: text('Name of the CanaryCommand'),
		canary: text('Name of the Canary'),
		requestedBy: text('Who the API server takes the caller for'),
	},
	'The command as it was created',
);
export type CommandGiven = Static<typeof commandGiven>;

/** The codes of refusals, with the HTTP status that each has. */
export const refusalStatuses = {
	'bad-request': 400,
	unauthenticated: 401,
	forbidden: 403,
	'wrong-host': 421,
	'wrong-origin': 403,
	'not-found': 404,
	'wrong-method': 405,
	conflict: 409,
	'too-large': 413,
	'wrong-type': 415,
	invalid: 422,
	'too-many': 429,
	failed: 500,
	'api-server': 502,
	following: 503,
} as const;
export type RefusalCode = keyof typeof refusalStatuses;

/** Every answer other than 2xx and 304. */
export const refusal = group(
	{
		code: choice(Object.keys(refusalStatuses) as RefusalCode[], 'What is wrong, for programs'),
		message: text('What is wrong, for people'),
		remedy: text('What to do; empty where nothing helps'),
	},
	'Why a request was refused',
);
export type RefusalView = Static<typeof refusal>;
