// Validation by a structural schema, in the words of kube-openapi and of apiextensions' field errors.
import {printed, type FieldError} from './errors.ts';
import {isEqual, isRecord, listOf, recordOf} from './json.ts';
import type {Schema} from './kinds.ts';

type Finding = FieldError;
type Check = (schema: Schema, value: unknown, path: string) => readonly Finding[];

const finding = (field: string, reason: string, message: string): Finding => ({field, reason, message});
const wrong = (path: string, value: unknown, why: string): Finding =>
	finding(path, 'FieldValueInvalid', `Invalid value: ${printed(value)}: ${path} in body ${why}`);

const typeOf = (value: unknown): string => {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
	return typeof value;
};

const isOfType = (schema: Schema, value: unknown): boolean => {
	const actual = typeOf(value);
	if (value === null) return schema['nullable'] === true;
	if (schema['x-kubernetes-int-or-string'] === true) return actual === 'integer' || actual === 'string';
	const wanted = schema['type'];
	return wanted === undefined || wanted === actual || (wanted === 'number' && actual === 'integer');
};

const checkType: Check = (schema, value, path) => {
	if (isOfType(schema, value)) return [];
	const wanted = schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : (schema['type'] as string);
	const actual = printed(typeOf(value));
	const said = `Invalid value: ${actual}: ${path} in body must be of type ${wanted}: ${actual}`;
	return [finding(path, 'FieldValueTypeInvalid', said)];
};

const checkEnum: Check = (schema, value, path) => {
	const allowed = schema['enum'];
	if (!Array.isArray(allowed) || allowed.some((one) => isEqual(one, value))) return [];
	const supported = allowed.map((one: unknown) => (typeof one === 'string' ? `"${one}"` : `"${printed(one)}"`));
	const said = `Unsupported value: ${printed(value)}: supported values: ${supported.join(', ')}`;
	return [finding(path, 'FieldValueNotSupported', said)];
};

// Go's regular expressions are RE2; the difference matters to none of the patterns in use.
const patterns = new Map<string, RegExp>();
const patternOf = (source: string): RegExp => {
	const pattern = patterns.get(source) ?? new RegExp(source.replace(/^\(\?[is]+\)/u, ''));
	patterns.set(source, pattern);
	return pattern;
};

const formats: Readonly<Record<string, RegExp>> = {
	'date-time': /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/u,
	date: /^\d{4}-\d\d-\d\d$/u,
	ipv4: /^(?:\d{1,3}\.){3}\d{1,3}$/u,
	uuid: /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/iu,
};

const checkString: Check = (schema, value, path) => {
	if (typeof value !== 'string') return [];
	const findings: Finding[] = [];
	const {length} = Array.from(value);
	const {maxLength, minLength, pattern, format} = schema;
	if (typeof maxLength === 'number' && length > maxLength) {
		findings.push(finding(path, 'FieldValueTooLong', `Too long: may not be more than ${maxLength} bytes`));
	}

	if (typeof minLength === 'number' && length < minLength) {
		findings.push(wrong(path, value, `should be at least ${minLength} chars long`));
	}

	if (typeof pattern === 'string' && !patternOf(pattern).test(value)) {
		findings.push(wrong(path, value, `should match '${pattern}'`));
	}

	const form = typeof format === 'string' ? formats[format] : undefined;
	if (form !== undefined && !form.test(value)) {
		findings.push(wrong(path, value, `must be of type ${String(format)}: ${printed(value)}`));
	}

	return findings;
};

const checkNumber: Check = (schema, value, path) => {
	if (typeof value !== 'number') return [];
	const findings: Finding[] = [];
	const {maximum, minimum, multipleOf} = schema;
	const [above, below] = [schema['exclusiveMaximum'] === true, schema['exclusiveMinimum'] === true];
	if (typeof maximum === 'number' && (above ? value >= maximum : value > maximum)) {
		findings.push(wrong(path, value, `should be less than ${above ? '' : 'or equal to '}${maximum}`));
	}

	if (typeof minimum === 'number' && (below ? value <= minimum : value < minimum)) {
		findings.push(wrong(path, value, `should be greater than ${below ? '' : 'or equal to '}${minimum}`));
	}

	if (typeof multipleOf === 'number' && value % multipleOf !== 0) {
		findings.push(wrong(path, value, `should be a multiple of ${multipleOf}`));
	}

	return findings;
};

