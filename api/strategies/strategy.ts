// What a strategy is: a way of writing a plan in a Canary's analysis.
import type {Findings} from '../findings.ts';
import type {Plan} from '../plan.ts';
import type {Capability} from '../providers.ts';

/** An analysis that is to become a plan. */
export type Asked = {
	/** `spec.analysis` or `spec.canaryAnalysis` as written, and its path. */
	readonly analysis: unknown;
	readonly field: 'spec.analysis' | 'spec.canaryAnalysis';
	readonly provider: string;
	/** What the provider can do; absent where nobody knows. */
	readonly capabilities: readonly Capability[] | undefined;
	readonly findings: Findings;
};

export type Strategy = {
	/** Whether the analysis asks for it, soundly or not. */
	readonly isAsked: (asked: Asked) => boolean;
	/** Total: what is wrong is reported, and a plan there is all the same. */
	readonly plan: (asked: Asked) => Plan;
};

/** Nothing is routed before the promotion. */
export const isRouteless = ({capabilities = []}: Asked): boolean => capabilities.includes('routeless');
