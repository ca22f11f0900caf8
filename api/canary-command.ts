// The CanaryCommand resource: what a person asks of a Canary, once, and what came of it.
import {verbs} from './model.ts';
import type {Command} from './model.ts';
import {at} from './reading.ts';
import {choice, group, integer, must, resource, text, time} from './schema/words.ts';

const spec = group(
	{
		canary: must(text('Name of the Canary, in the same namespace', {minLength: 1})),
		verb: must(choice(verbs, 'What is asked')),
		weight: integer('The weight that `set-weight` sets, in percent', {minimum: 1, maximum: 100}),
		revision: text('The revision that it is meant for (`status.canaryRevision`); refused for any other'),
		reason: must(text('Why, for everybody who reads of it', {minLength: 1, maxLength: 500})),
		requestedBy: must(text('Who asks: the user name that the API server knows', {minLength: 1})),
	},
	'What is asked; it cannot be changed',
	{
		'x-kubernetes-validations': [
			{rule: 'self == oldSelf', message: 'a command cannot be changed; give another one'},
			{rule: "self.verb != 'set-weight' || has(self.weight)", message: 'set-weight needs a weight from 1 to 100'},
			{rule: "self.verb == 'set-weight' || !has(self.weight)", message: 'a weight belongs to set-weight alone'},
		],
	},
);

const status = group(
	{
		outcome: choice(
			['Accepted', 'Done', 'Refused'],
			'What came of it: in force, carried out, or refused; absent until the daemon has answered',
		),
		message: text('In words'),
		revision: text('The revision of the run that it met'),
		answeredAt: time('When the outcome was last written'),
	},
	'What came of it',
);

/** The schema of `aviary.dev/v1alpha1 CanaryCommand`. */
export const canaryCommand = resource(
	{spec: must(spec), status},
	'CanaryCommand asks something of a Canary: to pause, resume, skip its analysis, promote, roll back, retry, or take a weight',
);

const textAt = (object: unknown, ...path: readonly string[]): string => {
	const value = at(object, ...path);
	return typeof value === 'string' ? value : '';
};

/**
 * Reads a CanaryCommand; undefined when it names no verb that we know, which a CRD of ours does not let through.
 * Who asks and why are cut to one line, for they stand in events.
 */
export const commandOf = (object: unknown): Command | undefined => {
	const verb = verbs.find((one) => one === textAt(object, 'spec', 'verb'));
	if (verb === undefined) {
		return undefined;
	}

	const weight = at(object, 'spec', 'weight');
	const revision = textAt(object, 'spec', 'revision');
	const line = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 500);
	return {
		name: textAt(object, 'metadata', 'name'),
		verb,
		...(typeof weight === 'number' && {weight}),
		...(revision !== '' && {revision}),
		reason: line(textAt(object, 'spec', 'reason')),
		requestedBy: line(textAt(object, 'spec', 'requestedBy')),
	};
};
