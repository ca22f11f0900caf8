/**
 * Whose rules count. Prometheus 3 leaves the first instant out of a window and of the lookback; Prometheus 2 does not.
 * They also differ in how far a rate is drawn out, and in what histogram_quantile takes for a rounding error.
 */
export type Version = 2 | 3;
