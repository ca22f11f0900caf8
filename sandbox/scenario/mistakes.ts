// What is wrong with a scenario's file, said with its line, field and value, and with what to write instead.
import {Ajv, type ErrorObject} from 'ajv';
import {LineCounter, parseDocument, type Document} from 'yaml';
import {parseDuration} from '../../api/durations.ts';
import {shown} from '../../api/reading.ts';
import {scenarioFile, type Entry, type EventPattern, type ScenarioFile, type Steering, type Variant} from './format.ts';

type Path = ReadonlyArray<string | number>;

/** A mistake of the file's author: `FILE:LINE: what is wrong; what to write`. */
export class ScenarioError extends Error {
	override name = 'ScenarioError';

	get text(): string {
		return this.message.slice(0, this.message.lastIndexOf('; '));
	}

	get remedy(): string {
		return this.message.slice(this.message.lastIndexOf('; ') + 2);
	}
}

const validate = new Ajv({strict: false, verbose: true, allowUnionTypes: true}).compile<ScenarioFile>(scenarioFile);

const fieldOf = (path: Path): string =>
	path.reduce<string>(
		(text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
		'',
	);

/** The line of the field, or of the nearest thing around it that is written. */
const lineOf = (document: Document, lines: LineCounter, path: Path): number => {
	for (let length = path.length; length >= 0; length--) {
		const node = document.getIn(path.slice(0, length), true) as {range?: readonly number[]} | undefined;
		const [from] = node?.range ?? [];
		if (from !== undefined) {
			return lines.linePos(from).line;
		}
	}

	return 1;
};

const partsOf = (pointer: string): Path =>
	pointer
		.split('/')
		.slice(1)
		.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
		.map((part) => (/^\d+$/.test(part) ? Number(part) : part));

type Mistake = {readonly path: Path; readonly text: string};

const mistakeOf = ({keyword, params, instancePath, data, parentSchema}: ErrorObject): Mistake => {
	const path = partsOf(instancePath);
	const field = fieldOf(path) || 'the file';
	const known = Object.keys((parentSchema?.['properties'] as object | undefined) ?? {}).join(', ');
	const {description} = (parentSchema ?? {}) as {description?: string};
	const given = `${field} is ${shown(data) || 'empty'}`;
	switch (keyword) {
		case 'additionalProperties': {
			const name = (params as {additionalProperty: string}).additionalProperty;
			return {path: [...path, name], text: `${fieldOf([...path, name])} is not known; ${field} may have ${known}`};
		}

		case 'required': {
			const name = (params as {missingProperty: string}).missingProperty;
			return {path, text: `${fieldOf([...path, name])} is missing; write it`};
		}

		case 'enum': {
			const values = (params as {allowedValues: readonly string[]}).allowedValues.join(', ');
			return {path, text: `${given}; write one of ${values}`};
		}

		case 'pattern': {
			return {path, text: `${given}; write ${description ?? 'another form'}`};
		}

		case 'type': {
			const types = [(params as {type: string | readonly string[]}).type].flat().join(' or ');
			const hint = types === 'string' && typeof data === 'number' ? `, in quotes: "${data}"` : '';
			return {path, text: `${given}; write ${description ?? `a value of type ${types}`}${hint}`};
		}

		case 'minimum':
		case 'maximum':
		case 'minLength':
		case 'maxLength': {
			const bound = `it must be ${JSON.stringify(params)}`;
			return {path, text: `${given}; ${description === undefined ? bound : `write ${description}`}`};
		}

		case 'minProperties': {
			return {path, text: `${field} says nothing; write one of ${known}`};
		}

		case 'minItems': {
			return {path, text: `${field} is an empty list; write an item, or leave it out`};
		}

		default: {
			return {path, text: `${given}; it must be ${(keyword.startsWith('m') && JSON.stringify(params)) || keyword}`};
		}
	}
};

const actions = ['apply', 'patch', 'delete', 'release', 'fault', 'command'] as const;
const faults = ['metrics', 'api', 'traffic', 'crash'] as const;

const chosen = (entry: object, names: readonly string[]): readonly string[] =>
	names.filter((name) => Object.hasOwn(entry, name));

const wrongDuration = (entry: Entry, path: Path): Mistake | undefined => {
	const durations = [
		['at', entry.at],
		['after', entry.after],
		['fault.for', entry.fault?.for],
	] as const;
	const wrong = durations.find(([, text]) => text !== undefined && parseDuration(text) === undefined);
	return wrong && {path, text: `${fieldOf(path)}.${wrong[0]} is ${wrong[1]}; write at most 24 days`};
};

const mistakeOfCommand = ({verb, weight}: Steering, path: Path): Mistake | undefined => {
	const field = fieldOf(path);
	if (verb === 'set-weight' && weight === undefined) {
		return {path, text: `${field} is set-weight without a weight; write weight, from 1 to 100`};
	}

	return verb !== 'set-weight' && weight !== undefined
		? {path: [...path, 'weight'], text: `${field}.weight does not belong to ${verb}; write it with set-weight alone`}
		: undefined;
};

/** What a schema says badly: exactly one of several. */
const mistakeOfEntry = (entry: Entry, path: Path): Mistake | undefined => {
	const field = fieldOf(path);
	const times = chosen(entry, ['at', 'when']);
	if (times.length !== 1) {
		return {path, text: `${field} has ${times.join(' and ') || 'neither at nor when'}; write one of the two`};
	}

	if (entry.after !== undefined && entry.when === undefined) {
		return {path, text: `${field}.after needs a when; write at: ${entry.after} alone, or a when`};
	}

	const done = chosen(entry, actions);
	if (done.length !== 1) {
		return {path, text: `${field} does ${done.join(' and ') || 'nothing'}; write exactly one of ${actions.join(', ')}`};
	}

	if (entry.command !== undefined) {
		return mistakeOfCommand(entry.command, [...path, 'command']) ?? wrongDuration(entry, path);
	}

	const wrong = entry.fault === undefined ? [] : chosen(entry.fault, faults);
	return entry.fault !== undefined && wrong.length !== 1
		? {
				path: [...path, 'fault'],
				text: `${field}.fault breaks ${wrong.join(' and ') || 'nothing'}; write exactly one of ${faults.join(', ')}`,
			}
		: wrongDuration(entry, path);
};

const mistakeOfPattern = ({message}: EventPattern, path: Path): Mistake | undefined => {
	try {
		RegExp(message, 'u');
		return undefined;
	} catch (error) {
		const why = (error as Error).message;
		return {path, text: `${fieldOf(path)}.message is no regular expression: ${why}; escape what is meant as it stands`};
	}
};

const mistakesOfVariant = ({timeline = [], expect = {}}: Variant, path: Path): ReadonlyArray<Mistake | undefined> => [
	...timeline.map((entry, index) => mistakeOfEntry(entry, [...path, 'timeline', index])),
	...(['events', 'noEvents'] as const).flatMap((list) =>
		(expect[list] ?? []).map((pattern, index) => mistakeOfPattern(pattern, [...path, 'expect', list, index])),
	),
];

const mistakeIn = (file: ScenarioFile): Mistake | undefined =>
	[
		...mistakesOfVariant(file, []),
		...Object.entries(file.shapes ?? {}).flatMap(([shape, variant]) => mistakesOfVariant(variant, ['shapes', shape])),
	].find((mistake) => mistake !== undefined);

/** Reads a file's text. Throws ScenarioError: `FILE:LINE: what is wrong; what to write`. */
export const parseScenario = (text: string, file: string): ScenarioFile => {
	const lines = new LineCounter();
	const document = parseDocument(text, {lineCounter: lines});
	const [broken] = document.errors;
	if (broken !== undefined) {
		const line = lines.linePos(broken.pos[0]).line;
		throw new ScenarioError(
			`${file}:${line}: ${broken.message.split('\n')[0]?.replace(/ at line .*$/, '')}; mend the YAML`,
		);
	}

	const value: unknown = document.toJS();
	const isValid = validate(value);
	const [error] = validate.errors ?? [];
	const mistake = isValid ? mistakeIn(value) : error && mistakeOf(error);
	if (mistake !== undefined) {
		throw new ScenarioError(`${file}:${lineOf(document, lines, mistake.path)}: ${mistake.text}`);
	}

	return value as ScenarioFile;
};
