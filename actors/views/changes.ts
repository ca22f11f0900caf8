// What those hear who run the daemon within something of theirs: changes of state, and rounds of checks.
import type {CanaryModel, Verdict} from '../../api/model.ts';
import type {Onlooker} from '../life/onlookers.ts';

export type StateChange = {
	/** As events call it: `podinfo.test`. */
	readonly canary: string;
	/** Empty for the first of a life. */
	readonly from: string;
	readonly to: string;
	readonly event: string;
	readonly at: number;
};

export type ChangeListeners = {
	readonly onStateChange?: ((change: StateChange) => void) | undefined;
	/** Called with each round of checks. */
	readonly onVerdict?: ((model: CanaryModel, verdict: Verdict) => void) | undefined;
};

export const changesOnlooker = ({onStateChange, onVerdict}: ChangeListeners): Onlooker => ({
	born: ({name, namespace}) => ({
		entered({from, path, event, at}) {
			if (path !== from) {
				onStateChange?.({canary: `${name}.${namespace}`, from, to: path, event, at});
			}
		},
		judged({model, verdict}) {
			onVerdict?.(model, verdict);
		},
	}),
});
