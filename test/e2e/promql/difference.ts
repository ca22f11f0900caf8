// What is different between two answers of Prometheus' API.

export type ApiAnswer = {readonly status: number; readonly body: string};

type Sample = readonly [number, string];
type Line = {
	readonly metric: Readonly<Record<string, string>>;
	readonly value?: Sample;
	readonly values?: readonly Sample[];
};
type Body = {
	readonly status: string;
	readonly errorType?: string;
	readonly error?: string;
	readonly data?: {readonly resultType: string; readonly result: unknown};
};

const numberOf = (text: string): number => Number(text.replace('Inf', 'Infinity'));

/** Sums may be added in another order; how the text is written must not differ otherwise. */
const isClose = (left: string, right: string): boolean => {
	if (left === right) return true;
	const [ours, theirs] = [numberOf(left), numberOf(right)];
	const size = Math.max(Math.abs(ours), Math.abs(theirs));
	const isWrittenAlike = left.includes('e') === right.includes('e') || size < 1e-9;
	return isWrittenAlike && Number.isFinite(size) && Math.abs(ours - theirs) <= 1e-9 * Math.max(size, 1e-3);
};

const isSameSample = (left: Sample, right: Sample): boolean => left[0] === right[0] && isClose(left[1], right[1]);

const isSameLine = (left: Line, right: Line): boolean => {
	if (JSON.stringify(left.metric) !== JSON.stringify(right.metric)) return false;
	const ours = left.values ?? (left.value === undefined ? [] : [left.value]);
	const theirs = right.values ?? (right.value === undefined ? [] : [right.value]);
	return ours.length === theirs.length && ours.every((sample, index) => isSameSample(sample, theirs[index] as Sample));
};

const byMetric = (lines: readonly Line[]): readonly Line[] =>
	[...lines].sort((left, right) => (JSON.stringify(left.metric) < JSON.stringify(right.metric) ? -1 : 1));

const firstWords = (message = ''): string => message.replace(/^invalid parameter "query": \d+:\d+: /u, '').slice(0, 30);

/**
 * Undefined when the answers are the same. `isOrdered`: the order of series counts, as Prometheus defines it for range
 * queries. Errors have to be of the same type; those of execution have to begin alike.
 */
export const difference = (ours: ApiAnswer, theirs: ApiAnswer, isOrdered: boolean): string | undefined => {
	const [left, right] = [JSON.parse(ours.body) as Body, JSON.parse(theirs.body) as Body];
	const told = `ours   ${ours.status} ${ours.body.slice(0, 1500)}\ntheirs ${theirs.status} ${theirs.body.slice(0, 1500)}`;
	if (ours.status !== theirs.status || left.errorType !== right.errorType) return `status or error type\n${told}`;
	if (right.errorType === 'execution' && firstWords(left.error) !== firstWords(right.error)) return `message\n${told}`;
	if (left.data?.resultType !== right.data?.resultType) return `type of the result\n${told}`;
	const type = right.data?.resultType;
	if (type === 'scalar' || type === 'string') {
		return isSameSample(left.data?.result as Sample, right.data?.result as Sample) ? undefined : `value\n${told}`;
	}

	const order = isOrdered ? (lines: readonly Line[]): readonly Line[] => lines : byMetric;
	const [mine, real] = [order((left.data?.result ?? []) as Line[]), order((right.data?.result ?? []) as Line[])];
	if (mine.length !== real.length) return `number of series: ${mine.length} and ${real.length}\n${told}`;
	const place = mine.findIndex((line, index) => !isSameLine(line, real[index] as Line));
	if (place < 0) return undefined;
	return `series ${place}\nours   ${JSON.stringify(mine[place])}\ntheirs ${JSON.stringify(real[place])}`;
};
