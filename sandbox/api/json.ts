// Plain JSON values: looking into them, copying, freezing.
export type Json = Record<string, unknown>;

/** True for a JSON object (neither null nor a list). */
export const isRecord = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as an object; an empty one when it is none. */
export const recordOf = (value: unknown): Json => (isRecord(value) ? value : {});

/** The value as a list; an empty one when it is none. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** True for equal values; a field that is undefined is not the same as none. Node's own looks for far more than JSON. */
export const isEqual = (left: unknown, right: unknown): boolean => {
	if (Object.is(left, right)) return true;
	if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
	if (Array.isArray(left) !== Array.isArray(right)) return false;
	const fields = Object.keys(left);
	return (
		fields.length === Object.keys(right).length &&
		fields.every((field) => Object.hasOwn(right, field) && isEqual((left as Json)[field], (right as Json)[field]))
	);
};

/** A deep copy as JSON would carry it: fields that are undefined are dropped. */
export const copy = <Value>(value: Value): Value => {
	if (Array.isArray(value)) return value.map((item: unknown) => copy(item)) as Value;
	if (typeof value !== 'object' || value === null) return value;
	const result: Json = {};
	for (const field of Object.keys(value)) {
		const inner = (value as Json)[field];
		if (inner !== undefined) result[field] = copy(inner);
	}

	return result as Value;
};

/** Freezes the value in depth and answers it; what is frozen already is taken to be so in depth. */
export const freeze = <Value>(value: Value): Value => {
	if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
	Object.freeze(value);
	for (const inner of Object.values(value)) freeze(inner as unknown);
	return value;
};

/** The value at a dotted path (`.spec.replicas`), or undefined. */
export const valueAt = (object: unknown, path: string): unknown => {
	let value = object;
	for (const field of path.replace(/^\./u, '').split('.')) {
		if (!isRecord(value)) return undefined;
		value = value[field];
	}

	return value;
};

/** Sets the value at a dotted path, making the objects on the way. */
export const setAt = (object: Json, path: string, value: unknown): void => {
	const fields = path.replace(/^\./u, '').split('.');
	const last = fields.pop() as string;
	let inner = object;
	for (const field of fields) {
		if (!isRecord(inner[field])) inner[field] = {};
		inner = inner[field] as Json;
	}

	inner[last] = value;
};

/** A value as text: texts as they are, everything else as JSON. */
export const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** As JSON with the fields in the order of their names, as Go writes maps. */
export const sortedText = (value: unknown): string =>
	JSON.stringify(value, (_name, inner: unknown) =>
		isRecord(inner)
			? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
			: inner,
	);
