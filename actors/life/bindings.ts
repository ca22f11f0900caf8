// What the ports of one Canary's chart are bound to: services by name, and this Canary's gate.
import type {CanaryModel, Verdict} from '../../api/model.ts';
import type {Clock} from '../../services/clock.ts';
import type {Cluster} from '../../services/kubernetes/cluster.ts';
import type {Log} from '../../services/log.ts';
import type {Notifications} from '../../services/notifiers/notifications.ts';
import type {Random} from '../../services/random.ts';
import type {Survey} from '../../services/survey/open-survey.ts';
import type {OpenSurvey} from '../../services/survey/surveys.ts';
import type {Gate} from './gate.ts';

/** The services that the actors adapt; made once, in index.ts. */
export type Services = {
	readonly cluster: Cluster;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly openSurvey: OpenSurvey;
	/** One round of checks; never rejects for what a provider did, for that is evidence. */
	runChecks(model: CanaryModel, signal: AbortSignal): Promise<Verdict>;
	/** Absent where nobody is ever told of anything. */
	readonly notifications?: Notifications;
};

/** Services and gate of one Canary. */
export type Bindings = {
	readonly services: Services;
	readonly gate: Gate;
	/** Follows the survey, for its host wants pods watched during a run only. */
	readonly onSurvey: (survey: Survey) => void;
};
