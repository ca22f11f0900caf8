// Whether a workload can be relied upon, from what was observed of it. Rollout rules as kubectl reads them.
import type {Workload} from '../../api/model.ts';
import type {Context} from './context.ts';

/** What a workload's rollout still lacks, in the peer's words; empty when it is finished and available. */
export const lackOf = (workload: Workload | undefined, thresholdPercent: number): string => {
	if (workload === undefined) {
		return 'it does not exist';
	}

	const {replicas, updated, total, available} = workload;
	if (!workload.observed) {
		return 'observed deployment generation less than desired generation';
	}

	if (workload.deadlineExceeded) {
		return `it exceeded its progress deadline${workload.trouble === undefined ? '' : ` (${workload.trouble})`}`;
	}

	const trouble = workload.trouble === undefined ? '' : ` (${workload.trouble})`;
	if (updated < replicas) {
		return `${updated} out of ${replicas} new replicas have been updated${trouble}`;
	}

	if (total > updated) {
		return `${total - updated} old replicas are pending termination${trouble}`;
	}

	// At least one: the peer truncates, and takes half of one pod for none.
	const needed = Math.min(replicas, Math.max(1, Math.ceil((updated * thresholdPercent) / 100)));
	return available < needed ? `${available} of ${updated} updated replicas are available${trouble}` : '';
};

const {primary: primaryOf, target: targetOf} = {
	primary: (context: Context) => context.world?.primary,
	target: (context: Context) => context.world?.target,
};

export const lackOfPrimary = (context: Context): string =>
	lackOf(primaryOf(context), context.model.readyThreshold.primary);

export const lackOfCanary = (context: Context): string =>
	targetOf(context)?.replicas === 0
		? 'it is scaled to zero'
		: lackOf(targetOf(context), context.model.readyThreshold.canary);

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
