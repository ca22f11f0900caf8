// A1, A2: the primary runs only what was analysed to the last step, or what it had run before.
import type {Accepted} from '../../../sandbox/api/types.ts';
import type {CanaryModel} from '../../../api/model.ts';
import type {KubeObject} from '../../../services/kubernetes/cluster.ts';
import {revisionOf} from '../../../services/workloads/render.ts';
import {keys} from '../keys.ts';
import {containersOf, isByAviary, isOf, templateOf, weightOf} from './invariant.ts';
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

const targetOf = ({store}: Scene, {namespace, target}: CanaryModel): KubeObject | undefined =>
	store.get(keys.deployments, namespace, target.name);

const noteStep = (change: Accepted, canary: KubeObject, model: CanaryModel, record: Record_): void => {
	const revision = canaryRevisionOf(canary);
	const steps = record.steps.get(revision) ?? new Set();
	steps.add(weightOf(change.after, model.hosts.canary));
	record.steps.set(revision, steps);
};

const checkPromotion = (
	canary: KubeObject,
	model: CanaryModel,
	target: KubeObject | undefined,
	record: Record_,
): string | undefined => {
	const revision = canaryRevisionOf(canary);
	const steps = record.steps.get(revision) ?? new Set();
	const missed = model.skipAnalysis ? [] : model.analysis.weights.filter((weight) => !steps.has(weight));
	const present = target === undefined ? '' : revisionOf(templateOf(target) as Parameters<typeof revisionOf>[0]);
	if (present !== revision) return `the target is at ${present}, the analysed revision is ${revision}`;
	return missed.length > 0 ? `${revision} was never at weight ${missed.join(', ')}` : undefined;
};

const check = (change: Accepted, scene: Scene, record: Record_, violated: Violated, one: ReturnType<Scene['canaries']>[number]) => {
	const {before, after} = change;
	const {object, model} = one;
	const containers = containersOf(after);
	const hasRunBefore = record.ran.includes(containers);
	if (before === undefined) {
		if (record.ran.length > 0 && record.ran.at(-1) !== containers) violated('made anew from something never proven');
		return;
	}

	if (JSON.stringify(templateOf(before)) === JSON.stringify(templateOf(after)) || hasRunBefore) return;
	const target = targetOf(scene, model);
	const wrong = checkPromotion(object, model, target, record);
	if (wrong !== undefined) violated(wrong);
	if (containersOf(target) !== containers) violated("the primary's containers are not those of the target");
};

export const promotesWhatWasAnalysed: Invariant = {
	name: 'A1 the primary gets only a render of the revision that passed every step',
	watch(scene, violated) {
		const records = new Map<string, Record_>();
		return {
			accepted(change) {
				const {after, key} = change;
				if (after === undefined || (key.plural !== 'virtualservices' && key.plural !== 'deployments')) return;
				for (const one of scene.canaries()) {
					const {object, model} = one;
					if (model.namespace !== after.metadata.namespace) continue;
					const record = records.get(model.uid) ?? {steps: new Map<string, Set<number>>(), ran: []};
					records.set(model.uid, record);
					if (isOf(change, 'virtualservices') && model.route.name === after.metadata.name) {
						noteStep(change, object, model, record);
					}

					if (!isOf(change, 'deployments') || model.primary.name !== after.metadata.name) continue;
					if (record.ran.length === 0 && change.before !== undefined) record.ran.push(containersOf(change.before));
					if (isByAviary(change)) check(change, scene, record, violated, one);
					if (record.ran.at(-1) !== containersOf(after)) record.ran.push(containersOf(after));
				}
			},
		};
	},
};
