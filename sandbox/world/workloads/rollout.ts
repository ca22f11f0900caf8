// The arithmetic of a rollout: how many replicas each ReplicaSet may have now. Pure.

/** A ReplicaSet's sizes; `planned` is the size that its annotations say it was last planned for (desired + surge). */
export type Sizes = {
	readonly name: string;
	readonly replicas: number;
	readonly available: number;
	readonly planned: number;
};

export type Limits = {readonly desired: number; readonly maxSurge: number; readonly maxUnavailable: number};

/** The size that each named ReplicaSet should have; those not named stay as they are. */
export type Plan = ReadonlyMap<string, number>;

const sum = (sizes: readonly Sizes[], field: 'replicas' | 'available'): number =>
	sizes.reduce((total, each) => total + each[field], 0);

const fraction = (value: number | string, total: number, round: (value: number) => number): number => {
	if (typeof value === 'number') return value;
	const match = /^(\d+)%$/u.exec(value);
	return match === null ? Number(value) || 0 : round((Number(match[1]) * total) / 100);
};

/** Numbers from `maxSurge` and `maxUnavailable`, which may be percentages; never both zero. */
export const limitsOf = (
	desired: number,
	strategy: {readonly maxSurge?: number | string; readonly maxUnavailable?: number | string},
): Limits => {
	const maxSurge = fraction(strategy.maxSurge ?? '25%', desired, Math.ceil);
	const maxUnavailable = Math.min(fraction(strategy.maxUnavailable ?? '25%', desired, Math.floor), desired);
	return {desired, maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable};
};

const growth = (current: Sizes, all: number, {desired, maxSurge}: Limits): number => {
	if (current.replicas > desired) return desired;
	const room = Math.max(0, desired + maxSurge - all);
	return current.replicas + Math.min(room, desired - current.replicas);
};

/** Takes replicas away, first the unavailable ones of the oldest ReplicaSets, then as many as may be missing. */
const shrink = (current: Sizes, old: readonly Sizes[], {desired, maxUnavailable}: Limits): Plan => {
	const plan = new Map(old.map(({name, replicas}) => [name, replicas]));
	const minAvailable = desired - maxUnavailable;
	const missing = Math.max(0, current.replicas - current.available);
	let budget = current.replicas + sum(old, 'replicas') - minAvailable - missing;
	const take = (from: Sizes, most: number): number => {
		const count = Math.max(0, Math.min(most, budget, plan.get(from.name) ?? 0));
		plan.set(from.name, (plan.get(from.name) ?? 0) - count);
		budget -= count;
		return count;
	};

	for (const each of old) take(each, each.replicas - each.available);
	let spare = current.available + sum(old, 'available') - minAvailable;
	for (const each of old) spare -= take(each, spare);
	return plan;
};

/** One step of a rolling update: first the new ReplicaSet grows, and only when it cannot do the old ones shrink. */
export const rollingStep = (current: Sizes, old: readonly Sizes[], limits: Limits): Plan => {
	const grown = growth(current, current.replicas + sum(old, 'replicas'), limits);
	if (grown !== current.replicas) return new Map([[current.name, grown]]);
	return old.some(({replicas}) => replicas > 0) ? shrink(current, old, limits) : new Map();
};

/** Sizes after a change of `replicas` in the middle of a rollout: in proportion, what remains goes to the largest. */
export const proportionalStep = (all: readonly Sizes[], {desired, maxSurge}: Limits): Plan => {
	const allowed = desired > 0 ? desired + maxSurge : 0;
	const change = allowed - sum(all, 'replicas');
	const ordered = [...all].sort((left, right) => right.replicas - left.replicas);
	const plan = new Map<string, number>();
	let given = 0;
	for (const {name, replicas, planned} of ordered) {
		const share = Math.round((replicas * allowed) / (planned || allowed || 1)) - replicas;
		const part =
			change > 0 ? Math.max(0, Math.min(share, change - given)) : Math.min(0, Math.max(share, change - given));
		given += part;
		plan.set(name, replicas + part);
	}

	const largest = ordered[0];
	if (largest !== undefined) {
		plan.set(largest.name, Math.max(0, (plan.get(largest.name) ?? 0) + change - given));
	}

	return plan;
};
