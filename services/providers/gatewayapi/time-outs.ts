// `spec.service.timeout` and `backendTimeout` in an HTTPRoute, which takes fewer durations than Canaries do: up to four
// whole numbers of at most five digits (GEP-2257).
import {parseDuration} from '../../../api/durations.ts';
import type {Problem} from '../../../api/model.ts';
import type {ServiceModel} from '../../../api/service-model.ts';

const FORM = /^(?:\d{1,5}(?:h|m|s|ms)){1,4}$/u;

const units = [
	['h', 3_600_000],
	['m', 60_000],
	['s', 1000],
	['ms', 1],
] as const;

const inUnits = (ms: number): string => {
	let rest = ms;
	const terms = units.map(([unit, size]) => {
		const count = Math.floor(rest / size);
		rest %= size;
		return count === 0 ? '' : `${count}${unit}`;
	});
	return terms.join('') || '0s';
};

/** As an HTTPRoute takes it, and as written where it does: `1.5s` is `1s500ms`. Undefined for what has no such form. */
const durationOf = (written: string | undefined): string | undefined => {
	if (written === undefined || FORM.test(written)) return written;
	const ms = parseDuration(written);
	// What is next to nothing is not 0, which stands for no end.
	return ms === undefined || (ms === 0 && /[1-9]/u.test(written)) ? undefined : inUnits(ms);
};

/** Of what an HTTPRoute takes, in milliseconds. */
const lengthOf = (duration: string): number =>
	units.reduce((sum, [unit, size]) => {
		const counts = duration.matchAll(new RegExp(`(\\d+)${unit}(?![a-z])`, 'gu'));
		return [...counts].reduce((total, [, count]) => total + Number(count) * size, sum);
	}, 0);

type TimeOuts = Pick<ServiceModel, 'timeout' | 'backendTimeout'>;

/** `timeouts` of a rule; undefined where there are none. */
export const timeoutsOf = ({timeout, backendTimeout}: TimeOuts): Readonly<Record<string, string>> | undefined => {
	const [request, backendRequest] = [durationOf(timeout), durationOf(backendTimeout)];
	if (request === undefined && backendRequest === undefined) return undefined;
	return {...(request !== undefined && {request}), ...(backendRequest !== undefined && {backendRequest})};
};

const unspoken = (name: keyof TimeOuts, value: string | undefined): readonly Problem[] => {
	if (value === undefined || durationOf(value) !== undefined) return [];
	const field = `spec.service.${name}`;
	return [
		{
			field,
			value,
			text: `${field} is ${value}, which is no duration that an HTTPRoute can say`,
			remedy: 'Write whole milliseconds, seconds, minutes and hours, such as 1s500ms, up to 24 days',
		},
	];
};

/** Time-outs that no HTTPRoute may have. */
export const timeoutProblems = ({timeout, backendTimeout}: TimeOuts): readonly Problem[] => {
	const problems = [...unspoken('timeout', timeout), ...unspoken('backendTimeout', backendTimeout)];
	const [request, backend] = [durationOf(timeout), durationOf(backendTimeout)];
	if (request === undefined || backend === undefined) return problems;
	// A request without an end has room for any backend.
	if (lengthOf(request) === 0 || lengthOf(backend) <= lengthOf(request)) return problems;
	return [
		{
			field: 'spec.service.backendTimeout',
			value: backendTimeout ?? '',
			text: `spec.service.backendTimeout is ${backendTimeout}, longer than spec.service.timeout, ${timeout}, which no HTTPRoute may have`,
			remedy: `Set spec.service.backendTimeout to ${timeout} or less, or spec.service.timeout to more`,
		},
	];
};
