// A Lease as candidates write and read it: client-go's record (tools/leaderelection/resourcelock), field by field.
import type {KubeObject} from '../kubernetes/cluster.ts';

/** How long things take; the defaults are client-go's. */
export type LeaseTiming = {
	/** After so long without a change the others take the Lease. */
	readonly durationMs: number;
	/** After so long without a successful renewal the holder stops writing. */
	readonly renewDeadlineMs: number;
	/** Between two attempts. */
	readonly retryPeriodMs: number;
};

export const defaultTiming: LeaseTiming = {durationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000};

/** A holder must be able to try twice, whatever chance adds to the pause. */
const JITTER_MAX = 1.2;

/** What is wrong with a timing, in the words of its flags; undefined when nothing is. */
export const mistakeIn = ({durationMs, renewDeadlineMs, retryPeriodMs}: LeaseTiming): string | undefined => {
	if (durationMs < 1000 || durationMs % 1000 !== 0) {
		return `--lease-duration must be whole seconds, not ${durationMs} ms`;
	}

	if (renewDeadlineMs >= durationMs) {
		return `--lease-renew-deadline (${renewDeadlineMs} ms) must be shorter than --lease-duration (${durationMs} ms)`;
	}

	return retryPeriodMs * JITTER_MAX >= renewDeadlineMs
		? `--lease-retry-period (${retryPeriodMs} ms) must be at most 5/6 of --lease-renew-deadline (${renewDeadlineMs} ms)`
		: undefined;
};

/** Who holds it; empty for a Lease that is free, or has no readable holder. */
export const holderOf = (lease: KubeObject | undefined): string => {
	const holder = lease?.spec?.['holderIdentity'];
	return typeof holder === 'string' ? holder : '';
};

/** How long it is valid after it was seen to change; the holder's word counts, for its settings may differ. */
export const validityMs = (lease: KubeObject, otherwise: number): number => {
	const seconds = lease.spec?.['leaseDurationSeconds'];
	return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : otherwise;
};

const transitionsOf = (lease: KubeObject | undefined): number => {
	const count = lease?.spec?.['leaseTransitions'];
	return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : 0;
};

/** metav1.MicroTime. */
const microTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}000Z`;

/** The `spec` with which `identity` takes or renews it; fields that we do not know are kept. */
export const claimed = (
	lease: KubeObject | undefined,
	identity: string,
	{durationMs}: LeaseTiming,
	nowMs: number,
): Record<string, unknown> => {
	const isRenewal = holderOf(lease) === identity;
	return {
		...lease?.spec,
		holderIdentity: identity,
		leaseDurationSeconds: durationMs / 1000,
		renewTime: microTime(nowMs),
		acquireTime: (isRenewal ? lease?.spec?.['acquireTime'] : undefined) ?? microTime(nowMs),
		leaseTransitions: transitionsOf(lease) + (isRenewal || lease === undefined ? 0 : 1),
	};
};

/** The `spec` with which its holder gives it back: anyone may take it at once. */
export const released = (lease: KubeObject, nowMs: number): Record<string, unknown> => ({
	...lease.spec,
	holderIdentity: '',
	leaseDurationSeconds: 1,
	renewTime: microTime(nowMs),
	acquireTime: microTime(nowMs),
});
