// A run as it was at an instant.
import type {RunView} from '../../api/http/run-views.ts';

/** Fields of a run that the page draws, of the run under way and of a record alike. */
export type Story = Pick<RunView, 'transitions' | 'weights' | 'metrics' | 'verdicts' | 'commands' | 'gaps'> & {
	readonly began: string;
	readonly ended?: string | undefined;
};

const instant = (text: string): number => Date.parse(text);

/** Every instant at which anything happened, in order; from the beginning to the end. */
export const momentsOf = (story: Story): readonly number[] => {
	const {began, ended, transitions = [], weights = [], verdicts = [], commands = []} = story;
	const texts = [began, ...[...transitions, ...weights, ...verdicts, ...commands].map(({at}) => at)];
	const all = [...texts, ...(ended === undefined ? [] : [ended])].map((text) => instant(text));
	const last = ended === undefined ? Number.POSITIVE_INFINITY : instant(ended);
	const within = all.filter((at) => at >= instant(began) && at <= last);
	return [...new Set(within)].sort((one, other) => one - other);
};

export type Standing = {
	readonly path: string;
	/** The state before; empty at the beginning. */
	readonly from: string;
	readonly weight: number;
	readonly reason: string;
	/** The last round of checks until then. */
	readonly verdict: NonNullable<RunView['verdicts']>[number] | undefined;
};

const lastUntil = <T extends {readonly at: string}>(entries: readonly T[] | undefined, at: number): T | undefined =>
	entries?.findLast((entry) => instant(entry.at) <= at);

/** Where the run stood. */
export const standingAt = ({transitions, weights, verdicts}: Story, at: number): Standing => {
	const transition = lastUntil(transitions, at);
	return {
		path: transition?.to ?? '',
		from: transition?.from ?? '',
		reason: transition?.reason ?? '',
		weight: lastUntil(weights, at)?.weight ?? 0,
		verdict: lastUntil(verdicts, at),
	};
};

/** The same story as somebody knew it then. */
export const storyUntil = (story: Story, at: number): Story => {
	const until = <T extends {readonly at: string}>(entries: readonly T[] | undefined): T[] =>
		(entries ?? []).filter((entry) => instant(entry.at) <= at);
	return {
		...story,
		transitions: until(story.transitions),
		weights: until(story.weights),
		verdicts: until(story.verdicts),
		commands: until(story.commands),
		metrics: (story.metrics ?? []).map((metric) => ({...metric, measurements: until(metric.measurements)})),
	};
};
