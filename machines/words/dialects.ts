// The words that changed over time: today's, those of the first Canary, and those of the Rollout before it.
import type {CanaryModel, Dialect} from '../../api/model.ts';

/** `podinfo.test`, the Canary itself. */
export const canaryOf = ({name, namespace}: CanaryModel): string => `${name}.${namespace}`;
export const targetOf = ({target, namespace}: CanaryModel): string => `${target.name}.${namespace}`;

type Revisions = {readonly old: string; readonly revision: string};
type Phrases = {
	/** A new run; `old` is empty for the first one. */
	readonly began: (model: CanaryModel, revisions: Revisions) => readonly string[];
	readonly restarted: (model: CanaryModel, revisions: Revisions) => string;
	readonly started: (model: CanaryModel) => string;
	readonly advanced: (model: CanaryModel, weight: number) => string;
	/** A round of checks begins, of so many. */
	readonly iterated: (model: CanaryModel, round: number, of: number) => string;
	/** All users are sent to the canary at once. */
	readonly switched: string;
	readonly halted: (model: CanaryModel, why: string) => string;
	/** Who it is that is rolled back. */
	readonly rolledBack: (model: CanaryModel) => string;
	/** The promoted primary has got so much of its traffic back. */
	readonly lowered: (model: CanaryModel, primaryWeight: number) => string;
	/** Traffic returns after a promotion. */
	readonly returned: readonly string[];
	readonly promoted: (model: CanaryModel) => string;
};

const detected = (model: CanaryModel, {old, revision}: Revisions): string =>
	`New revision detected ${targetOf(model)} old ${old} new ${revision}`;

const first: Phrases = {
	began: (model, revisions) =>
		revisions.old === '' || revisions.old === revisions.revision
			? []
			: [detected(model, revisions), `Scaling up ${targetOf(model)}`],
	restarted: detected,
	started: (model) => `Starting canary deployment for ${canaryOf(model)}`,
	advanced: (model, weight) => `Advance ${canaryOf(model)} canary weight ${weight}`,
	iterated: (model, round, of) => `Advance ${canaryOf(model)} canary iteration ${round}/${of}`,
	switched: 'Routing all traffic to canary',
	lowered: (model, weight) => `Advance ${canaryOf(model)} primary weight ${weight}`,
	halted: (model, why) => `Halt ${canaryOf(model)} advancement ${why}`,
	rolledBack: targetOf,
	returned: [],
	promoted: (model) => `Promotion completed! Scaling down ${targetOf(model)}`,
};

const dialects: Readonly<Record<Dialect, Phrases>> = {
	today: {
		...first,
		began: (model) => [`New revision detected! Scaling up ${targetOf(model)}`],
		restarted: (model) => `New revision detected! Restarting analysis for ${targetOf(model)}`,
		started: (model) => `Starting canary analysis for ${targetOf(model)}`,
		rolledBack: canaryOf,
		returned: ['Routing all traffic to primary'],
	},
	first,
	// Where it had no word of its own, its successor's is taken.
	rollout: {
		...first,
		started: (model) => `Starting rollout for ${canaryOf(model)}`,
		advanced: (model, weight) => `Advance rollout ${canaryOf(model)} weight ${weight}`,
		halted: (model, why) => `Halt rollout ${canaryOf(model)} ${why}`,
		promoted: (model) => `Promotion complete! Scaling down ${targetOf(model)}`,
	},
};

/** The words of a model: those of its shape, unless it has its own. */
export const phrasesOf = ({dialect, shape}: CanaryModel): Phrases =>
	dialects[dialect ?? (shape === 'managed' ? 'today' : 'first')];
