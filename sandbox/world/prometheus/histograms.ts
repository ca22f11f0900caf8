// histogram_quantile over classic buckets, as Prometheus computes it (promql/quantile.go, `BucketQuantile`).

export type Bucket = {readonly upperBound: number; readonly count: number};

/** One bucket a bound, in order, with counts that never fall: several series may have given the same bound. */
const tidy = (buckets: readonly Bucket[]): readonly Bucket[] => {
	const byBound = new Map<number, number>();
	for (const {upperBound, count} of buckets) byBound.set(upperBound, (byBound.get(upperBound) ?? 0) + count);
	let highest = 0;
	return [...byBound]
		.sort(([left], [right]) => left - right)
		.map(([upperBound, count]) => {
			highest = Number.isNaN(count) ? count : Math.max(highest, count);
			return {upperBound, count: highest};
		});
};

/** The value below which the share `q` of the observations lies; NaN without observations. */
export const bucketQuantile = (q: number, given: readonly Bucket[]): number => {
	if (Number.isNaN(q)) return Number.NaN;
	if (q < 0) return -Infinity;
	if (q > 1) return Infinity;
	const buckets = tidy(given);
	const last = buckets.at(-1);
	if (last === undefined || last.upperBound !== Infinity || buckets.length < 2) return Number.NaN;
	const observations = last.count;
	if (observations === 0 || Number.isNaN(observations)) return Number.NaN;
	let rank = q * observations;
	const index = buckets.findIndex(({count}, position) => position === buckets.length - 1 || count >= rank);
	const bucket = buckets[index] as Bucket;
	if (index === buckets.length - 1) return (buckets.at(-2) as Bucket).upperBound;
	if (index === 0 && bucket.upperBound <= 0) return bucket.upperBound;
	const below = buckets[index - 1];
	const start = below?.upperBound ?? 0;
	rank -= below?.count ?? 0;
	const count = bucket.count - (below?.count ?? 0);
	return start + (bucket.upperBound - start) * (rank / count);
};
