// Numbers as Go computes and writes them, where JavaScript differs.

/** math.Max: an infinity wins over NaN. */
export const goMax = (left: number, right: number): number =>
	left === Infinity || right === Infinity ? Infinity : Math.max(left, right);

/** math.Min: an infinity wins over NaN. */
export const goMin = (left: number, right: number): number =>
	left === -Infinity || right === -Infinity ? -Infinity : Math.min(left, right);

/** math.Pow: 1 to any power is 1, and so is -1 to an infinite one. */
export const goPow = (base: number, exponent: number): number => {
	if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
	return base ** exponent;
};

const decimal = (mantissa: string, exponent: number): string => {
	const sign = mantissa.startsWith('-') ? '-' : '';
	const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
	if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${whole}${fraction}`;
	return sign + whole + fraction.padEnd(exponent, '0');
};

const special = (value: number): string | undefined => {
	if (Number.isNaN(value)) return 'NaN';
	if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
	return Object.is(value, -0) ? '-0' : undefined;
};

/** The shortest text without an exponent, as FormatFloat(v, 'f', -1, 64): how Prometheus writes a scalar. */
export const formatScalar = (value: number): string => {
	const [mantissa = '', exponent] = String(value).split('e');
	return special(value) ?? (exponent === undefined ? mantissa : decimal(mantissa, Number(exponent)));
};

/** As `formatScalar`, but with an exponent below 1e-6 and from 1e21 on: how Prometheus writes samples. */
export const formatSample = (value: number): string => {
	const size = Math.abs(value);
	if (size === 0 || (size >= 1e-6 && size < 1e21) || !Number.isFinite(value)) return formatScalar(value);
	return value.toExponential().replace(/e([+-])(\d)$/u, 'e$10$2');
};
