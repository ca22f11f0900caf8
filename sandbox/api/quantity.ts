// Quantities in the form in which a real server stores them: `1000m` becomes `1`, `1024Mi` becomes `1Gi`.

const NANO = 1_000_000_000n;
const decimal: ReadonlyArray<readonly [string, bigint]> = [
	['E', 10n ** 27n],
	['P', 10n ** 24n],
	['T', 10n ** 21n],
	['G', 10n ** 18n],
	['M', 10n ** 15n],
	['k', 10n ** 12n],
	['', NANO],
	['m', 1_000_000n],
	['u', 1000n],
	['n', 1n],
];
const binary: ReadonlyArray<readonly [string, bigint]> = [
	['Ei', NANO << 60n],
	['Pi', NANO << 50n],
	['Ti', NANO << 40n],
	['Gi', NANO << 30n],
	['Mi', NANO << 20n],
	['Ki', NANO << 10n],
	['', NANO],
];

const form = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/u;

const written = (nanos: bigint, units: typeof decimal): string => {
	for (const [suffix, unit] of units) {
		if (nanos % unit === 0n) return `${nanos / unit}${suffix}`;
	}

	return written(nanos, decimal);
};

/** The canonical text of a quantity, or the value itself when it is none. */
export const canonicalQuantity = (value: unknown): unknown => {
	if (typeof value !== 'string' && typeof value !== 'number') return value;
	const match = form.exec(String(value));
	if (match === null) return value;
	const [, sign, whole = '', fraction = '', suffix = ''] = match;
	if (whole === '' && fraction === '') return value;
	const isBinary = suffix.endsWith('i');
	const exponent = /^[eE][+-]?\d/u.test(suffix) ? Number(suffix.slice(1)) : undefined;
	const unit = [...decimal, ...binary].find(([name]) => name === (exponent === undefined ? suffix : ''))?.[1] ?? NANO;
	const digits = BigInt(whole + fraction) * unit * 10n ** BigInt(Math.max(exponent ?? 0, 0));
	const divisor = 10n ** BigInt(fraction.length + Math.max(-(exponent ?? 0), 0));
	// A real server rounds up what is smaller than a nano.
	const nanos = (digits + divisor - 1n) / divisor;
	if (nanos === 0n) return '0';
	return `${sign === '-' ? '-' : ''}${written(nanos, isBinary ? binary : decimal)}`;
};
