// Durations of the world's time, as a person reads them at a glance.

/** `34s`, `4m12s`, `1h04m`; whole seconds, never negative. */
export const worldTime = (ms: number): string => {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const minutes = Math.floor(seconds / 60);
	const two = (value: number): string => String(value).padStart(2, '0');
	if (minutes === 0) {
		return `${seconds}s`;
	}

	return minutes < 60 ? `${minutes}m${two(seconds % 60)}s` : `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
};
