// Strict decoding of built-in kinds: fields that a kind does not have, and scalars of the wrong type.
import {badRequest, invalidPatch, printed} from './errors.ts';
import {isRecord, shown, type Json} from './json.ts';
import type {Kind} from './kinds.ts';
import {elementOf, modelName, modelOf} from './models.ts';

export type Misfit = {
	readonly path: string;
	/** Absent for an unknown field. */
	readonly wrong?: {readonly owner: string; readonly is: string; readonly goPath: string; readonly wanted: string};
};

const goTypes: Readonly<Record<string, string>> = {number: 'int32', boolean: 'bool'};

const scalarMisfit = (value: unknown, type: string, owner: string, path: string): readonly Misfit[] => {
	const wanted = goTypes[type];
	if (wanted === undefined || value === null || typeof value === type) return [];
	const is = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
	const goPath = path.replaceAll(/\[\d+\]/gu, '');
	return [{path, wrong: {owner: owner.replace(/^V\d+(?:(?:alpha|beta)\d+)?/u, ''), is, goPath, wanted}}];
};

/** Drops unknown fields in place, and answers them with the scalars that are of another type. */
const misfitsIn = (value: unknown, type: string, owner: string, path: string): readonly Misfit[] => {
	const {list, map} = elementOf(type);
	if (Array.isArray(value)) {
		if (list === undefined) return scalarMisfit(value, type, owner, path);
		return value.flatMap((item, index) => misfitsIn(item, list, owner, `${path}[${index}]`));
	}

	if (!isRecord(value)) return scalarMisfit(value, type, owner, path);
	if (map !== undefined) {
		return Object.entries(value).flatMap(([name, inner]) => misfitsIn(inner, map, owner, `${path}.${name}`));
	}

	const model = modelOf(type);
	if (model === undefined) return scalarMisfit(value, type, owner, path);
	return Object.entries(value).flatMap(([name, inner]) => {
		const at = path === '' ? name : `${path}.${name}`;
		const field = model.fields.find((one) => one.name === name);
		if (field !== undefined) return misfitsIn(inner, field.type, type, at);
		delete value[name];
		return [{path: at}];
	});
};

/** What of an object of a built-in kind does not fit; unknown fields are dropped in place. */
const misfitsOf = (kind: Kind, version: string, object: Json): readonly Misfit[] => {
	// The schemas in a definition have fields that its model names otherwise.
	if (kind.isCustom || kind.kind === 'CustomResourceDefinition') return [];
	const type = modelName(kind.kind, version);
	return modelOf(type) === undefined ? [] : misfitsIn(object, type, type, '');
};

/** A value as Go's `%v` prints what came from JSON. */
const goPrinted = (value: unknown): string => {
	if (value === null) return '<nil>';
	if (Array.isArray(value)) return `[${value.map((item) => goPrinted(item)).join(' ')}]`;
	if (!isRecord(value)) return shown(value);
	const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
	return `map[${entries.map(([name, inner]) => `${name}:${goPrinted(inner)}`).join(' ')}]`;
};

const strictly = (misfits: readonly Misfit[]): string =>
	`strict decoding error: ${misfits.map(({path}) => `unknown field ${printed(path)}`).join(', ')}`;

const wrongType = ({wrong}: Misfit): string =>
	`json: cannot unmarshal ${wrong?.is ?? ''} into Go struct field ${wrong?.owner ?? ''}.${wrong?.goPath ?? ''} ` +
	`of type ${wrong?.wanted ?? ''}`;

/** How strictly a request wants to be taken: its `fieldValidation`. */
export type Strictness = {readonly mode: string; readonly warnings: string[]};

const reported = (misfits: readonly Misfit[], {mode, warnings}: Strictness): readonly Misfit[] => {
	const unknown = misfits.filter(({wrong}) => wrong === undefined);
	if (mode === 'Strict') return unknown;
	if (mode === 'Warn') warnings.push(...unknown.map(({path}) => `unknown field ${printed(path)}`));
	return [];
};

/** Refuses the body of a POST or PUT that does not fit; without Strict unknown fields are dropped in place. */
export const checkBody = (kind: Kind, version: string, object: Json, strictness: Strictness): void => {
	const misfits = misfitsOf(kind, version, object);
	const what = `${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}`;
	const wrong = misfits.find((misfit) => misfit.wrong !== undefined);
	if (wrong !== undefined) throw badRequest(`${what}: ${wrongType(wrong)}`);
	const unknown = reported(misfits, strictness);
	if (unknown.length > 0) throw badRequest(`${what}: ${strictly(unknown)}`);
};

/** The same of what a patch made; `patch` is shown where a real server shows it. */
export const checkPatched = (
	kind: Kind,
	version: string,
	object: Json,
	{patch, isStrategic, ...strictness}: Strictness & {readonly patch: unknown; readonly isStrategic: boolean},
): void => {
	const misfits = misfitsOf(kind, version, object);
	const said = (): string => printed(isStrategic ? goPrinted(patch) : JSON.stringify(object));
	const refuse = (why: string): Error =>
		invalidPatch([{field: 'patch', reason: 'FieldValueInvalid', message: `Invalid value: ${said()}: ${why}`}]);
	const wrong = misfits.find((misfit) => misfit.wrong !== undefined);
	if (wrong !== undefined) {
		throw refuse(isStrategic ? `unrecognized type: ${wrong.wrong?.wanted ?? ''}` : wrongType(wrong));
	}

	const unknown = reported(misfits, strictness);
	if (unknown.length > 0) throw refuse(strictly(unknown));
};
