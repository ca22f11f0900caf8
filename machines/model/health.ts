// Whether a workload can be relied upon, from what was observed of it. Rollout rules as kubectl reads them.
import type {Workload} from '../../api/model.ts';
import type {Context} from './context.ts';

/** `isNews`: counts of available replicas are; how far a controller is with starting pods passes by in seconds. */
export type RolloutLack = {readonly text: string; readonly isNews: boolean};

const nothing: RolloutLack = {text: '', isNews: false};

/** What a workload's rollout still lacks, in the peer's words; an empty text when it is finished and available. */
export const rolloutLackOf = (workload: Workload | undefined, thresholdPercent: number): RolloutLack => {
	if (workload === undefined) {
		return {text: 'it does not exist', isNews: false};
	}

	const {replicas, updated, total, available} = workload;
	if (!workload.observed) {
		return {text: 'observed deployment generation less than desired generation', isNews: false};
	}

	const trouble = workload.trouble === undefined ? '' : ` (${workload.trouble})`;
	const lack = (text: string, isNews: boolean): RolloutLack => ({
		text: `${text}${trouble}`,
		isNews: isNews || trouble !== '',
	});
	if (workload.deadlineExceeded) {
		return lack('it exceeded its progress deadline', true);
	}

	if (updated < replicas) {
		return lack(`${updated} out of ${replicas} new replicas have been updated`, false);
	}

	if (total > updated) {
		return lack(`${total - updated} old replicas are pending termination`, false);
	}

	// At least one: the peer truncates, and takes half of one pod for none.
	const needed = Math.min(replicas, Math.max(1, Math.ceil((updated * thresholdPercent) / 100)));
	return available < needed ? lack(`${available} of ${updated} updated replicas are available`, true) : nothing;
};

const {primary: primaryOf, target: targetOf} = {
	primary: (context: Context) => context.world?.primary,
	target: (context: Context) => context.world?.target,
};

/** What a roll that is waited for still lacks. */
export const lackOfRollout = (context: Context, of: 'target' | 'primary'): RolloutLack => {
	const {readyThreshold} = context.model;
	if (of === 'primary') {
		return rolloutLackOf(primaryOf(context), readyThreshold.primary);
	}

	return targetOf(context)?.replicas === 0
		? {text: 'it is scaled to zero', isNews: false}
		: rolloutLackOf(targetOf(context), readyThreshold.canary);
};

export const lackOfPrimary = (context: Context): string => lackOfRollout(context, 'primary').text;

export const lackOfCanary = (context: Context): string => lackOfRollout(context, 'target').text;

/** Traffic may be sent to the primary: some of its pods are ready. */
export const primaryCanServe = (context: Context): boolean => (primaryOf(context)?.ready ?? 0) > 0;

export const primaryIsHealthy = (context: Context): boolean =>
	lackOfPrimary(context) === '' && (primaryOf(context)?.replicas ?? 0) > 0;

export const canaryIsHealthy = (context: Context): boolean => lackOfCanary(context) === '';

/**
 * Pods of the canary fail while users are on it: none is ready, or fewer than the threshold's share of what it had when
 * it was last whole. A scaler that asks for more replicas makes nobody fail. Ready ones count and not available ones: a
 * pod that is lost is missing in both at once, and one that serves again is available only after `minReadySeconds`, until
 * when the run halts as unhealthy, with its traffic where it is.
 */
export const canaryIsFailing = (context: Context): boolean => {
	const target = targetOf(context);
	if (context.run.routed.canary === 0) {
		return false;
	}

	if (target === undefined) {
		return true;
	}

	const expected = Math.min(context.run.healthyReplicas, target.replicas);
	const needed = Math.ceil((expected * context.model.readyThreshold.canary) / 100);
	return target.ready === 0 || target.ready < needed;
};

/** What keeps the canary's pods from starting, once none but those of its newest template are left; empty: nothing. */
export const whyCanaryCannotStart = (context: Context): string => {
	const {updated = 0, total = 0, ready = 0, observed = false, trouble = ''} = targetOf(context) ?? {};
	return observed && updated === total && ready === 0 ? trouble : '';
};

/** The autoscaler that is changing replicas right now, if any. A target at zero has its autoscaler disabled. */
export const scalingUnderWay = (context: Context): string => {
	const scaler = context.world?.scalers.find(
		(one) =>
			one.desired !== one.current && one.desired > 0 && (one.of === 'primary' || targetOf(context)?.replicas !== 0),
	);
	return scaler === undefined
		? ''
		: `HorizontalPodAutoscaler ${scaler.name} scales from ${scaler.current} to ${scaler.desired} replicas`;
};
