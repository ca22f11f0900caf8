// An analysis of today's shape as strategies are asked for it, and what they find wrong.
import {Findings} from '../../../api/findings.ts';
import type {Plan} from '../../../api/plan.ts';
import type {Capability} from '../../../api/providers.ts';
import {planOf} from '../../../api/strategies/index.ts';
import type {Asked} from '../../../api/strategies/strategy.ts';

const able: readonly Capability[] = ['weights', 'match', 'mirror'];
export const routeless: readonly Capability[] = ['routeless'];

export const planned = (
	analysis: object,
	capabilities: readonly Capability[] = able,
	field: Asked['field'] = 'spec.analysis',
): {readonly plan: Plan; readonly problems: readonly string[]; readonly warnings: readonly string[]} => {
	const findings = new Findings();
	const provider = capabilities === routeless ? 'kubernetes' : 'istio';
	const plan = planOf({analysis, field, provider, capabilities, findings});
	const said = (list: Findings['problems']) => list.map((one) => `${one.field}: ${one.text}. ${one.remedy}`);
	return {plan, problems: said(findings.problems), warnings: said(findings.warnings)};
};
