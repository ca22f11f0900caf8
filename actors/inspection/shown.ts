// A value as it may be shown: without what may be secret, and of a size that can be read.

const LEFT_OUT = '(left out)';
const CUT = '…';

const TEXT_MAX = 500;
/** What is hidden may lie across the place where a text is cut. */
const TEXT_READ_MAX = 10_000;
const ITEMS_MAX = 50;
const DEPTH_MAX = 12;
/** Of one message: what comes after so many values is cut. */
const VALUES_MAX = 3000;

const secretName = /pass(?:word|wd|phrase)|secret|token|credential|authorization|api[-_]?key|private[-_]?key|cookie/i;

/** Addresses without user, password and query, for those who hand out keys put them there. */
const textShown = (text: string): string => {
	const safe = text
		.slice(0, TEXT_READ_MAX)
		.replaceAll(/(https?:\/\/[^\s?"']*)\?[^\s"']*/g, `$1?${LEFT_OUT}`)
		.replaceAll(/(\w:\/\/)[^\s/@]*@/g, `$1${LEFT_OUT}@`)
		.replaceAll(/\b(bearer|basic) [\w.~+/=-]+/gi, `$1 ${LEFT_OUT}`);
	return safe.length > TEXT_MAX ? `${safe.slice(0, TEXT_MAX)}${CUT}` : safe;
};

/**
 * A copy of what JSON.stringify would write. Left out: values under names such as `password` or `token`, those of
 * environment variables with such names, `data` and `stringData` of Secrets, and users and queries of addresses. Cut:
 * texts above 500 characters, lists and objects above 50 entries, what lies deeper than 12 levels, and what comes
 * after 3,000 values.
 */
export const shown = (value: unknown): unknown => {
	let left = VALUES_MAX;

	const objectShown = (object: Readonly<Record<string, unknown>>, depth: number, isSecret: boolean): unknown => {
		const {kind, name, value: own} = object;
		const isHidden = (key: string): boolean =>
			isSecret ||
			secretName.test(key) ||
			(kind === 'Secret' && (key === 'data' || key === 'stringData')) ||
			(key === 'value' && own !== undefined && typeof name === 'string' && secretName.test(name));
		const entries = Object.entries(object).filter(([, one]) => one !== undefined && typeof one !== 'function');
		return Object.fromEntries([
			...entries.slice(0, ITEMS_MAX).map(([key, one]) => [key, look(one, depth + 1, isHidden(key))]),
			...(entries.length > ITEMS_MAX ? [[CUT, `${entries.length - ITEMS_MAX} more`]] : []),
		]);
	};

	const look = (one: unknown, depth: number, isSecret: boolean): unknown => {
		left -= 1;
		if (left < 0) {
			return CUT;
		}

		if (one === null || typeof one === 'boolean') {
			return one;
		}

		if (typeof one !== 'object') {
			return isSecret ? LEFT_OUT : typeof one === 'string' ? textShown(one) : typeof one === 'number' ? one : undefined;
		}

		if (depth > DEPTH_MAX) {
			return CUT;
		}

		if (one instanceof Error) {
			return {name: one.name, message: textShown(one.message)};
		}

		if ('toJSON' in one && typeof one.toJSON === 'function') {
			return look((one.toJSON as () => unknown)(), depth + 1, isSecret);
		}

		if (Array.isArray(one)) {
			const items = one.slice(0, ITEMS_MAX).map((item) => look(item, depth + 1, isSecret));
			return one.length > ITEMS_MAX ? [...items, `${CUT} ${one.length - ITEMS_MAX} more`] : items;
		}

		return objectShown(one as Readonly<Record<string, unknown>>, depth, isSecret);
	};

	return look(value, 0, false);
};
