// Ages as kubectl and the API server print them (k8s.io/apimachinery's HumanDuration).

const join = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
	small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

/** `93s`, `5m3s`, `3h12m`, `2d5h`, … */
const humanDuration = (ms: number): string => {
	const seconds = Math.trunc(ms / 1000);
	if (seconds < -1) return '<invalid>';
	if (seconds < 0) return '0s';
	if (seconds < 120) return `${seconds}s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 10) return join(minutes, 'm', seconds % 60, 's');
	if (minutes < 180) return `${minutes}m`;
	const hours = Math.floor(minutes / 60);
	if (hours < 8) return join(hours, 'h', minutes % 60, 'm');
	if (hours < 48) return `${hours}h`;
	const days = Math.floor(hours / 24);
	if (days < 8) return join(days, 'd', hours % 24, 'h');
	if (days < 730) return `${days}d`;
	if (days < 2920) return join(Math.floor(days / 365), 'y', days % 365, 'd');
	return `${Math.floor(days / 365)}y`;
};

/** The age of an RFC 3339 time, `<unknown>` when there is none. */
export const ageOf = (time: unknown, now: number): string => {
	const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
	return Number.isNaN(at) ? '<unknown>' : humanDuration(now - at);
};
