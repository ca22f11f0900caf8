// The run under way, or the last one of the daemon's life, as the page draws it.
import {isOfRun} from '../../api/courses.ts';
import type {CanaryDetail} from '../../api/http/canary-views.ts';
import type {Story} from './replay.ts';

/** A transition as records have it. */
export const recorded = ({
	why,
	course: _,
	...rest
}: CanaryDetail['transitions'][number]): NonNullable<Story['transitions']>[number] => ({...rest, reason: why});

/** Undefined before the first run. */
export const presentRun = ({
	run,
	weights,
	metrics,
	transitions,
	commands,
}: CanaryDetail): (Story & {readonly began: string}) | undefined => {
	const began = run?.began ?? weights[0]?.at;
	if (began === undefined) {
		return undefined;
	}

	// Records tell whole seconds: what began the run is not to fall out of it.
	const since = Math.floor(Date.parse(began) / 1000) * 1000;
	const first = transitions.findIndex(({at, course}) => Date.parse(at) >= since && isOfRun(course));
	const within = first === -1 ? [] : transitions.slice(first);
	const last = run === undefined ? within.findIndex(({course}) => course === 'rest' || course === 'mending') : -1;
	const shown = last === -1 ? within : within.slice(0, last + 1);
	const ended = run === undefined ? (shown.at(-1)?.at ?? weights.at(-1)?.at) : undefined;
	const until = ended === undefined ? Number.POSITIVE_INFINITY : Date.parse(ended);
	return {
		began,
		...(ended !== undefined && {ended}),
		weights,
		metrics,
		transitions: shown.map((one) => recorded(one)),
		commands: commands.filter(({at}) => Date.parse(at) >= since && Date.parse(at) <= until),
		gaps: [],
		verdicts: [],
	};
};