const checkList: Check = (schema, value, path) => {
	if (!Array.isArray(value)) return [];
	const findings: Finding[] = [];
	const {maxItems, minItems, items} = schema;
	if (typeof maxItems === 'number' && value.length > maxItems) {
		const said = `Too many: ${value.length}: must have at most ${maxItems} items`;
		findings.push(finding(path, 'FieldValueTooMany', said));
	}

	if (typeof minItems === 'number' && value.length < minItems) {
		findings.push(wrong(path, value.length, `should have at least ${minItems} items`));
	}

	if (schema['x-kubernetes-list-type'] === 'map') findings.push(...duplicates(schema, value, path));
	if (!isRecord(items)) return findings;
	return [...findings, ...value.flatMap((item: unknown, index) => check(items, item, `${path}[${index}]`))];
};

const duplicates = (schema: Schema, value: readonly unknown[], path: string): readonly Finding[] => {
	const keys = listOf(schema['x-kubernetes-list-map-keys']).map(String);
	const seen = new Set<string>();
	return value.flatMap((item, index) => {
		const key = Object.fromEntries(keys.map((name) => [name, recordOf(item)[name]]));
		const id = printed(key);
		const isTwice = seen.has(id);
		seen.add(id);
		if (!isTwice) return [];
		return [finding(`${path}[${index}]`, 'FieldValueDuplicate', `Duplicate value: ${id}`)];
	});
};

const checkObject: Check = (schema, value, path) => {
	if (!isRecord(value)) return [];
	const at = (field: string): string => (path === '' ? field : `${path}.${field}`);
	const findings = listOf(schema['required'])
		.map(String)
		.filter((field) => value[field] === undefined)
		.map((field) => finding(at(field), 'FieldValueRequired', 'Required value'));
	const properties = recordOf(schema['properties']);
	const further = schema['additionalProperties'];
	const {maxProperties, minProperties} = schema;
	const size = Object.keys(value).length;
	if (typeof maxProperties === 'number' && size > maxProperties) {
		findings.push(finding(path, 'FieldValueTooMany', `Too many: ${size}: must have at most ${maxProperties} items`));
	}

	if (typeof minProperties === 'number' && size < minProperties) {
		findings.push(wrong(path, size, `should have at least ${minProperties} properties`));
	}

	for (const [field, inner] of Object.entries(value)) {
		if (Object.hasOwn(properties, field)) findings.push(...check(recordOf(properties[field]), inner, at(field)));
		else if (isRecord(further)) findings.push(...check(further, inner, at(field)));
	}

	return findings;
};

const composite = (path: string, why: string): Finding =>
	// The real server gives these no field: the path stands in the text.
	finding('<nil>', 'FieldValueInvalid', `Invalid value: "": ${printed(path)} ${why}`);

const fewest = (outcomes: ReadonlyArray<readonly Finding[]>): readonly Finding[] =>
	outcomes.reduce((best, outcome) => (outcome.length < best.length ? outcome : best), outcomes[0] ?? []);

const checkAlternatives: Check = (schema, value, path) => {
	const outcomes = (field: string): ReadonlyArray<readonly Finding[]> =>
		listOf(schema[field]).map((part) => check(recordOf(part), value, path));
	const findings: Finding[] = outcomes('allOf').flat();
	const any = outcomes('anyOf');
	if (any.length > 0 && any.every((outcome) => outcome.length > 0)) {
		findings.push(...fewest(any), composite(path, 'must validate at least one schema (anyOf)'));
	}

	const one = outcomes('oneOf');
	const valid = one.filter((outcome) => outcome.length === 0).length;
	const only = 'must validate one and only one schema (oneOf).';
	if (one.length > 0 && valid === 0) findings.push(...fewest(one), composite(path, `${only} Found none valid`));
	if (valid > 1) findings.push(composite(path, `${only} Found ${valid} valid alternatives`));
	const not = schema['not'];
	if (isRecord(not) && check(not, value, path).length === 0) {
		findings.push(composite(path, 'must not validate the schema (not)'));
	}

	return findings;
};

const check: Check = (schema, value, path) => {
	const ofType = checkType(schema, value, path);
	if (ofType.length > 0 || value === null) return ofType;
	return [checkEnum, checkString, checkNumber, checkList, checkObject, checkAlternatives].flatMap((part) =>
		part(schema, value, path),
	);
};

/** What the schema has against the object; metadata is not the schema's business. */
export const validate = (schema: Schema, object: object): readonly FieldError[] => {
	const {metadata: _metadata, ...content} = object as Record<string, unknown>;
	const required = listOf(schema['required']).filter((field) => field !== 'metadata');
	return check({...schema, required}, content, '');
};
