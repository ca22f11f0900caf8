// The metric sources by the `provider.type` of a MetricTemplate. A new one is one file, one test, one line here.
import type {Source} from '../source.ts';
import {datadog} from './datadog.ts';
import {prometheus} from './prometheus.ts';

const sources: ReadonlyMap<string, Source> = new Map(Object.entries({prometheus, datadog}));

/** Undefined for a type that there is none for. */
export const sourceOf = (type: string): Source | undefined => sources.get(type);

/** All there are, in the order in which they are told. */
export const sourceTypes: readonly string[] = [...sources.keys()];
