// histogram_quantile over classic buckets, as Prometheus computes it (promql/quantile.go, `BucketQuantile`).
import type {Version} from './version.ts';

export type Bucket = {readonly upperBound: number; readonly count: number};

/** Prometheus 3 takes a difference this small (relative) for a rounding error. */
const TOLERANCE = 1e-12;

const isAlmost = (left: number, right: number): boolean =>
	left === right || Math.abs(left - right) / (Math.abs(left) + Math.abs(right)) < TOLERANCE;

/** One bucket a bound, in order, with counts that never fall: several series may have given the same bound. */
const tidy = (buckets: readonly Bucket[], version: Version): readonly Bucket[] => {
	const byBound = new Map<number, number>();
	for (const {upperBound, count} of buckets) byBound.set(upperBound, (byBound.get(upperBound) ?? 0) + count);
	let before: number | undefined;
	return [...byBound]
		.sort(([left], [right]) => left - right)
		.map(([upperBound, count]) => {
			const isKept = before === undefined || !(count < before || (version === 3 && isAlmost(count, before)));
			const kept = isKept ? count : (before ?? count);
			// Prometheus 2 goes on comparing with the highest count, whatever came since.
			if (before === undefined || version === 3 || kept > before) before = kept;
			return {upperBound, count: kept};
		});
};

/** The first bucket but the last whose count reaches the rank: by halving, as Go's sort.Search; NaN reaches nothing. */
const bucketAt = (buckets: readonly Bucket[], rank: number): number => {
	let [low, high] = [0, buckets.length - 1];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((buckets[middle] as Bucket).count >= rank) high = middle;
		else low = middle + 1;
	}

	return low;
};

/** The value below which the share `q` of the observations lies; NaN without observations or without a bucket +Inf. */
export const bucketQuantile = (q: number, given: readonly Bucket[], version: Version): number => {
	if (Number.isNaN(q)) return Number.NaN;
	if (q < 0) return -Infinity;
	if (q > 1) return Infinity;
	const buckets = tidy(given, version);
	const last = buckets.at(-1);
	if (last === undefined || last.upperBound !== Infinity || buckets.length < 2) return Number.NaN;
	if (last.count === 0 || Number.isNaN(last.count)) return Number.NaN;
	const rank = q * last.count;
	const index = bucketAt(buckets, rank);
	const bucket = buckets[index] as Bucket;
	if (index === buckets.length - 1) return (buckets.at(-2) as Bucket).upperBound;
	if (index === 0 && bucket.upperBound <= 0) return bucket.upperBound;
	const {upperBound: start, count: below} = buckets[index - 1] ?? {upperBound: 0, count: 0};
	return start + (bucket.upperBound - start) * ((rank - below) / (bucket.count - below));
};
