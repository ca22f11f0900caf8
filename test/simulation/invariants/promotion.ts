// A1, A2: the primary runs only what was analysed to the last step, or what it had run before.
import {weightsOf} from '../../../api/plan.ts';
import {canonicalJson} from '../../../api/canonical.ts';
import type {Accepted} from '../../../sandbox/api/types.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {containersOf, isByAviary, isOfWorkload, routeIn, templateOf, workloadIn} from './invariant.ts';
import type {Invariant, Scene, Violated} from './invariant.ts';

type Record_ = {
	/** Weights that were confirmed, by the revision then under analysis. */
	readonly steps: Map<string, Set<number>>;
	/** The containers that the primary has run, newest last. */
	readonly ran: string[];
};

const canaryRevisionOf = (canary: KubeObject): string => {
	const revision = canary.status?.['canaryRevision'];
	return typeof revision === 'string' ? revision : '';
};

type Versions = Map<string, string>;

/** The containers of each revision that any workload has had. */
const noteVersion = (versions: Versions, {after}: Accepted): void => {
	const revision = after === undefined ? undefined : workloadIn(after)?.revision;
	if (revision !== undefined) versions.set(revision, containersOf(after));
};

const noteStep = (canary: KubeObject, weight: number, record: Record_): void => {
	const revision = canaryRevisionOf(canary);
	const steps = record.steps.get(revision) ?? new Set();
	steps.add(weight);
	record.steps.set(revision, steps);
};

const check = (
	change: Accepted,
	{object, model}: ReturnType<Scene['canaries']>[number],
	{steps, ran}: Record_,
	versions: Versions,
	violated: Violated,
): void => {
	const {before, after} = change;
	const containers = containersOf(after);
	if (before === undefined) {
		if (ran.length > 0 && ran.at(-1) !== containers) violated('made anew from something never proven');
		return;
	}

	if (canonicalJson(templateOf(before)) === canonicalJson(templateOf(after)) || ran.includes(containers)) return;
	const revision = canaryRevisionOf(object);
	const confirmed = steps.get(revision) ?? new Set();
	const missed = model.skipAnalysis
		? []
		: weightsOf(model.analysis.plan).filter((weight) => weight > 0 && !confirmed.has(weight));
	if (missed.length > 0) violated(`${revision} was never at weight ${missed.join(', ')}`);
	if (versions.get(revision) !== containers) violated('the containers are not those of the analysed revision');
};

export const promotesWhatWasAnalysed: Invariant = {
	name: 'A1 the primary gets only a render of the revision that passed every step',
	watch(scene, violated) {
		const records = new Map<string, Record_>();
		const versions: Versions = new Map();
		return {
			accepted(change) {
				const {after} = change;
				if (after === undefined) return;
				if (isOfWorkload(change)) noteVersion(versions, change);
				for (const one of scene.canaries()) {
					const {object, model} = one;
					if (model.namespace !== after.metadata.namespace) continue;
					const route = routeIn(scene, model, after);
					if (route === undefined && !isOfWorkload(change)) continue;
					const record = records.get(model.uid) ?? {steps: new Map<string, Set<number>>(), ran: []};
					records.set(model.uid, record);
					if (route !== undefined) noteStep(object, route.canary, record);

					if (!isOfWorkload(change) || model.primary.name !== after.metadata.name) continue;
					if (record.ran.length === 0 && change.before !== undefined) record.ran.push(containersOf(change.before));
					if (isByAviary(change)) check(change, one, record, versions, violated);
					if (record.ran.at(-1) !== containersOf(after)) record.ran.push(containersOf(after));
				}
			},
		};
	},
};
